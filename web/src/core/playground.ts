// Two networks in training side by side, as long as one likes: runs at a pace, pauses, takes single steps, and tells what
// there is to see. The same in a worker and on the page.

import type { Asked, CloseLook, Data, Laboratory, RunSettings } from './laboratory.ts';
import { reach, side, type Tones, tonesOf } from './surface.ts';

export const arms = ['a', 'b'] as const;
export type Arm = (typeof arms)[number];
type Both<Each> = Record<Arm, Each>;

export type Ask = Pick<Asked, 'mode' | 'example'> & { with_plane: boolean };

/** Orders after a `begin` are about the same training, and its messages carry its number. */
export type Order =
  | { begin: Both<RunSettings>; ask: Ask; training: number }
  /** so many steps a second, up to this step; pause: 0 */
  | { pace: number; until: number }
  | { step: number }
  | { ask: Ask };

export interface ArmSeen extends Omit<CloseLook, 'labels' | 'probabilities'> {
  /** of the plane, where the data lie in one */
  tones?: Tones;
  /** of each step since the last look, before it */
  losses: Float64Array;
}
export interface Seen {
  /** steps so far */
  step: number;
  arms: Both<ArmSeen>;
}

/** `paused`: it stands, and everything so far was told. */
export type Told = ({ data: Data } | { seen: Seen } | { paused: true } | { reason: string }) & {
  /** none where no training could begin */
  training?: number;
};

/** The buffers that can be transferred instead of copied. */
export const buffersOf = ({ arms: { a, b } }: Seen): ArrayBuffer[] =>
  [a, b].flatMap(({ losses, tones, layers }) =>
    [losses, tones, ...(layers ? Object.values(layers) : [])].flatMap((each) =>
      each ? [(each as Float64Array<ArrayBuffer>).buffer] : [],
    ),
  );

/** A playground that is open. */
export interface Playing {
  order: (order: Order) => void;
  end: () => void;
}

/** Between two frames, in milliseconds. */
const between = 50;

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

export class Session {
  private readonly laboratory: Laboratory;
  private readonly send: (told: Told) => void;
  /** of a slice of work, in milliseconds; between two, orders come in */
  private readonly slice: number;
  private training = 0;
  private runs: Both<number> | undefined;
  private ask: Ask | undefined;
  private classes = 0;
  private losses: Both<Float64Array[]> = { a: [], b: [] };
  private step = 0;
  private pace = 0;
  private until = 0;
  /** when the next step is due, and the next look, on the clock of performance.now() */
  private due = 0;
  private lookDue = 0;
  private isWaiting = false;

  constructor(laboratory: Laboratory, send: (told: Told) => void, slice: number) {
    this.laboratory = laboratory;
    this.send = send;
    this.slice = slice;
  }

  order(order: Order): void {
    this.saying(() => {
      if ('begin' in order) {
        this.training = order.training;
        this.begin(order.begin, order.ask);
      } else if (!this.runs) {
        // What could not begin was told already.
      } else if ('ask' in order) {
        this.ask = order.ask;
        this.look();
      } else if ('step' in order) {
        this.pace = 0;
        this.advance(order.step);
        this.stand();
      } else if (order.pace > 0) {
        this.pace = order.pace;
        this.until = order.until;
        this.due = performance.now();
        this.goOn(0);
      } else if (this.pace > 0) this.stand();
    });
  }

  private tell(told: Told): void {
    this.send({ ...told, training: this.training });
  }

  end(): void {
    this.pace = 0;
    if (this.runs) for (const arm of arms) this.laboratory.endRun(this.runs[arm]);
    this.runs = undefined;
  }

