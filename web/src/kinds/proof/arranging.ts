// How lines are put in order: with buttons, where the focus moves with the line, or by dragging the grip.

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { withTexts } from '../../memory/kept.ts';
import type { Scene } from '../item.tsx';
import { isOwn, nameOf, type Placed, type ProofData, textOfOrder, textOfOwn } from './model.ts';

export interface Arranging {
  /** within which the lines stand */
  root: RefObject<HTMLDivElement | null>;
  place: (line: Placed) => void;
  takeOut: (line: Placed) => void;
  shift: (line: Placed, by: 1 | -1) => void;
  drag: (line: Placed, event: PointerEvent) => void;
}

/** `input`: the box in which the learner's own lines are typed and edited again. */
export function useArranging(
  { data, kept, change }: Pick<Scene<ProofData>, 'data' | 'kept' | 'change'>,
  order: readonly Placed[],
  input: RefObject<HTMLInputElement | null>,
  say: (sentence: string) => void,
): Arranging {
  const root = useRef<HTMLDivElement>(null);
  const focusOn = useRef<{ line: Placed; task: string } | undefined>(undefined);

  // At once, before the next key.
  useLayoutEffect(() => {
    const { current } = focusOn;
    focusOn.current = undefined;
    if (!current) return;
    const item = [...(root.current?.querySelectorAll<HTMLElement>('li[data-line]') ?? [])].find(
      ({ dataset }) => dataset.line === current.line,
    );
    item?.querySelector<HTMLElement>(`button[data-task="${current.task}"]`)?.focus();
  });

  const name = (line: Placed) => nameOf(data, order, line);
  const keep = (to: readonly Placed[]) => change((now) => withTexts(now, { order: textOfOrder(to) }));
  const arrange = (to: readonly Placed[], sentence: string) => {
    keep(to);
    say(sentence);
  };

  return {
    root,
    place(line) {
      focusOn.current = { line, task: 'up' };
      const to = [...order, line];
      arrange(to, `${name(line)} is now at place ${to.length} of ${to.length}`);
    },
    takeOut(line) {
      const to = order.filter((each) => each !== line);
      if (!isOwn(line)) {
        focusOn.current = { line, task: 'add' };
        arrange(to, `${name(line)} is taken out`);
        return;
      }
      const goesBack = (kept.texts.line ?? '').trim() === '';
      if (goesBack) change((now) => withTexts(now, { line: textOfOwn(line) }));
      input.current?.focus();
      arrange(to, `${name(line)} is taken out${goesBack ? '; its text stands in the box below' : ''}`);
    },
    shift(line, by) {
      const at = order.indexOf(line);
      const other = order[at + by];
      if (other === undefined) {
        say(`${name(line)} stands ${by < 0 ? 'first' : 'last'} already`);
        return;
      }
      focusOn.current = { line, task: by < 0 ? 'up' : 'down' };
      arrange(
        order.with(at, other).with(at + by, line),
        `${name(line)} is now at place ${at + by + 1} of ${order.length}`,
      );
    },
    drag(line, event) {
      const { current: within } = root;
      if (event.button !== 0 || !within) return;
      event.preventDefault();
      within.setPointerCapture(event.pointerId);
      followPointer(within, line, order, keep, (last) => {
        const at = last.indexOf(line);
        say(
          at < 0 ? `${name(line)} is taken out` : `${name(line)} is now at place ${at + 1} of ${last.length}`,
        );
      });
    },
  };
}

/** The order with the line where the pointer is; undefined where that is neither in the proof nor in the choices. */
function orderUnder(
  { clientX, clientY }: PointerEvent,
  within: HTMLElement,
  line: Placed,
  order: readonly Placed[],
): Placed[] | undefined {
  const under = document.elementFromPoint(clientX, clientY);
  const rest = order.filter((each) => each !== line);
  if (!under || !within.contains(under)) return undefined;
  if (under.closest('.choices') && !isOwn(line)) return rest;
  if (!under.closest('.placed, .nothing-placed')) return undefined;
  const items = [...within.querySelectorAll<HTMLElement>('.placed > li')].filter(
    ({ dataset }) => dataset.line !== line,
  );
  const at = items.findIndex((each) => {
    const { top, height } = each.getBoundingClientRect();
    return clientY < top + height / 2;
  });
  return rest.toSpliced(at < 0 ? rest.length : at, 0, line);
}

/** Keeps each order during a drag, and reports the last one if it differs from the first. */
function followPointer(
  within: HTMLElement,
  line: Placed,
  first: readonly Placed[],
  keep: (order: readonly Placed[]) => void,
  end: (last: readonly Placed[]) => void,
): void {
  const ended = new AbortController();
  const { signal } = ended;
  let now = first;
  within.addEventListener(
    'pointermove',
    (event) => {
      const to = orderUnder(event, within, line, now);
      if (!to || textOfOrder(to) === textOfOrder(now)) return;
      now = to;
      keep(to);
    },
    { signal },
  );
  const finish = () => {
    ended.abort();
    if (now !== first) end(now);
  };
  for (const type of ['pointerup', 'pointercancel'] as const)
    within.addEventListener(type, finish, { signal });
}
