// The hunt: a given program is wrong, and the learner says in which line.

import type { Verdict } from '../../core/programs.ts';

/** The verdict on the line that a learner names. */
export interface Said {
  isFound: boolean;
  sentence: string;
}

/** `judged` is the verdict on the program as it was found, of so many lines. */
export function judgeLine(text: string, judged: Verdict, lines: number): Said {
  const line = Number(text);
  const wrong = judged.faults.map((fault) => fault.line);
  const [first = 1] = wrong;
  if (text.trim() === '') return { isFound: false, sentence: 'Which line is wrong?' };
  if (!Number.isInteger(line) || line < 1 || line > lines)
    return { isFound: false, sentence: `A line is a number from 1 to ${lines}.` };
  if (wrong.includes(line)) return { isFound: true, sentence: 'That is the line; mend it.' };
  return {
    isFound: false,
    sentence:
      line < first
        ? `Line ${line} is right.`
        : `Line ${line} is right, but what it is given is wrong already.`,
  };
}
