// Where results go: into arrays and tensors of the caller; and tensors, which live in the core until they are disposed of.

import { readFileSync } from 'node:fs';
import createModule from '#core-module';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore, wasmFile } from '../../web/render/core.ts';
import { type Core, loadCore, type Tensor } from '../../web/src/core/core.ts';
import { started } from '../../web/src/core/wasm.mjs';

let core: Core;
beforeAll(async () => {
  core = await loadBuiltCore();
});

type Typed = Float32Array | Float64Array;
const types = [Float32Array, Float64Array];
/** A few values, which cross in the message, and many, which do not fit into it. */
const sizes = [6, 15_000];

const channels = 3;
const layer = { gamma: [2, -1, 0.5], beta: [0, 1, -2], eps: 1e-3 };
const running = { running_mean: [0.1, -0.2, 0.3], running_var: [1, 2, 3] };
const values = (size: number, seed: number) =>
  Array.from({ length: size }, (_, k) => (((k + seed) * 40503) % 65536) / 8192 - 4);

/** Every function that has a tensor among its results: its name, that of the tensor, and the other arguments. */
const functions = [
  ['forwardTrain', 'y', () => layer],
  ['forwardInference', 'y', () => ({ ...layer, ...running })],
  ['normalize', 'y', (x: Typed) => ({ ...layer, moments: momentsOf(x) })],
  ['backwardTrain', 'dx', () => layer],
  ['backwardFrozen', 'dx', () => ({ ...layer, ...running })],
  [
    'backwardShard',
    'dx',
    (x: Typed, dy: Typed) => {
      const shard = { gamma: layer.gamma, eps: layer.eps, moments: momentsOf(x) };
      return { ...shard, sums: core.gradientSums({ ...shard, shape: shapeOf(x), x, dy }) };
    },
  ],
] as const;
const shapeOf = (x: { length: number }) => [x.length / channels, channels];
const momentsOf = (x: Typed) => core.moments({ x, shape: shapeOf(x) });

type Result = Readonly<Record<string, unknown>>;
const cases = functions.flatMap(([name, result, others]) =>
  types.flatMap((List) =>
    sizes.map((size) => {
      const x = () => List.from(values(size, 1));
      const dy = () => List.from(values(size, 7));
      const call = (given: object): Result =>
        (core[name] as unknown as (input: object) => Result)({
          x: x(),
          shape: shapeOf({ length: size }),
          ...(result === 'dx' && { dy: dy() }),
          ...others(x(), dy()),
          ...given,
        });
      return [`${name}, ${size} in ${List.name}`, { name, result, List, size, x, dy, call }] as const;
    }),
  ),
);

describe('a result goes where the caller says', () => {
  test.each(cases)('%s: into an array', (_, { result, List, size, x, dy, call }) => {
    const expected = call({});
    const given = { x: x(), ...(result === 'dx' && { dy: dy() }) };
    const place = new List(size);
    const got = call({ ...given, [result]: place });
    expect(got[result]).toBe(place);
    expect(got).toEqual(expected);
    expect(given).toEqual({ x: x(), ...(result === 'dx' && { dy: dy() }) });
  });

  test.each(cases)('%s: over what it is made of', (_, { result, List, size, x, dy, call }) => {
    const expected = call({})[result];
    for (const name of result === 'dx' ? (['x', 'dy'] as const) : (['x'] as const)) {
      const same = name === 'x' ? x() : dy();
      expect(call({ [name]: same, [result]: same })[result]).toEqual(expected);
      const both = new List(size + 1);
      both.set(name === 'x' ? x() : dy());
      const shifted = both.subarray(1);
      expect(call({ [name]: both.subarray(0, size), [result]: shifted })[result]).toEqual(expected);
    }
  });

  test.each(cases)('%s: of another type or length it is refused', (_, { result, List, size, call }) => {
    const Other = List === Float32Array ? Float64Array : Float32Array;
    const wanted = `${result}: expected a ${List.name} of ${size} values, as x is, got `;
    const refused: [unknown, string][] = [
      [new Other(size), `${Other.name} of ${size}`],
      [new List(size + 1), `${List.name} of ${size + 1}`],
      [new List(0), `${List.name} of 0`],
      [values(size, 0), `Array of ${size}`],
      [core.tensor(new List(size - 1) as Float32Array), `a tensor of a ${List.name} of ${size - 1}`],
      [core.tensor(new Other(size) as Float32Array), `a tensor of a ${Other.name} of ${size}`],
      ['y', 'string'],
      [null, 'null'],
    ];
    for (const [place, got] of refused) {
      expect(() => call({ [result]: place })).toThrow(new RangeError(wanted + got));
      if (typeof place === 'object' && place !== null && 'dispose' in place) (place as Tensor).dispose();
    }
  });

  test('a function without such a result knows no such argument', () => {
    const x = Float64Array.of(1, 2);
    expect(() => core.forwardTrain({ x, gamma: [1], eps: 0, dx: x } as never)).toThrow(
      /^dx: expected one of the arguments x, .*, got an unknown name/,
    );
    expect(() => core.moments({ x, gamma: [1], y: x } as never)).toThrow(/^y: expected one of the arguments/);
  });
});

