// The state of a playground: its settings, how they are written as texts, and what they mean for the laboratory.

import { withThousands } from '../../core/format.ts';
import type { RunSettings } from '../../core/laboratory.ts';
import { type Arm, arms } from '../../core/playground.ts';

export interface NumberSetting {
  kind: 'number';
  initial: string;
  /** what it is, in words */
  label: string;
  least: number;
  most: number;
  isWhole?: true;
  /** the empty text means that it has no value of its own */
  isOptional?: true;
}

export interface ChoiceSetting {
  kind: 'choice';
  initial: string;
  label: string;
  /** by the words of a state, the words on the page */
  options: Readonly<Record<string, string>>;
}

export type Setting = NumberSetting | ChoiceSetting;

const whole = (initial: number, label: string, least: number, most: number): NumberSetting => ({
  kind: 'number',
  initial: String(initial),
  label,
  least,
  most,
  isWhole: true,
});
const number = (initial: number, label: string, least: number, most: number): NumberSetting => ({
  kind: 'number',
  initial: String(initial),
  label,
  least,
  most,
});
const choice = (
  initial: string,
  label: string,
  options: Readonly<Record<string, string>>,
): ChoiceSetting => ({
  kind: 'choice',
  initial,
  label,
  options,
});

export const armSettings = {
  normalization: choice('none', 'normalization', {
    none: 'no normalization',
    batch: 'batch norm',
    after: 'batch norm after the activation',
    ghost: 'ghost batch norm',
    noisy: 'noisy batch norm',
    layer: 'layer norm',
    group: 'group norm, 4 groups',
    rms: 'RMS norm',
  }),
  ghost: whole(8, 'examples in a ghost batch', 1, 256),
  layers: whole(3, 'hidden layers', 2, 50),
  width: whole(16, 'units of each', 1, 64),
  activation: choice('relu', 'activation', {
    relu: 'ReLU',
    tanh: 'tanh',
    sigmoid: 'sigmoid',
    linear: 'none (linear)',
  }),
  residual: choice('none', 'residual blocks', {
    none: 'none',
    post_activation: 'post-activation residual blocks',
    pre_activation: 'pre-activation residual blocks',
  }),
  bias: choice('yes', 'bias of the hidden layers', { yes: 'yes', no: 'no' }),
  eps: number(1e-5, 'eps of the normalization', 0, 1),
  gain: number(1, 'initial weights, times the usual size', 0, 100),
  optimizer: choice('sgd', 'optimizer', { sgd: 'gradient descent', adam: 'Adam' }),
  momentum: number(0, 'momentum of gradient descent', 0, 0.99),
  decay: number(0, 'weight decay', 0, 1),
  rate: number(0.1, 'learning rate', 0, 2 ** 20),
  hidden: {
    ...number(0, 'learning rate of the hidden weights', 0, 2 ** 20),
    initial: '',
    isOptional: true,
  } as NumberSetting,
} as const satisfies Record<string, Setting>;

export const sharedSettings = {
  data: choice('spirals', 'data', {
    spirals: 'two spirals',
    moons: 'two moons',
    circles: 'two circles',
    blobs: 'four blobs',
    glyphs: 'ten digits, 8 × 8',
  }),
  examples: whole(256, 'training examples', 2, 2000),
  noise: number(0.05, 'noise of the inputs', 0, 2),
  flipped: number(0, 'share of random labels', 0, 1),
  batch: whole(32, 'batch size', 1, 512),
  keep: number(0.9, 'weight of the old running statistics', 0, 1),
  seed: whole(1, 'seed', 1, 999_999),
  steps: whole(300, 'pause after so many steps', 1, 20_000),
} as const satisfies Record<string, Setting>;

export const viewSettings = {
  view: choice('loss', 'Show', {
    loss: 'loss of each batch',
    activations: 'what enters the activations',
    gradients: 'gradient of each layer',
    effective: 'effective rate',
    example: 'one example',
  }),
  statistics: choice('inference', 'evaluated with', {
    inference: 'running statistics',
    train: 'statistics of batches',
  }),
  speed: choice('60', 'steps a second', {
    '10': '10',
    '60': '60',
    '300': '300',
    most: 'as many as it can',
  }),
  example: whole(1, 'the example', 1, 2000),
} as const satisfies Record<string, Setting>;

