// The playground's state as texts and as what the laboratory is asked for, and what is made of what it tells.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  acceptsText,
  armSettings,
  baseOf,
  lineOf,
  matters,
  type Preset,
  rateInWords,
  refusal,
  runSettings,
  type Setting,
  settings,
  stateOf,
  textsFor,
  textsForPreset,
  trainingKey,
} from '../../web/src/kinds/playground/settings.ts';
import { presetOf, schema } from '../../web/src/kinds/playground/schema.ts';
import { type Laboratory, loadLaboratory } from '../../web/src/core/laboratory.ts';
import { readLink, writeLink } from '../../web/src/memory/link.ts';
import {
  inFullWords,
  inWords,
  Losses,
  type Order,
  sentenceOf,
  Session,
  type Told,
  Track,
} from '../../web/src/core/playground.ts';

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await loadLaboratory(
    readFileSync(new URL('../../build/wasm/laboratory.wasm', import.meta.url)),
  );
});

const first: Preset = {
  id: 'first',
  title: 'First',
  set: { 'a.rate': '1', 'b.rate': '1', 'b.normalization': 'batch' },
};
const second: Preset = { id: 'second', title: 'Second', set: { 'b.hidden': '1048576', view: 'effective' } };
const presets = [first, second];

/** Another value than this one. */
function otherThan(setting: Setting, than = setting.initial): string {
  if (setting.kind === 'choice') return Object.keys(setting.options).find((each) => each !== than) as string;
  const other = setting.isWhole ? setting.least + 1 : (setting.least + setting.most) / 4;
  return String(other) === than ? String(other + 1) : String(other);
}

