// The built module of the array language, declared by hand. tests/web/programs.test.ts compares it with the
// module's real keys.
import type { Outcome } from '#core-module';

export interface ProgramsModule {
  run_program(options: object): Outcome;
  judge_program(options: object): Outcome;
  list_tasks(options: object): Outcome;
  task_batch(options: object): Outcome;
  program_call(options: object): Outcome;
  list_program_mistakes(options: object): Outcome;
}

export default function createModule(options: {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}): Promise<ProgramsModule>;