export type ArmName = keyof typeof armSettings;
type SharedName = keyof typeof sharedSettings;
type ViewName = keyof typeof viewSettings;
export type Values<Name extends string> = Readonly<Record<Name, string>>;
/** Every value as its text. */
export type State = Values<string>;

/** Every setting by its name in a state: "a.width", "batch", "view". */
export const settings: Readonly<Record<string, Setting>> = {
  ...viewSettings,
  ...sharedSettings,
  ...Object.fromEntries(
    arms.flatMap((arm) =>
      Object.entries(armSettings).map(([name, setting]): [string, Setting] => [`${arm}.${name}`, setting]),
    ),
  ),
};

export interface Preset {
  id: string;
  title: string;
  /** what differs from how every setting begins */
  set: Readonly<Record<string, string>>;
}

const decimal = /^\d+(\.\d+)?(e[-+]?\d+)?$/;

/** Why the text is not valid for this setting, as a clause; undefined where it is. */
export function refusal(setting: Setting, text: string): string | undefined {
  if (setting.kind === 'choice')
    return Object.hasOwn(setting.options, text)
      ? undefined
      : `${setting.label}: expected one of ${Object.keys(setting.options).join(', ')}, got “${text}”`;
  if (text === '' && setting.isOptional) return undefined;
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  const isFine =
    value >= setting.least && value <= setting.most && (!setting.isWhole || Number.isInteger(value));
  const { label, least, most, isWhole } = setting;
  return isFine
    ? undefined
    : `${label}: expected ${isWhole ? 'a whole number' : 'a number'} from ${least} to ${most}, got “${text}”`;
}

/** How every setting begins, as a preset has it. */
export const baseOf = ({ set }: Pick<Preset, 'set'>): State => ({
  ...Object.fromEntries(Object.entries(settings).map(([name, { initial }]) => [name, initial])),
  ...set,
});

/** A block has one at least. */
export const firstOf = (presets: readonly Preset[]): Preset => presets[0] as Preset;

/** The state that the kept texts give: a preset, and what differs from it. Texts that cannot be read are ignored. */
export function stateOf(
  presets: readonly Preset[],
  texts: Readonly<Record<string, string>>,
): { preset: Preset; state: State } {
  const preset = presets.find(({ id }) => id === texts.preset) ?? firstOf(presets);
  const state: Record<string, string> = { ...baseOf(preset) };
  for (const [name, setting] of Object.entries(settings)) {
    const text = texts[name];
    // The empty text of an optional setting is kept as a word, for kept texts are never empty.
    const value = text === 'same' ? '' : text;
    if (value !== undefined && refusal(setting, value) === undefined) state[name] = value;
  }
  return { preset, state };
}

/** The texts to keep for these changes: settings equal to those of the preset are left out. */
export function textsFor(
  preset: Preset,
  changes: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const base = baseOf(preset);
  return Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [
      name,
      value === base[name] ? undefined : value === '' ? 'same' : value,
    ]),
  );
}

/** Changes to another preset, and drops all changed settings. */
export const textsForPreset = (
  presets: readonly Preset[],
  preset: Preset,
): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.keys(settings).map((name) => [name, undefined])),
  preset: preset === firstOf(presets) ? undefined : preset.id,
});

/** Whether a text of a link is valid for a setting. */
export const acceptsText = (presets: readonly Preset[], name: string, text: string): boolean => {
  if (name === 'preset') return presets.some(({ id }) => id === text);
  const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (!setting || text === '') return false;
  return refusal(setting, text === 'same' ? '' : text) === undefined;
};

/** The settings that the training depends on: all but those of the view. */
export const trainingKey = (state: State): string =>
  Object.keys(settings)
    .filter((name) => !Object.hasOwn(viewSettings, name) && name !== 'steps')
    .map((name) => state[name])
    .join();

export const armOf = (state: State, arm: Arm): Values<ArmName> =>
  Object.fromEntries(
    Object.keys(armSettings).map((name) => [name, state[`${arm}.${name}`]]),
  ) as Values<ArmName>;