describe('tensors', () => {
  test.each(cases)('%s: give what arrays give, to the last bit', (_, { result, List, size, x, dy, call }) => {
    const expected = call({});
    const tensors = {
      x: core.tensor(x() as Float32Array),
      ...(result === 'dx' && { dy: core.tensor(dy() as Float32Array) }),
    };
    // Without a place for it, the result is a fresh array.
    const fresh = call(tensors);
    expect(fresh).toEqual(expected);
    expect((fresh[result] as Typed).buffer.byteLength).toBe(size * List.BYTES_PER_ELEMENT);
    const place = core.tensor(new List(size) as Float32Array);
    const got = call({ ...tensors, [result]: place });
    expect(got[result]).toBe(place);
    expect({ ...got, [result]: place.data }).toEqual(expected);
    expect(tensors.x.data).toEqual(x());
    if (tensors.dy) expect(tensors.dy.data).toEqual(dy());
    // Mixed with arrays.
    const array = new List(size);
    expect(call({ ...tensors, [result]: array })[result]).toBe(array);
    expect(array).toEqual(expected[result]);
    call({ [result]: place });
    expect(place.data).toEqual(expected[result]);
    // y over x, dx over dy; the passes read x while they write dx.
    const over = result === 'dx' ? tensors.dy : tensors.x;
    call({ ...tensors, [result]: over });
    expect(over?.data).toEqual(expected[result]);
    if (result === 'dx') {
      expect(() => call({ ...tensors, dx: tensors.x })).toThrow(
        /^dx: expected another tensor than x, .* got x$/,
      );
    }
    for (const each of [tensors.x, tensors.dy, place]) each?.dispose();
  });

  test('a call with tensors alone copies nothing: the memory that they fill gets no room for a copy', async () => {
    const boundary = await started(createModule, readFileSync(wasmFile), 'the core');
    const size = 1 << 22;
    const [x, dy, y] = [17, 19, 23].map((period) => {
      const tensor = boundary.tensor(size, Float64Array);
      tensor.data.forEach((_, k, data) => (data[k] = k % period));
      return tensor;
    });
    const room = () => boundary.memory.buffer.byteLength;
    const most = room() + 8 * size;
    const call = { x, shape: [size / 16, 16], eps: 1e-3 };
    expect(boundary.ask('forward_train', { ...call, y })).toMatchObject({ ok: true });
    expect(boundary.ask('backward_train', { ...call, dy, dx: y })).toMatchObject({ ok: true });
    expect(room()).toBeLessThan(most);
    expect(boundary.ask('backward_train', { ...call, x: x?.data.slice(), dy, dx: y })).toMatchObject({
      ok: true,
    });
    expect(room()).toBeGreaterThanOrEqual(most);
  });

  test('new ones hold a copy of the values, or zeros', () => {
    const given = Float32Array.of(1, 2, 3);
    const tensor: Tensor<Float32Array> = core.tensor(given);
    given[0] = 9;
    expect(tensor.data).toEqual(Float32Array.of(1, 2, 3));
    expect(tensor.length).toBe(3);
    const used = core.tensor(Float64Array.of(5, 6, 7));
    used.dispose();
    const zeros: Tensor<Float64Array> = core.tensor(3);
    expect(zeros.data).toEqual(new Float64Array(3));
    expect(core.tensor(2, 'single').data).toEqual(new Float32Array(2));
    expect(core.tensor(0).data).toEqual(new Float64Array(0));
    zeros.data[1] = 4;
    expect(zeros.data).toEqual(Float64Array.of(0, 4, 0));
  });

  test('their numbers can be read after memory has grown; a view from before is empty and refused', () => {
    const tensor = core.tensor(Float64Array.of(1, 2, 4, 9));
    const view = tensor.data;
    const { y } = core.forwardTrain({ x: view, gamma: [1], eps: 0 });
    const large = core.tensor(1 << 24);
    expect(view).toHaveLength(0);
    expect(() => core.forwardTrain({ x: view, gamma: [1], eps: 0 })).toThrow(
      /^x: expected at least 1 example/,
    );
    expect(tensor.data).toEqual(Float64Array.of(1, 2, 4, 9));
    expect(core.forwardTrain({ x: tensor, gamma: [1], eps: 0, y: tensor.data }).y).toEqual(y);
    expect(tensor.data).toEqual(y);
    large.dispose();
  });

  test('one that is disposed of, or lives in another core, is refused by the argument’s name', async () => {
    const call = { gamma: [1], eps: 0 };
    const tensor = core.tensor(Float64Array.of(1, 2));
    const other = (await loadCore(readFileSync(wasmFile))).tensor(Float64Array.of(1, 2));
    expect(() => core.forwardTrain({ ...call, x: other })).toThrow(
      new RangeError('x: expected a tensor that lives in this module, got one of another'),
    );
    tensor.dispose();
    tensor.dispose();
    const gone = 'expected a tensor that lives in this module, got one that is disposed of';
    expect(() => core.forwardTrain({ ...call, x: tensor })).toThrow(new RangeError(`x: ${gone}`));
    expect(() => core.backwardTrain({ ...call, x: [1, 2], dy: [1, 0], dx: tensor })).toThrow(`dx: ${gone}`);
    expect(() => tensor.data).toThrow(/^data: expected a tensor that is not disposed of/);
    // The call after a refused one is not disturbed.
    expect(core.forwardTrain({ ...call, x: [1, 3] }).y).toEqual(Float64Array.of(-1, 1));
  });

  test('100,000 that are disposed of, half of them by `using`, leave memory as large as it was', async () => {
    const boundary = await started(createModule, readFileSync(wasmFile), 'the core');
    let size = 0;
    for (let k = 0; k < 100_000; ++k) {
      const tensor = boundary.tensor(1 + ((k * 7919) % 20_000), k % 3 === 0 ? Float32Array : Float64Array);
      if (k % 2 === 0) tensor.dispose();
      else (tensor as unknown as Disposable)[Symbol.dispose]();
      if (k === 1000) size = boundary.memory.buffer.byteLength;
    }
    expect(boundary.memory.buffer.byteLength).toBe(size);
  });

  test.each([
    [-1, undefined, /^length: expected a whole number from 0 to 2147483647, got -1/],
    [1.5, undefined, /^length: expected a whole number/],
    [2 ** 31, undefined, /^length: expected a whole number/],
    [2 ** 31 - 1, 'double', /^memory: expected room/],
    ['4', undefined, /^values: expected a Float64Array, a Float32Array or a length, got string/],
    [[1, 2], undefined, /^values: expected a Float64Array, a Float32Array or a length, got object/],
    [4, 'half', /^precision: expected "single" or "double", got half/],
  ])('of %j %s: refused', (content, precision, message) => {
    expect(() => core.tensor(content as never, precision as never)).toThrow(RangeError);
    expect(() => core.tensor(content as never, precision as never)).toThrow(message);
  });
});