describe('a state', () => {
  test.each(Object.entries(settings))('%s survives a link', (name, setting) => {
    const value = otherThan(setting, baseOf(first)[name]);
    expect(refusal(setting, value)).toBeUndefined();
    const texts = Object.entries(textsFor(first, { [name]: value }));
    const link = writeLink(
      texts.map(([field, text]) => ({ subject: 'playground', name: field, text: text as string })),
      'playground',
    );
    const entries = readLink(link)?.entries ?? [];
    for (const entry of entries) expect(acceptsText(presets, entry.name, entry.text), entry.name).toBe(true);
    const { state } = stateOf(presets, Object.fromEntries(entries.map((entry) => [entry.name, entry.text])));
    expect(state).toEqual({ ...baseOf(first), [name]: value });
  });

  test('with every setting changed survives too', () => {
    const all = Object.fromEntries(
      Object.entries(settings).map(([name, setting]) => [name, otherThan(setting)]),
    );
    const texts = Object.fromEntries(
      Object.entries(textsFor(first, all)).filter((each): each is [string, string] => each[1] !== undefined),
    );
    expect(stateOf(presets, texts).state).toEqual(all);
  });

  test('of another preset is kept as its name, and no rate of its own as a word', () => {
    const kept = textsForPreset(presets, second);
    expect(Object.values(kept).filter((text) => text !== undefined)).toEqual(['second']);
    const changes = textsFor(second, { 'b.hidden': '' });
    expect(changes).toEqual({ 'b.hidden': 'same' });
    const { preset, state } = stateOf(presets, { preset: 'second', 'b.hidden': 'same' });
    expect(preset).toBe(second);
    expect(state).toEqual({ ...baseOf(second), 'b.hidden': '' });
    expect(runSettings(state, 'b').hidden_rate).toBe(-1);
    expect(textsFor(second, { 'b.hidden': '1048576' })).toEqual({ 'b.hidden': undefined });
  });

  test('what cannot be read is refused with its reason, and stands as the preset has it', () => {
    const refused: [string, string, RegExp][] = [
      ['a.layers', '1', /^hidden layers: expected a whole number from 2 to 50, got “1”$/],
      ['a.layers', '2.5', /a whole number/],
      ['a.rate', '-1', /^learning rate: expected a number from 0 to 1048576, got “-1”$/],
      ['a.rate', '0,1', /got “0,1”$/],
      ['a.rate', 'NaN', /got “NaN”$/],
      ['a.rate', '', /got “”$/],
      ['b.normalization', 'instance', /^normalization: expected one of none, batch, /],
      ['b.normalization', 'toString', /expected one of/],
      ['batch', '0', /^batch size: expected a whole number from 1 to 512, got “0”$/],
    ];
    for (const [name, text, reason] of refused) {
      expect(refusal(settings[name] as Setting, text)).toMatch(reason);
      expect(acceptsText(presets, name, text)).toBe(false);
      expect(stateOf(presets, { [name]: text }).state).toEqual(baseOf(first));
    }
    for (const name of ['c.rate', 'rate', 'constructor', '__proto__'])
      expect(acceptsText(presets, name, '1'), name).toBe(false);
    expect(acceptsText(presets, 'preset', 'third')).toBe(false);
    expect(stateOf(presets, { preset: 'third' }).preset).toBe(first);
  });

  test('how one looks at it trains nothing anew', () => {
    const state = baseOf(first);
    for (const name of ['view', 'speed', 'statistics', 'example', 'steps'])
      expect(trainingKey({ ...state, [name]: otherThan(settings[name] as Setting) }), name).toBe(
        trainingKey(state),
      );
    for (const name of ['a.rate', 'b.eps', 'seed', 'data', 'batch'])
      expect(trainingKey({ ...state, [name]: otherThan(settings[name] as Setting) }), name).not.toBe(
        trainingKey(state),
      );
  });

  test('an arm is said in a line', () => {
    const state = {
      ...baseOf(first),
      'a.layers': '10',
      'a.activation': 'linear',
      'b.normalization': 'ghost',
    };
    expect(lineOf(state, 'a')).toBe('10 linear layers of 16, no normalization, rate 1');
    const unusual = { 'b.gain': '0.1', 'b.optimizer': 'adam', 'b.hidden': '1048576', 'b.bias': 'no' };
    expect(lineOf({ ...state, ...unusual }, 'b')).toBe(
      '3 ReLU layers of 16, ghost batch norm of 8, no bias, initial weights × 0.1, Adam, rate 1, 1,048,576 for hidden weights',
    );
    expect([0.0625, 0.1, 2, 0.06, 2 ** 20].map(rateInWords)).toEqual([
      '1/16',
      '0.1',
      '2',
      '0.06',
      '1,048,576',
    ]);
  });

  test('settings that do nothing are not asked for', () => {
    const own = Object.fromEntries(
      Object.entries(armSettings).map(([name, { initial }]) => [name, initial]),
    ) as never;
    expect((['ghost', 'eps', 'momentum', 'rate'] as const).map((name) => matters(own, name))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('every setting of an arm', () => {
  const few = { 'b.normalization': 'batch', 'b.ghost': '4', 'b.width': '4', examples: '32', batch: '8' };
  const lossesOf = (changes: Record<string, string>) => {
    const run = laboratory.beginRun(runSettings({ ...baseOf(first), ...few, ...changes }, 'b'));
    const losses = laboratory.advance(run, 4);
    laboratory.endRun(run);
    return [...losses];
  };
  const needs: Record<string, Record<string, string>> = {
    'b.ghost': { 'b.normalization': 'ghost' },
    'b.bias': { 'b.normalization': 'none' },
  };
  // Losses in training do not depend on running statistics, whose setting is `keep`.
  const names = [
    ...Object.keys(settings).filter((name) => name.startsWith('b.')),
    'data',
    'examples',
    'noise',
    'flipped',
    'batch',
    'seed',
  ];
  test.each(names)('%s reaches the network', (name) => {
    const setting = settings[name] as Setting;
    const others = needs[name] ?? {};
    const values =
      setting.kind === 'choice'
        ? Object.keys(setting.options)
        : [
            setting.initial,
            name === 'b.ghost'
              ? '4'
              : name === 'batch'
                ? '16'
                : name === 'examples'
                  ? '33'
                  : name === 'b.bias'
                    ? 'no'
                    : otherThan(setting),
          ];
    const all = values.map((value) => JSON.stringify(lossesOf({ ...others, [name]: value })));
    expect(new Set(all).size, values.join()).toBe(values.length);
  });
});

test('a block gives its presets, and refuses what is none', () => {
  const block = (preset: object) => ({
    id: 'playground',
    presets: [{ id: 'one', title: 'One', says: 'Look.', ...preset }],
  });
  const read = schema.parse(block({ both: { rate: 1, width: 8 }, a: { width: 4 }, with: { batch: 8 } }));
  expect(presetOf(read.presets[0] as never).set).toEqual({
    'a.rate': '1',
    'a.width': '4',
    'b.rate': '1',
    'b.width': '8',
    batch: '8',
  });
  for (const [preset, reason] of [
    [{ a: { layers: 1 } }, /hidden layers: expected a whole number from 2 to 50/],
    [{ a: { depth: 3 } }, /depth/],
    [{ with: { rate: 1 } }, /rate/],
  ] as const)
    expect(() => schema.parse(block(preset))).toThrow(reason);
});

describe('a session', () => {
  /** What a session tells until it stands, of these orders. */
  function heard(...orders: Order[]): Promise<Told[]> {
    return new Promise((resolve) => {
      const all: Told[] = [];
      const session = new Session(
        laboratory,
        (told) => {
          all.push(told);
          if ('paused' in told || 'reason' in told) {
            session.end();
            resolve(all);
          }
        },
        5,
      );
      for (const order of orders) session.order(order);
    });
  }
  const begin = (changes: Record<string, string> = {}): Order => {
    const state = { ...baseOf(first), ...changes };
    return {
      begin: { a: runSettings(state, 'a'), b: runSettings(state, 'b') },
      ask: { mode: 'inference', example: 0, with_plane: true },
      training: 7,
    };
  };

  test('plays up to a step, and tells every loss once', async () => {
    const all = await heard(begin(), { pace: Number.POSITIVE_INFINITY, until: 40 });
    expect(all.every(({ training }) => training === 7)).toBe(true);
    const seen = all.flatMap((told) => ('seen' in told ? [told.seen] : []));
    expect(seen.at(-1)?.step).toBe(40);
    expect('paused' in (all.at(-1) as Told)).toBe(true);
    const run = laboratory.beginRun(runSettings(baseOf(first), 'a'));
    expect(seen.flatMap(({ arms }) => [...arms.a.losses])).toEqual([...laboratory.advance(run, 40)]);
    laboratory.endRun(run);
  });

  test('takes a single step', async () => {
    const all = await heard(begin(), { step: 1 });
    expect(all.flatMap((told) => ('seen' in told ? [told.seen.step] : []))).toEqual([0, 1]);
  });

  test('says which arm is refused, and why; orders after that are about nothing', async () => {
    const all = await heard(begin({ 'b.residual': 'pre_activation', 'b.layers': '4' }), { step: 1 });
    expect(all).toEqual([
      { reason: expect.stringMatching(/^arm B, layers: expected .*odd.*got 4/), training: 7 },
    ]);
    const orders = await heard(begin({ batch: '300' }));
    expect(orders).toEqual([{ reason: expect.stringMatching(/^arm A, batch: /), training: 7 }]);
  });
});

describe('words', () => {
  const seen = (correct: number, range: number, norms: number[] = [1, 1]) => ({
    losses: new Float64Array(),
    correct,
    fresh_correct: 0.58,
    range,
    probability: 0.5,
    layers: {
      mean: new Float64Array(),
      spread: new Float64Array(),
      square_norm: new Float64Array(),
      gradient_norm: Float64Array.from(norms),
    },
  });

  test('say how an arm does, and when it is not finite, dead, or answers alike', () => {
    expect(inWords(seen(0.999, 3), 'ln 2')).toBe('99 % right');
    expect(inFullWords(seen(1, 3), 'ln 2')).toBe('100 % right, 58 % of new examples');
    expect(inFullWords(seen(Number.NaN, Number.NaN), 'ln 2')).toBe('its numbers are no longer finite');
    expect(inFullWords(seen(0.5, 0.01), 'ln 4')).toBe(
      'gives nearly the same answer everywhere (its loss is ln 4, that of guessing)',
    );
    expect(inFullWords(seen(0.5, 0, [0, 0, 0.3]), 'ln 2')).toBe(
      'dead, gives the same answer everywhere (its loss is ln 2, that of guessing)',
    );
    expect(sentenceOf({ step: 1, arms: { a: seen(0.5, 1), b: seen(1, 1) } }, 'ln 2')).toBe(
      'After 1 step, A: 50 % right; B: 100 % right.',
    );
  });

  test('a line of losses ends before what is not finite', () => {
    const losses = new Losses();
    losses.add(Float64Array.of(1, 2, Number.NaN, 3));
    expect(losses.track.values).toEqual([1, 0.8 * 1 + 0.2 * 2]);
  });

  test('a track keeps few points from the first to about the last', () => {
    const track = new Track();
    for (let step = 0; step <= 20_000; ++step) track.add(step, step);
    expect(track.steps.length).toBeLessThanOrEqual(300);
    expect(track.steps.length).toBeGreaterThan(100);
    expect(track.steps[0]).toBe(0);
    expect(track.steps.at(-1)).toBeGreaterThan(19_800);
    expect(track.values).toEqual(track.steps);
  });
});
