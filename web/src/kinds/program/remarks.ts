// What is shown beside the lines of a program: the values of their names on the small batch, and which line is wrong.

import { type RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Input, Programs, Ran } from '../../core/programs.ts';
import { batchOf } from './batch.tsx';
import type { Checked } from './checking.ts';
import type { Editor } from './editor.ts';
import { shown } from './inputs.ts';
import type { BatchArray } from './schema.ts';

/** The values that each line assigned to its names, one text for each line. */
function valuesOf({ trace }: Ran): Map<number, string> {
  const values = new Map<number, string>();
  for (const step of trace) {
    const text = `${step.name} ${shown(step.value)}`;
    values.set(step.line, values.has(step.line) ? `${values.get(step.line)}   ${text}` : text);
  }
  return values;
}

/** Runs a program on the batch of the page; a sentence where the batch is none. */
function runOn(programs: Programs, text: string, inputs: Input[] | string, task: string): Ran | string {
  if (typeof inputs === 'string') return inputs;
  try {
    return programs.run(text, inputs, task);
  } catch (reason) {
    return (reason as RangeError).message;
  }
}

interface Subject {
  programs: Programs | string | undefined;
  task: string;
  /** as it stands */
  text: string;
  batch: Record<string, BatchArray>;
  texts: Readonly<Record<string, string>>;
  /** the verdict on this text */
  now: Checked | undefined;
  tellsLine: boolean;
}

/** Shows the remarks in the editor; gives why the program could not be run to its end. */
export function useRemarks(editor: RefObject<Editor | undefined>, subject: Subject): string {
  const { programs, task, text, batch, texts, now, tellsLine } = subject;
  const ran =
    typeof programs === 'object' ? runOn(programs, text, batchOf(programs, batch, texts), task) : undefined;
  const values = typeof ran === 'object' ? valuesOf(ran) : new Map<number, string>();
  useEffect(() => {
    const faults = tellsLine ? (now?.judged.faults ?? []) : [];
    const lines = [now?.judged.error?.line, ...faults.map((fault) => fault.line)];
    editor.current?.remark({ values, faults: new Set(lines.filter((each) => each !== undefined)) });
  });
  // The box disappears when the line is found; a focus in it moves to that line of the editor.
  const found = now?.said?.isFound === true ? now.judged.faults[0]?.line : undefined;
  useEffect(() => {
    if (found !== undefined && document.activeElement === document.body) editor.current?.goTo(found);
  }, [found]);
  if (typeof ran === 'string') return ran;
  const stops = now ? undefined : ran?.error;
  return stops ? `Line ${stops.line}: ${stops.sentence}` : '';
}