describe('moments of x given to its backward pass', () => {
  test.each(types)('change no bit of it, in a %o', (List) => {
    const x = List.from(values(300, 3));
    const call = { ...layer, shape: shapeOf(x), x, dy: List.from(values(300, 5)) };
    for (const accuracy of ['fast', 'exact'] as const) {
      const moments = core.moments({ x, shape: shapeOf(x), accuracy });
      expect(core.backwardTrain({ ...call, accuracy, moments })).toEqual(
        core.backwardTrain({ ...call, accuracy }),
      );
    }
  });

  test('are those of x: others are used, of other sizes refused', () => {
    const call = { x: [1, 2, 4, 9], shape: [2, 2], dy: [1, 0, 0, 1], eps: 0 };
    const given = core.moments({ x: [1, 2, 5, 9], shape: [2, 2] });
    expect(core.backwardTrain({ ...call, moments: given })).not.toEqual(core.backwardTrain(call));
    const more = core.moments({ x: [1, 2, 4, 9, 5, 6], shape: [3, 2] });
    expect(() => core.backwardTrain({ ...call, moments: more })).toThrow(
      /^statistics: expected those of x, of 2/,
    );
    const one = core.moments({ x: [1, 2], shape: [2, 1] });
    expect(() => core.backwardTrain({ ...call, moments: one })).toThrow(
      /expected 2 values \(one a channel\), got 1/,
    );
    expect(() => core.backwardTrain({ ...call, moments: 5 as never })).toThrow(
      /^moments: expected an object/,
    );
  });
});

