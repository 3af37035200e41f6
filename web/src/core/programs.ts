// Programs in NumPy's words as typed functions: the only importer of their wasm module. What it refuses of its arguments is
// thrown as a RangeError with its own sentence; what is wrong with a program is part of the result.

import createModule from '#programs-module';
import { started } from './wasm.mjs';

/** What an array, a tuple or anything else of a program holds. */
export type Held =
  | { type: 'bool' | 'int64' | 'float32' | 'float64'; shape: Float64Array; values: Float64Array }
  | { items: Held[] }
  | { text: string };

export type Input =
  | { name: string; number: number }
  | { name: string; shape: Float64Array; values: Float64Array; type?: 'float32' | 'float64' };

/** Lines and columns count from 1; begin and end are units of the whole text, as an editor counts. */
export interface ProgramError {
  kind: 'syntax' | 'refused' | 'failed' | 'limit';
  line: number;
  column: number;
  begin: number;
  end: number;
  sentence: string;
}

export interface Ran {
  /** what each line gave its names, the last time it ran */
  trace: { line: number; name: string; value: Held }[];
  printed: string[];
  error: ProgramError | null;
  /** of a task */
  outputs?: Record<string, Held>;
}

export interface Mistake {
  id: string;
  title: string;
  reason: string;
  pitfall: string;
}

/** See programs::Verdict in cpp/programs/judge.h. */
export interface Verdict {
  verdict: 'right' | 'wrong' | 'failed' | 'unreadable';
  error: ProgramError | null;
  batches: number;
  lost_digits: number;
  laws: { id: string; sentence: string; holds: boolean }[];
  faults: {
    line: number;
    name: string;
    quantity: string;
    mistake: Mistake | null;
    got: Held | null;
    expected: Held | null;
  }[];
  counterexample: {
    inputs: Record<string, Held>;
    output: string;
    position: number;
    got: Held | null;
    expected: Held | null;
    error: ProgramError | null;
  } | null;
}

/** Axes are letters: N examples, C channels, H and W positions, I inputs of a layer. */
export interface Operand {
  name: string;
  axes: string;
}

/** One of the batches on which programs are judged. */
export interface Batch {
  inputs: Record<string, Held>;
  /** what is right */
  outputs: Record<string, Held>;
  /** how far a value of each output may be off */
  allowed: Record<string, number>;
}

/** A function of a program. Each parameter gets an input by its name, “cache”, “settings” (as bn_param) or “0”. */
export interface Call {
  function: string;
  arguments: { parameter: string; what: string }[];
}

/** How a program is called for a task. */
export interface Calling {
  error: ProgramError | null;
  /** null for a program of lines */
  call: Call | null;
  /** what makes the cache, where the program has a function for it */
  forward: Call | null;
  /** of lines: under which names they leave the outputs */
  left_as: Record<string, string>;
  /** what it asks of a cache that it has no function for, and which line of the derivation or input that is */
  asked: { name: string; meaning: string }[];
  /** empty where its lines lie otherwise than x */
  derivation: { name: string; expression: string }[];
}

export interface Programs {
  /** Runs a program on these inputs; with a task a function that it defines is called. */
  run: (program: string, inputs: Input[], task?: string) => Ran;
  judge: (task: string, program: string) => Verdict;
  tasks: () => { name: string; inputs: Operand[]; outputs: Operand[] }[];
  /** One of the 100 batches that programs are judged on. */
  batch: (task: string, number: number) => Batch;
  calling: (task: string, program: string) => Calling;
  mistakes: () => Mistake[];
}

export async function loadPrograms(file: BufferSource | Response): Promise<Programs> {
  const boundary = await started(createModule, file, 'the language of programs');
  const call = (name: string, input: object): unknown => {
    const outcome = boundary.ask(name, input);
    if (outcome.ok) return outcome.value;
    throw new RangeError(outcome.message);
  };
  return {
    run: (program, inputs, task) =>
      call('run_program', { program, inputs, ...(task === undefined ? {} : { task }) }) as Ran,
    judge: (task, program) => call('judge_program', { task, program }) as Verdict,
    tasks: () => call('list_tasks', {}) as ReturnType<Programs['tasks']>,
    batch: (task, number) => call('task_batch', { task, number }) as Batch,
    calling: (task, program) => call('program_call', { task, program }) as Calling,
    mistakes: () => call('list_program_mistakes', {}) as Mistake[],
  };
}
