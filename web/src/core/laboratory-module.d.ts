// The built module of the laboratory, declared by hand.
import type { Outcome } from '#core-module';

export interface LaboratoryModule {
  begin_run(options: object): Outcome;
  advance(options: object): Outcome;
  look(options: object): Outcome;
  look_closely(options: object): Outcome;
  data_of(options: object): Outcome;
  end_run(options: object): Outcome;
  experiment_names(options: object): Outcome;
  measured(options: object): Outcome;
}

export default function createModule(options: {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}): Promise<LaboratoryModule>;