describe('inference over a long tensor', () => {
  const parts = (count: number) => ({
    gamma: values(count, 2),
    beta: values(count, 3),
    eps: 1e-3,
    running_mean: values(count, 4),
    running_var: values(count, 5).map((each) => each * each),
  });
  const long = types.flatMap((List) =>
    (
      [
        ['channels after the examples', 8, { shape: [100, 8, 700] }],
        ['channels last', 8, { shape: [100, 700, 8], channel_axis: 'last' }],
        ['neither', 7, {}],
        ['one example alone', 3, { shape: [1, 3, 200_000] }],
        ['examples longer than a block', 2, { shape: [3, 2, 140_000] }],
        ['so many channels that it is not divided', 1025, { shape: [600, 1025] }],
      ] as const
    ).map(([name, count, layout]) => {
      const size =
        'shape' in layout
          ? (layout.shape as readonly number[]).reduce((all, each) => all * each, 1)
          : 80_000 * count;
      const x = () => List.from(values(size, 1));
      const call = (given: object) => core.forwardInference({ x: x(), ...layout, ...parts(count), ...given });
      return [`${List.name}, ${name}`, { List, size, x, call }] as const;
    }),
  );
  const bytesOf = ({ buffer, byteOffset, byteLength }: Typed) => Buffer.from(buffer, byteOffset, byteLength);
  /** toEqual takes seconds for as many values. */
  const areSame = (a: Typed, b: Typed) => a.constructor === b.constructor && bytesOf(a).equals(bytesOf(b));

  test.each(long)(
    '%s: what a tensor in the core gives, to the last bit, wherever it goes',
    (_, { List, size, x, call }) => {
      const tensor = core.tensor(x() as Float32Array);
      const { y: expected } = call({ x: tensor });
      tensor.dispose();
      expect(areSame(call({}).y, expected)).toBe(true);
      const given = x();
      const place = new List(size);
      expect(call({ x: given, y: place }).y).toBe(place);
      expect(areSame(place, expected)).toBe(true);
      expect(areSame(given, x())).toBe(true);
      expect(call({ x: given, y: given }).y).toBe(given);
      expect(areSame(given, expected)).toBe(true);
      // Beside each other in one buffer, the later values of x where the first ones of y go.
      const both = new List(size + 5);
      const [from, to] = [both.subarray(0, size), both.subarray(5)];
      from.set(x());
      call({ x: from, y: to });
      expect(areSame(to, expected)).toBe(true);
    },
  );

  test('the core takes no room for a copy of the whole', async () => {
    const own = await loadCore(readFileSync(wasmFile));
    const x = new Float32Array(1 << 24);
    own.forwardInference({ ...parts(4), x });
    expect(own.tensor(1).data.buffer.byteLength).toBeLessThan(x.byteLength / 2);
  });

  test('what is wrong with it is said as of a short one', () => {
    const x = new Float32Array(1 << 19);
    const input = { x, shape: [1 << 16, 8], ...parts(8) };
    const refusals: [object, RegExp][] = [
      [{ gamma: [1, 2] }, /^gamma: expected 8 values \(one a channel\), got 2$/],
      [
        { running_var: values(8, 1).fill(-1) },
        /^running_var \(channel 0\): expected a variance >= 0, got -1$/,
      ],
      [{ eps: Number.NaN }, /^eps: expected a finite number/],
      [{ shape: [1 << 16, 9] }, /^x: expected 589824 values \(9 channels of 65536\), got 524288$/],
      [{ shape: [1 << 16, -8] }, /^shape/],
      [{ shape: '88' }, /^shape: expected/],
      [{ shape: [1 << 19] }, /^shape/],
      [
        { y: new Float32Array(5) },
        /^y: expected a Float32Array of 524288 values, as x is, got Float32Array of 5$/,
      ],
      [{ y: new Float64Array(x.length) }, /^y: expected a Float32Array/],
      [{ running_mean: undefined }, /^running_mean: expected/],
      [{ gama: [1] }, /^gama: expected one of the arguments/],
    ];
    for (const [given, sentence] of refusals) {
      const place = new Float32Array(x.length).fill(7);
      expect(() => core.forwardInference({ y: place, ...input, ...given } as never)).toThrow(sentence);
      expect(place.every((each) => each === 7)).toBe(true);
    }
    expect(() => core.forwardInference(undefined as never)).toThrow(/an object with named arguments/);
  });
});
