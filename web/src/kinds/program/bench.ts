// The editor of a program and the module that judges it, each loaded when the block starts.

import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Programs } from '../../core/programs.ts';
import type { Editor } from './editor.ts';
import { part } from './part.ts';

export interface Loading {
  /** the module, or why there is none; undefined until it runs */
  programs: Programs | string | undefined;
  /** where there is none */
  tryAgain: () => void;
}

export function usePrograms(load: () => Promise<Programs>): Loading {
  const [programs, setPrograms] = useState<Programs | string>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let ended = false;
    load().then(
      (loaded) => !ended && setPrograms(loaded),
      (reason: unknown) => !ended && setPrograms(reason instanceof Error ? reason.message : String(reason)),
    );
    return () => {
      ended = true;
    };
  }, [tries]);
  return {
    programs,
    tryAgain() {
      setPrograms(undefined);
      setTries(tries + 1);
    },
  };
}

export interface Editing {
  place: RefObject<HTMLDivElement | null>;
  editor: RefObject<Editor | undefined>;
  /** the text in the editor, which is newer than the kept one while somebody types */
  code: RefObject<string>;
  /** why there is no editor; empty where there is one, or it is on its way */
  reason: string;
  /** where there is none */
  tryAgain: () => void;
  /** puts the kept text into the editor again */
  takeKept: () => void;
}

/** `kept` is the text as it is kept, `start` where it is empty; the handlers may be others at each drawing. */
export function useEditor(
  title: string,
  { start, kept }: { start: string; kept: string },
  onText: (code: string) => void,
  onCheck: () => void,
): Editing {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const code = useRef(kept);
  /** The kept text that what is typed leads to: any other one comes from elsewhere. Undefined: the next one is taken. */
  const expected = useRef<string | undefined>(kept);
  const handlers = useRef({ onText, onCheck });
  handlers.current = { onText, onCheck };
  const [reason, setReason] = useState('');
  const [tries, setTries] = useState(0);
  const [, setStanding] = useState(false); // draws again as soon as the editor exists, for the remarks in it
  if (kept !== expected.current) {
    expected.current = kept;
    code.current = kept;
  }
  useEffect(() => {
    let ended = false;
    part(import('./editor.ts')).then(
      ({ startEditor }) => {
        const within = place.current;
        if (ended || !within) return;
        within.replaceChildren();
        editor.current = startEditor(
          within,
          code.current,
          `Your program: ${title}`,
          (text) => {
            expected.current = text || start;
            code.current = text;
            handlers.current.onText(text);
          },
          () => handlers.current.onCheck(),
        );
        setStanding(true);
        // The button that was pressed to try again is gone, and the focus with it.
        if (tries > 0 && document.activeElement === document.body) editor.current.goTo(1);
      },
      (error: Error) => !ended && setReason(error.message),
    );
    return () => {
      ended = true;
      editor.current?.end();
    };
  }, [tries]);
  // What was typed after the drawing is newer than its kept text, so it is not that one which is written.
  useEffect(() => editor.current?.write(code.current));
  return {
    place,
    editor,
    code,
    reason,
    tryAgain() {
      setReason('');
      setTries(tries + 1);
    },
    takeKept() {
      expected.current = undefined;
    },
  };
}
