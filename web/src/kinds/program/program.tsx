/** @jsxImportSource preact */
// A program to write: an editor, the values of its lines on a small batch, and the verdict of laws on a hundred batches.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Mistakes, Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import type { Graded } from '../../items.ts';
import { answerOf, isOpen, withTexts, withVerdict } from '../../memory/kept.ts';
import type { Held, Programs, Ran, Verdict as Judged } from '../../programs.ts';
import { asSentence } from '../../sentence.ts';
import { Hints, ShowAnswer } from '../help.tsx';
import { type Item, type Scene, Slot } from '../item.tsx';
import type { Editor } from './editor.ts';
import { inputOf, shown } from './inputs.ts';
import type { BatchArray } from './schema.ts';

export interface ProgramData extends Graded {
  title: string;
  task: string;
  start: string;
  solution: string;
  batch: Record<string, BatchArray>;
  hints: number;
}

/** The name under which the answer is kept: a program is one item. */
export const whole = 'whole';

/** What each line gave its names, in one text a line. */
function valuesOf({ trace }: Ran): Map<number, string> {
  const values = new Map<number, string>();
  for (const { line, name, value } of trace) {
    const text = `${name} ${shown(value)}`;
    values.set(line, values.has(line) ? `${values.get(line)}   ${text}` : text);
  }
  return values;
}

/** What is shown of one place of an output. */
function Difference({ judged }: { judged: Judged }) {
  const { counterexample } = judged;
  if (!counterexample) return null;
  const { inputs, output, got, expected } = counterexample;
  const row = (name: string, held: Held) => (
    <tr key={name}>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>
        <code>{shown(held)}</code>
      </td>
    </tr>
  );
  return (
    <div class="scroll">
      <table class="program-batch">
        <caption>The smallest batch found on which it shows</caption>
        <tbody>
          {Object.entries(inputs).map(([name, held]) => row(name, held))}
          {got && row(`your ${output}`, got)}
          {expected && row(`right ${output}`, expected)}
        </tbody>
      </table>
    </div>
  );
}

function Says({ judged, goTo }: { judged: Judged; goTo: (line: number) => void }) {
  const { verdict, error, batches, lost_digits: lost, laws, faults } = judged;
  const Line = ({ line }: { line: number }) => (
    <button type="button" class="link" onClick={() => goTo(line)}>
      {`Line ${line}`}
    </button>
  );
  if (verdict === 'right')
    return (
      <>
        {`Every law holds, on ${batches} batches.`}
        {lost > 0 &&
          ` Where the mean is far from 0 it loses ${Math.round(lost)} digits that a variance in two passes keeps.`}
      </>
    );
  if (error)
    return (
      <>
        <Line line={error.line} />
        {`: ${error.sentence}`}
      </>
    );
  const [fault] = faults;
  const law = laws.find(({ holds }) => !holds);
  return (
    <>
      {fault && (
        <>
          <Line line={fault.line} />
          {': '}
          {fault.mistake ? (
            <Mistakes mistakes={[fault.mistake]} />
          ) : (
            <>
              <code>{fault.name}</code> is not what it should be.{' '}
            </>
          )}
        </>
      )}
      {law && `What fails: ${law.sentence}.`}
    </>
  );
}

