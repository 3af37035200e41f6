/** @jsxImportSource preact */
// Brings a figure to life: its state is what is remembered of it; it is drawn again in the next frame when that changes,
// and says what is to be seen when a hand rests.

import { hydrate, render, type VNode } from 'preact';
import type { Core } from '../core/core.ts';
import { Controls } from '../drawing/controls.tsx';
import { between, type Fields, initialState, startingAt, type StateOf } from '../drawing/fields.ts';
import { type Figure, Frame, stillState, stillWidth, type View } from '../drawing/figure.tsx';
import { waitForFingers } from '../drawing/touch.ts';
import { loaders } from '../figures/load.ts';
import type { Started } from './blocks.ts';
import { coreWhenRunning } from './core.ts';
import { copyLink, entriesOfPage } from './links.ts';
import { reveal } from './navigation.ts';
import { memory } from './our-memory.ts';
import { focusableWhereTheyScroll } from './scrollers.ts';

/** How long a hand rests before the sentence is announced. */
const rest = 700;

/** How long the figure takes to play what was predicted. */
const played = 900;

/** Remembered of a figure that was asked for without a prediction. */
const wasShown = 'shown';

const noneHidden: ReadonlySet<string> = new Set();

/** As if nothing were remembered. */
const initialTexts = (fields: Fields): Record<string, undefined> =>
  Object.fromEntries(Object.keys(fields).map((name) => [name, undefined]));

class LiveFigure {
  private readonly root: HTMLElement;
  private readonly stage: HTMLElement;
  private readonly figure: Figure;
  private readonly core: Core;
  private readonly facts: unknown;
  private frame: number | undefined;
  /** of the drawing as it stands: the still picture's until it has been measured */
  private width = stillWidth;
  /** at its width and for its state; it is the still picture, or drawn for another width, before */
  private isDrawn = false;
  /** the last state that could be drawn, and what was said of it */
  private drawable: StateOf<Fields>;
  private sentence = '';
  private announcing: ReturnType<typeof setTimeout> | undefined;
  private announced = '';
  private link: string | true | undefined;
  /** on the way to what was predicted, and the next frame of it */
  private passing: StateOf<Fields> | undefined;
  private playing = 0;

  static start(root: HTMLElement, figure: Figure, core: Core): void {
    new LiveFigure(root, figure, core).begin();
  }

  private constructor(root: HTMLElement, figure: Figure, core: Core) {
    this.root = root;
    this.figure = figure;
    this.core = core;
    this.stage = root.querySelector('.stage') as HTMLElement;
    this.facts = JSON.parse(root.dataset.facts ?? 'null');
    this.drawable = stillState(figure);
  }

  /** The still picture comes alive as it stands; it is drawn for its state and its width with the next frame. */
  private begin(): void {
    const { root, figure } = this;
    const start = performance.now();
    hydrate(this.frameOf(this.viewOf(this.drawable, stillWidth, noneHidden)), this.stage);
    performance.measure(`start ${figure.kind}`, { start });
    root.dataset.started = '';

    memory.onChange((name) => name === root.id && this.drawSoon());
    // A key or a click counts on from what the one before has changed, which need not be drawn yet.
    for (const type of ['keydown', 'click'] as const)
      root.addEventListener(type, () => this.drawNow(), { capture: true });
    // The width decides how the drawing is laid out; the first report comes at once.
    new ResizeObserver(() => {
      // What is not shown has no width to draw for.
      const width = this.stage.clientWidth;
      if (width === 0) return;
      if (width === this.width && this.isDrawn) {
        this.keepRoom();
        return;
      }
      this.width = width;
      this.isDrawn = false;
      this.drawSoon();
    }).observe(this.stage);
    waitForFingers(root);
    if (root.dataset.asks !== undefined) this.askFirst();
  }

  /** The fields as they are remembered; a text that means nothing is as if it were not there. */
  private get state(): StateOf<Fields> {
    return this.passing ?? this.stateOf(memory.get(this.root.id).texts);
  }

  private stateOf(texts: Readonly<Record<string, string | undefined>>): StateOf<Fields> {
    const { fields } = this.figure;
    const state = Object.entries(fields).map(([name, field]) => {
      const text = texts[name];
      return [name, (text === undefined ? undefined : field.read(text)) ?? field.initial];
    });
    return Object.fromEntries(state) as StateOf<Fields>;
  }

  private get hidden(): ReadonlySet<string> {
    const text = memory.get(this.root.id).texts.hide;
    return text === undefined ? noneHidden : new Set(text.split(','));
  }

  private readonly set = (change: Partial<StateOf<Fields>>): void => {
    const { fields } = this.figure;
    // A hand that comes while something is played goes on from what it sees.
    const texts = Object.entries({ ...this.passing, ...change }).map(([name, value]) => {
      const field = fields[name];
      const text = field?.write(value as never);
      return [name, text === field?.write(field.initial as never) ? undefined : text];
    });
    this.stopPlaying();
    this.link = undefined;
    memory.setTexts(this.root.id, Object.fromEntries(texts) as Record<string, string | undefined>);
  };

