// The built module, declared by hand (older Emscripten writes no types). tests/web/core.test.ts compares it with the
// module's real keys.
export type Outcome =
  | { ok: true; value: unknown }
  | { ok: false; code: 'unreadable' | 'invalid_argument' | 'internal'; message: string; range?: Range };

export interface Range {
  begin: number;
  end: number;
}

export interface CoreModule {
  forward_train(options: object): Outcome;
  forward_inference(options: object): Outcome;
  backward_train(options: object): Outcome;
  backward_frozen(options: object): Outcome;
  forward_trace(options: object): Outcome;
  backward_trace(options: object): Outcome;
  central_difference_gradient(options: object): Outcome;
  jacobian(options: object): Outcome;
  update_running_statistics(options: object): Outcome;
  torch_from_decay(options: object): Outcome;
  decay_from_torch(options: object): Outcome;
  fold_into_weight(options: object): Outcome;
  moments(options: object): Outcome;
  merge_moments(options: object): Outcome;
  statistics_from_moments(options: object): Outcome;
  normalize(options: object): Outcome;
  gradient_sums(options: object): Outcome;
  merge_gradient_sums(options: object): Outcome;
  backward_shard(options: object): Outcome;
  normal_batches(options: object): Outcome;
  variance_methods(options: object): Outcome;
  difference_checks(options: object): Outcome;
  jacobian_spectrum(options: object): Outcome;
  running_series(options: object): Outcome;
  running_stream(options: object): Outcome;
  evaluate(options: object): Outcome;
  quantities(options: object): Outcome;
  compute(options: object): Outcome;
  read(options: object): Outcome;
  judge(options: object): Outcome;
  judge_property(options: object): Outcome;
  judge_worksheet(options: object): Outcome;
  judge_formula(options: object): Outcome;
  judge_proof(options: object): Outcome;
  judge_line(options: object): Outcome;
  mistaken_answers(options: object): Outcome;
  draw(options: object): Outcome;
  separation(options: object): Outcome;
  list_forms(options: object): Outcome;
  list_mistakes(options: object): Outcome;
}

export default function createModule(options: {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}): Promise<CoreModule>;