const Program = ({ id, data, kept, change, surroundings }: Scene<ProgramData>) => {
  const { title, task, start, solution, batch } = data;
  const [programs, setPrograms] = useState<Programs | string>();
  const [judged, setJudged] = useState<{ of: string; judged: Judged; turn: number }>();
  const [isWaiting, setWaiting] = useState(false);
  const [, setEditing] = useState(false); // draws again as soon as the editor stands, for what is shown in it
  const place = useRef<HTMLDivElement>(null);
  const answer = useRef<HTMLElement>(null);
  const editor = useRef<Editor>(undefined);
  const text = kept.texts.code ?? start;
  const texts = useRef(text);
  /** As soon as the learner types, the editor is ahead of what is kept. */
  const isTyping = useRef(false);
  if (!isTyping.current) texts.current = text;

  const check = (running: Programs) => {
    const code = texts.current;
    const result = running.judge(task, code);
    setJudged((before) => ({ of: code, judged: result, turn: (before?.turn ?? 0) + 1 }));
    if (result.verdict === 'unreadable' || result.verdict === 'failed') return;
    const mark = result.verdict;
    const mistakes = result.faults.flatMap(({ mistake }) => (mistake ? [mistake.title] : []));
    change((now) => withVerdict(now, whole, { mark, text: code, mistakes, isFresh: false }));
  };
  const ask = () => (typeof programs === 'object' ? check(programs) : setWaiting(true));
  const asking = useRef(ask);
  asking.current = ask;

  useEffect(() => {
    let ended = false;
    surroundings.programs().then(
      (loaded) => !ended && setPrograms(loaded),
      (reason: unknown) => !ended && setPrograms(reason instanceof Error ? reason.message : String(reason)),
    );
    void import('./editor.ts').then(({ startEditor }) => {
      const within = place.current;
      if (ended || !within) return;
      within.replaceChildren();
      editor.current = startEditor(
        within,
        texts.current,
        `Your program: ${title}`,
        (code) => {
          isTyping.current = true;
          texts.current = code;
          change((now) => withTexts(now, { code: code === start ? undefined : code }));
        },
        () => asking.current(),
      );
      setEditing(true);
    });
    return () => {
      ended = true;
      editor.current?.end();
    };
  }, []);

  useEffect(() => {
    if (!isWaiting || programs === undefined) return;
    setWaiting(false);
    if (typeof programs === 'object') check(programs);
  }, [programs, isWaiting]);

  const isFresh = judged?.of === text;
  const ran =
    typeof programs === 'object'
      ? programs.run(
          text,
          Object.entries(batch).map(([name, array]) => inputOf(name, array)),
          task,
        )
      : undefined;
  useEffect(() => {
    if (!isTyping.current) editor.current?.write(text);
    const lines = isFresh ? [judged.judged.error?.line, ...judged.judged.faults.map(({ line }) => line)] : [];
    editor.current?.remark({
      values: ran ? valuesOf(ran) : new Map(),
      faults: new Set(lines.filter((line) => line !== undefined)),
    });
  });

  const kind: VerdictKind | undefined =
    typeof programs === 'string' || (isFresh && judged.judged.verdict === 'failed')
      ? 'unjudged'
      : isFresh
        ? (judged.judged.verdict as VerdictKind)
        : undefined;
  const answered = answerOf(kept, whole);
  return (
    <div class="program" data-done={answered.best === 'right' || isOpen(kept, whole) ? '' : undefined}>
      <h3 id={`${id}-title`}>{title}</h3>
      <Slot name="ask" />
      <div class="editor" ref={place}>
        <pre>
          <code>{start}</code>
        </pre>
      </div>
      <div class="live-only">
        <p class="program-error" role="status">
          {ran?.error && !isFresh ? `Line ${ran.error.line}: ${ran.error.sentence}` : ''}
        </p>
        <div class="actions">
          <button type="button" class="main" onClick={ask}>
            Check
          </button>
          <button
            type="button"
            class="quiet"
            disabled={text === start}
            onClick={() => {
              isTyping.current = false;
              change((now) => withTexts(now, { code: undefined }));
            }}
          >
            Start again
          </button>
          <ShowAnswer
            answer={answer}
            name={whole}
            isOffered={answered.first !== undefined && answered.best !== 'right'}
            {...{ kept, change }}
          />
        </div>
        {isWaiting ? (
          <Verdict kind="waiting" turn="waiting">
            The judge is starting; this is judged as soon as it runs.
          </Verdict>
        ) : (
          <Verdict kind={kind} turn={judged?.turn ?? 0}>
            {typeof programs === 'string'
              ? asSentence(programs)
              : isFresh && <Says judged={judged.judged} goTo={(line) => editor.current?.goTo(line)} />}
          </Verdict>
        )}
        {isFresh && <Difference judged={judged.judged} />}
      </div>
      <div class="help">
        <Hints count={data.hints} name={whole} slots="hints" {...{ kept, change }} />
      </div>
      <details class="answer" open={isOpen(kept, whole)}>
        <summary ref={answer}>A program that passes</summary>
        <pre>
          <code>{solution}</code>
        </pre>
      </details>
    </div>
  );
};

export const item: Item<ProgramData> = {
  View: Program,
  accepts: (_, name) => name === 'code',
};
