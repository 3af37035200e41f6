// What happens when a learner asks for a verdict: the program is judged and, in a hunt, the line that the learner names.

import { useEffect, useState } from 'preact/hooks';
import { answerOf, type Kept, withVerdict } from '../../memory/kept.ts';
import type { Programs, Verdict } from '../../core/programs.ts';
import type { Loading } from './bench.ts';
import { judgeLine, type Said } from './hunt.ts';

/** The names under which answers are kept: the program, and in a hunt the line that is wrong. */
export const whole = 'whole';
export const line = 'line';

/** What a check has found. */
export interface Checked {
  code: string;
  judged: Verdict;
  /** in a hunt whose line is not found yet */
  said: Said | undefined;
  turn: number;
}

export interface Checking {
  checked: Checked | undefined;
  /** checks now, or as soon as the judge runs */
  ask: () => void;
  isWaiting: boolean;
}

interface Subject {
  task: string;
  /** of a hunt: the program as it was found */
  start: string;
  isHunt: boolean;
  kept: Kept;
  change: (edit: (kept: Kept) => Kept) => void;
  code: () => string;
}

export const isHunting = ({ isHunt, kept }: Pick<Subject, 'isHunt' | 'kept'>): boolean =>
  isHunt && answerOf(kept, line).best !== 'right';

export function useChecking({ programs, tryAgain }: Loading, subject: Subject): Checking {
  const [checked, setChecked] = useState<Checked>();
  const [isWaiting, setWaiting] = useState(false);

  const check = (running: Programs) => {
    const { task, start, isHunt, kept, change } = subject;
    const code = subject.code();
    const judged = running.judge(task, code);
    const typed = kept.texts.line ?? '';
    const said = isHunting(subject)
      ? judgeLine(typed, running.judge(task, start), start.split('\n').length)
      : undefined;
    setChecked((before) => ({ code, judged, said, turn: (before?.turn ?? 0) + 1 }));
    if (said && typed !== '') {
      const mark = said.isFound ? 'right' : 'wrong';
      change((now) => withVerdict(now, line, { mark, text: typed, mistakes: [], isFresh: false }));
    }
    const { verdict: mark } = judged;
    // In a hunt the given program is wrong; that does not count as an answer of the learner's.
    if (mark === 'unreadable' || mark === 'failed' || (isHunt && code === start)) return;
    const mistakes = judged.faults.flatMap(({ mistake }) => (mistake ? [mistake.title] : []));
    change((now) => withVerdict(now, whole, { mark, text: code, mistakes, isFresh: false }));
  };

  useEffect(() => {
    if (!isWaiting || programs === undefined) return;
    setWaiting(false);
    if (typeof programs === 'object') check(programs);
  }, [programs, isWaiting]);

  return {
    checked,
    isWaiting,
    ask() {
      if (typeof programs === 'object') return check(programs);
      if (typeof programs === 'string') tryAgain();
      setWaiting(true);
    },
  };
}