/** Whether a setting of an arm has an effect, given the others. */
export function matters(own: Values<ArmName>, name: ArmName): boolean {
  if (name === 'ghost') return own.normalization === 'ghost';
  if (name === 'eps') return own.normalization !== 'none';
  if (name === 'momentum') return own.optimizer === 'sgd';
  return true;
}

/** The noise of lab/experiments: for each unit a scale from 1 to 1.25 and a shift up to 0.4, 0.1 for each value. */
const noisy = { noise_scale: 0.25, noise_shift: 0.4, noise_spread: 0.1 };

/** The request to the laboratory. */
export function runSettings(state: State, arm: Arm): RunSettings {
  const own = armOf(state, arm);
  const shared = state as Values<SharedName | ViewName>;
  const kind = own.normalization;
  const isBatch = ['batch', 'after', 'ghost', 'noisy'].includes(kind);
  return {
    data: shared.data as NonNullable<RunSettings['data']>,
    examples: Number(shared.examples),
    noise: Number(shared.noise),
    flipped: Number(shared.flipped),
    batch: Number(shared.batch),
    keep: Number(shared.keep),
    seed: Number(shared.seed),
    layers: Number(own.layers),
    width: Number(own.width),
    activation: own.activation as NonNullable<RunSettings['activation']>,
    normalization: (isBatch ? 'batch' : kind) as NonNullable<RunSettings['normalization']>,
    place: kind === 'after' ? 'after' : 'before',
    residual: own.residual as NonNullable<RunSettings['residual']>,
    ghost: kind === 'ghost' ? Number(own.ghost) : 0,
    has_bias: own.bias === 'yes',
    eps: Number(own.eps),
    gain: Number(own.gain),
    optimizer: own.optimizer as NonNullable<RunSettings['optimizer']>,
    rate: Number(own.rate),
    hidden_rate: own.hidden === '' ? -1 : Number(own.hidden),
    momentum: Number(own.momentum),
    weight_decay: Number(own.decay),
    ...(kind === 'noisy' ? noisy : {}),
  };
}

/** The rate of the hidden weights. */
export const hiddenRate = ({ rate, hidden }: Values<ArmName>): number =>
  Number(hidden === '' ? rate : hidden);

/** Powers of two as fractions, as they are read: 1/16, 0.1, 2, 1,048,576. */
export function rateInWords(rate: number): string {
  const power = Math.log2(rate);
  if (!Number.isInteger(power)) return String(rate);
  if (power > 10) return withThousands(rate);
  return power < 0 ? `1/${1 / rate}` : String(rate);
}

const inWords = (setting: ChoiceSetting, value: string) => setting.options[value] ?? value;

/** What an arm is, in a line: "10 ReLU layers of 12, no normalization, rate 1", and what is unusual of it. */
export function lineOf(state: State, arm: Arm): string {
  const own = armOf(state, arm);
  const isUsual = (name: ArmName) => own[name] === armSettings[name].initial;
  const activation = own.activation === 'linear' ? 'linear' : inWords(armSettings.activation, own.activation);
  const words = [
    `${own.layers} ${activation} layers of ${own.width}`,
    inWords(armSettings.normalization, own.normalization) +
      (own.normalization === 'ghost' ? ` of ${own.ghost}` : ''),
  ];
  if (own.residual !== 'none') words.push(inWords(armSettings.residual, own.residual));
  if (own.bias === 'no') words.push('no bias');
  if (!isUsual('eps')) words.push(`eps ${own.eps}`);
  if (!isUsual('gain')) words.push(`initial weights × ${own.gain}`);
  if (own.optimizer === 'adam') words.push('Adam');
  else if (!isUsual('momentum')) words.push(`momentum ${own.momentum}`);
  if (!isUsual('decay')) words.push(`weight decay ${own.decay}`);
  words.push(`rate ${rateInWords(Number(own.rate))}`);
  if (own.hidden !== '') words.push(`${rateInWords(Number(own.hidden))} for hidden weights`);
  return words.join(', ');
}

/** How many classes a data set has. */
export const classesOf = (data: string): number => (data === 'blobs' ? 4 : data === 'glyphs' ? 10 : 2);