  /**
   * The question comes before the figure. The figure is shown with the first verdict, which it then plays; or when it is
   * asked for; or where something of it is remembered already, or a link leads to it.
   */
  private askFirst(): void {
    const { root } = this;
    const [skip, again] = ['skip', 'again'].map((task) =>
      root.querySelector<HTMLButtonElement>(`button[data-task=${task}]`),
    );
    const isAnswered = () => memory.get(root.id).answers.prediction?.first !== undefined;
    const isKnown = () => {
      const { texts } = memory.get(root.id);
      return isAnswered() || [...Object.keys(this.figure.fields), wasShown].some((name) => texts[name]);
    };
    const show = () => {
      // Written where they change only: each costs the page a look at its styles.
      root.dataset.shown ??= '';
      if (again?.hidden === isAnswered()) again.hidden = !isAnswered();
    };
    /** Where the address leads into the figure. Nothing hidden could be brought into the window. */
    const showLinked = () => {
      const target = document.getElementById(location.hash.slice(1));
      const isWithin = root.querySelector('figure')?.contains(target);
      if (!target || !isWithin || root.dataset.shown !== undefined) return;
      show();
      reveal(target);
    };
    const pass = () => memory.setTexts(root.id, { [wasShown]: '1' });
    // public/live.js shows what is asked for at once, also before it has started.
    if (root.dataset.shown !== undefined) pass();
    if (isKnown()) show();
    else showLinked();
    let wasAnswered = isAnswered();
    memory.onChange((name) => {
      if (name !== root.id) return;
      if (isKnown()) show();
      const isFirst = isAnswered() && !wasAnswered;
      wasAnswered = isAnswered();
      if (isFirst) this.play();
    });
    addEventListener('hashchange', showLinked);
    skip?.addEventListener('click', pass);
    again?.addEventListener('click', () => {
      this.play();
      // As much of the drawing as there is room for beside the answer, which stays.
      for (const each of [
        this.stage.querySelector('.drawing'),
        root.querySelector('.question [role=status]'),
      ])
        each?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    });
  }

  /** Moves from where the prediction begins to what was predicted; at once for those who want less motion. */
  private play(): void {
    const { fields } = this.figure;
    const { root } = this;
    const textsOf = (name: string) => JSON.parse(root.dataset[name] ?? '{}') as Record<string, string>;
    const end = { ...initialTexts(fields), ...textsOf('show') };
    const isGiven = Object.keys(textsOf('from')).length > 0;
    const from = this.stateOf(isGiven ? { ...end, ...textsOf('from') } : {});
    const to = this.stateOf(end);
    const start = performance.now();
    const length = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : played;
    const step = (now: number) => {
      const part = now - start < length ? (now - start) / length : 1;
      if (part < 1) {
        this.passing = between(fields, from, to, part);
        this.drawSoon();
        this.playing = requestAnimationFrame(step);
      } else {
        this.stopPlaying();
        memory.setTexts(root.id, end);
      }
    };
    this.stopPlaying();
    step(start);
  }

  private stopPlaying(): void {
    if (!this.passing) return;
    cancelAnimationFrame(this.playing);
    this.passing = undefined;
    this.drawSoon();
  }

  /** What stands below does not go up and down while a hand moves: a sentence leaves no room that one before it took. */
  private keepRoom(): void {
    const { height = 0 } = this.stage.querySelector('.sentence')?.getBoundingClientRect() ?? {};
    this.root.style.setProperty('--sentence-room', `${height}px`);
  }

  /** At most one drawing a frame, however many changes come. */
  private drawSoon(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  /** What waits for the next frame. */
  private drawNow(): void {
    if (this.frame === undefined) return;
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    this.draw();
  }

  private draw(): void {
    const { stage, figure, width, hidden, state } = this;
    const start = performance.now();
    let view;
    let refusal = '';
    try {
      view = this.viewOf(state, width, hidden);
      this.drawable = state;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refusal = error.message;
      view = this.viewOf(this.drawable, width, hidden);
    }
    // What stands there from the start is for those who read on.
    if (this.isDrawn && view.sentence !== this.sentence) this.announceSoon(view.sentence);
    this.sentence = view.sentence;
    render(this.frameOf(view, refusal), stage);
    if (!this.isDrawn) this.root.style.removeProperty('--sentence-room');
    this.isDrawn = true;
    this.root.dataset.drawn = '';
    focusableWhereTheyScroll(stage);
    performance.measure(`draw ${figure.kind}`, { start });
  }

  private viewOf(state: StateOf<Fields>, width: number, hidden: ReadonlySet<string>): View {
    const { figure, root, set, facts, core } = this;
    const controls = new Controls(root.id, figure.fields, state, set, hidden);
    return figure.view({ core, state, set, controls, width, id: root.id, facts });
  }

  private frameOf(view: View, refusal = ''): VNode {
    return (
      <Frame
        view={view}
        isBare={this.root.classList.contains('bare')}
        refusal={refusal}
        announced={this.announced}
        link={this.link}
        onReset={() => this.set(initialState(this.figure.fields))}
        onCopy={() => void this.copy()}
      />
    );
  }

  private announceSoon(sentence: string): void {
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => {
      this.announced = sentence;
      this.drawSoon();
    }, rest);
  }

  private async copy(): Promise<void> {
    const { id } = this.root;
    const fields = entriesOfPage(id).filter(
      ({ name }) => Object.hasOwn(this.figure.fields, name) || name === 'hide',
    );
    this.link = await copyLink(fields, id);
    this.drawSoon();
  }
}

export async function startFigure(root: HTMLElement): Promise<Started> {
  const [kind, core] = await Promise.all([loaders[root.dataset.figure ?? '']?.(), coreWhenRunning()]);
  if (!kind) throw new Error(`no figure “${root.dataset.figure}”`);
  const starts = JSON.parse(root.dataset.starts ?? '{}') as Record<string, string>;
  const figure = { ...kind, fields: startingAt(kind.fields, starts) };
  LiveFigure.start(root, figure, core);
  return {
    accepts: (name, text) =>
      name === 'hide' || name === wasShown || figure.fields[name]?.read(text) !== undefined,
  };
}