  /** An error is reported, and ends the training. */
  private saying(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.end();
      this.tell({ reason: reasonOf(error) });
    }
  }

  private begin(settings: Both<RunSettings>, ask: Ask): void {
    this.end();
    const begun: number[] = [];
    for (const arm of arms) {
      try {
        begun.push(this.laboratory.beginRun(settings[arm]));
      } catch (error) {
        for (const run of begun) this.laboratory.endRun(run);
        throw new RangeError(`arm ${arm.toUpperCase()}, ${reasonOf(error)}`);
      }
    }
    const [a, b] = begun as [number, number];
    this.runs = { a, b };
    this.ask = ask;
    this.step = 0;
    this.losses = { a: [], b: [] };
    const data = this.laboratory.dataOf(a);
    this.classes = data.classes;
    this.tell({ data });
    this.look();
  }

  private advance(steps: number): void {
    if (!this.runs) return;
    for (const arm of arms) this.losses[arm].push(this.laboratory.advance(this.runs[arm], steps));
    this.step += steps;
  }

  private look(): void {
    const { runs, ask } = this;
    if (!runs || !ask) return;
    const start = performance.now();
    const { with_plane, ...rest } = ask;
    const armSeen = (arm: Arm): ArmSeen => {
      const losses = Float64Array.from(this.losses[arm].flatMap((each) => [...each]));
      this.losses[arm] = [];
      const asked = { ...rest, side: with_plane ? side : 0, reach, with_layers: true };
      return { losses, ...seenOf(this.laboratory.lookClosely(runs[arm], asked), this.classes) };
    };
    this.tell({ seen: { step: this.step, arms: { a: armSeen('a'), b: armSeen('b') } } });
    // Evaluating a frame takes at most half of the time.
    const end = performance.now();
    this.lookDue = Math.max(start + between, 2 * end - start);
  }

  /** Pauses, with everything told. */
  private stand(): void {
    this.pace = 0;
    this.look();
    this.tell({ paused: true });
  }

  private goOn(after: number): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    setTimeout(() => {
      this.isWaiting = false;
      if (this.pace > 0) this.saying(() => this.work());
    }, after);
  }

  private work(): void {
    const end = performance.now() + this.slice;
    let now = performance.now();
    while (now < end && this.due <= now && this.step < this.until) {
      this.advance(1);
      this.due += 1000 / this.pace;
      now = performance.now();
    }
    // Steps that are late are skipped, not made up for.
    this.due = Math.max(this.due, now - 2 * this.slice);
    if (this.step >= this.until) this.stand();
    else {
      if (now >= this.lookDue) this.look();
      this.goOn(Math.max(0, this.due - performance.now()));
    }
  }
}

/**
 * A value over the steps in a bounded number of points: when it is reached, every second one is dropped, and from then on
 * only half as many are recorded.
 */
export class Track {
  private static readonly most = 300;
  private gap = 0;
  readonly steps: number[] = [];
  readonly values: number[] = [];

  add(step: number, value: number): void {
    const last = this.steps.at(-1);
    if (!Number.isFinite(value) || (last !== undefined && step < last + this.gap)) return;
    this.steps.push(step);
    this.values.push(value);
    if (this.steps.length <= Track.most) return;
    this.gap = (2 * (step - (this.steps[0] ?? 0))) / Track.most;
    for (const list of [this.steps, this.values])
      list.splice(0, list.length, ...list.filter((_, k) => k % 2 === 0));
  }
}

/** The losses of the steps as an exponential moving average: 0.8 of the old value, 0.2 of the new one. */
export class Losses {
  readonly track = new Track();
  private smooth = Number.NaN;
  private step = 0;

  add(losses: Float64Array): void {
    for (const loss of losses) {
      this.smooth = this.step === 0 ? loss : 0.8 * this.smooth + 0.2 * loss;
      this.track.add(this.step, this.smooth);
      ++this.step;
    }
  }

  /** the last one, or NaN */
  get last(): number {
    return this.smooth;
  }
}

/** A look, ready to be painted. */
export const seenOf = (
  { labels, probabilities, ...look }: CloseLook,
  classes: number,
): Omit<ArmSeen, 'losses'> =>
  labels && probabilities ? { ...look, tones: tonesOf(labels, probabilities, classes) } : look;

/** Below this difference of a logit between examples a network says nearly the same of all: of two classes, 45 to 55 %. */
const nearlySame = 0.2;

/** All of it is 100 %, and nothing less. */
const shareOf = (share: number) => `${Math.floor(100 * share + 1e-9)} %`;

/** "98 % right", or what became of it instead; `guess`: the loss of a guess, in words. */
export function inWords({ correct, range, layers }: Omit<ArmSeen, 'losses'>, guess: string): string {
  if (Number.isNaN(correct)) return 'its numbers are no longer finite';
  if (range >= nearlySame) return `${shareOf(correct)} right`;
  // Without a gradient its weights never change again.
  const hidden = layers?.gradient_norm.subarray(0, -1);
  const isDead = hidden !== undefined && hidden.every((norm) => norm < 1e-12);
  return `${isDead ? 'dead, gives' : 'gives nearly'} the same answer everywhere (its loss is ${guess}, that of guessing)`;
}

/** The same with the share of new examples, where there is one to tell. */
export function inFullWords(seen: Omit<ArmSeen, 'losses'>, guess: string): string {
  const words = inWords(seen, guess);
  return words.endsWith('right') ? `${words}, ${shareOf(seen.fresh_correct)} of new examples` : words;
}

/** The loss of a guess between so many classes, in words. */
export const guessOf = (classes: number): string => `ln ${classes}`;

/** How it stands, in a sentence. */
export const sentenceOf = ({ step, arms: { a, b } }: Seen, guess: string): string =>
  `After ${step} ${step === 1 ? 'step' : 'steps'}, A: ${inWords(a, guess)}; B: ${inWords(b, guess)}.`;
