/** @jsxImportSource preact */
// The custom element of a figure: keeps its state, draws it again in the next frame when that changes, and says what is
// to be seen when a hand rests.

import { hydrate, render, type VNode } from 'preact';
import { changed, copyLink, keep } from '../kept.ts';
import { focusableWhereTheyScroll } from '../scrollers.ts';
import { theCore } from '../the-core.ts';
import { Controls } from './controls.tsx';
import { waitForFingers } from './touch.ts';
import { type AnyField, type Fields, initialState, type StateOf } from './fields.ts';
import { type Figure, Frame, stillWidth, type View } from './figure.tsx';

/** How long a hand rests before the sentence is announced. */
const rest = 700;

const noneHidden: ReadonlySet<string> = new Set();

/** Figures that nobody has met yet, in reading order. */
const unmet = new Set<FigureElement>();
/** Those of them that have come near the window. */
const nearby = new Set<FigureElement>();
let isIdleAwaited = false;

/** Safari has no idle callbacks. */
const whenIdle = (run: () => void) =>
  'requestIdleCallback' in globalThis ? requestIdleCallback(run) : setTimeout(run, 200);

/** Whenever the browser has nothing else to do, the first one is taken a step further. */
function proceedWhenIdle(): void {
  if (isIdleAwaited || unmet.size === 0) return;
  isIdleAwaited = true;
  // One step a frame, which draws it.
  requestAnimationFrame(() => {
    whenIdle(() => {
      isIdleAwaited = false;
      const [next] = unmet;
      next?.proceed();
      proceedWhenIdle();
    });
  });
}

let isProceeding = false;

/** They do not wait for idle time, but take one step a frame too. */
function proceedNearby(): void {
  const [next] = nearby;
  isProceeding = next !== undefined;
  if (!next) return;
  next.proceed();
  requestAnimationFrame(proceedNearby);
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      const figure = target as FigureElement;
      if (isIntersecting && unmet.has(figure)) nearby.add(figure);
    }
    if (!isProceeding) proceedNearby();
  },
  { rootMargin: '100%' },
);

abstract class FigureElement extends HTMLElement {
  protected abstract readonly figure: Figure;
  private state: StateOf<Fields> = {};
  private hiddenControls = noneHidden;
  private stage: HTMLElement | undefined;
  private frame: number | undefined;
  /** of the drawing as it stands: the still picture's until it has been measured */
  private width = stillWidth;
  /** what the still picture shows, from when it is computed until it comes alive */
  private stillView: View | undefined;
  private started = false;
  private facts: unknown;
  /** the last state that could be drawn, and what was said of it */
  private drawable: StateOf<Fields> = {};
  private sentence = '';
  private announcing: ReturnType<typeof setTimeout> | undefined;
  private announced = '';
  private link: string | true | undefined;

  connectedCallback(): void {
    if (this.stage) return;
    this.stage = this.querySelector('.stage') as HTMLElement;
    this.facts = JSON.parse(this.dataset.facts ?? 'null');
    const { fields } = this.figure;
    this.state = this.drawable = initialState(fields);
    for (const [name, field] of Object.entries(fields)) this.keepField(`${this.id}.${name}`, name, field);
    keep(`${this.id}.hide`, {
      read: () => (this.hiddenControls.size > 0 ? [...this.hiddenControls].join(',') : undefined),
      write: (text) => {
        this.hiddenControls = new Set(text.split(','));
        this.drawSoon();
        return true;
      },
      reset: () => {
        this.hiddenControls = noneHidden;
        this.drawSoon();
      },
    });
    const show = this.querySelector<HTMLButtonElement>('button[data-show]');
    this.addEventListener('bn-judged', () => show?.removeAttribute('hidden'));
    show?.addEventListener('click', () => {
      this.set({ ...initialState(fields), ...this.read(JSON.parse(show.dataset.show ?? '{}') as object) });
      this.start();
      this.drawNow();
      // As much of the drawing as there is room for above the answer, which stays.
      for (const each of [this.querySelector('.drawing'), show])
        each?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    });
    waitForFingers(this);
    // Whoever meets the figure meets it alive. A key or a click counts on from what the one before has changed, which
    // need not be drawn yet.
    for (const type of ['focusin', 'pointerdown', 'keydown', 'click'] as const) {
      const meet = () => {
        this.start();
        this.drawNow();
      };
      this.addEventListener(type, meet, { capture: true });
    }
    unmet.add(this);
    near.observe(this);
    if (this.contains(document.activeElement)) this.start();
    else proceedWhenIdle();
  }

  /** At its width and for its state; it is the still picture before. */
  private get isDrawn(): boolean {
    return this.dataset.drawn !== undefined;
  }

  private keepField(key: string, name: string, field: AnyField): void {
    const { read, write, initial } = field;
    const first = write(initial as never);
    keep(key, {
      read: () => {
        const text = write(this.state[name] as never);
        return text === first ? undefined : text;
      },
      write: (text) => {
        const value = read(text);
        if (value !== undefined) this.set({ [name]: value });
        return value !== undefined;
      },
      reset: () => this.set({ [name]: initial }),
    });
  }

  /** Fields as texts: what an author wrote is checked when the page is built. */
  private read(texts: object): Partial<StateOf<Fields>> {
    return Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, this.figure.fields[name]?.read(String(text))]),
    );
  }

  private readonly set = (change: Partial<StateOf<Fields>>): void => {
    this.state = { ...this.state, ...change } as StateOf<Fields>;
    this.link = undefined;
    this.drawSoon();
    changed();
  };

  /** Towards its start in steps that are short on a slow processor too: the numbers first, then the nodes. */
  proceed(): void {
    if (this.stillView) this.start();
    else this.stillView = this.viewOf(this.drawable, stillWidth, noneHidden);
  }

  /** The still picture comes alive as it stands; it is drawn for its state and its width with the next frame. */
  private start(): void {
    const { stage } = this;
    if (this.started || !stage) return;
    const start = performance.now();
    const view = this.stillView ?? this.viewOf(this.drawable, stillWidth, noneHidden);
    this.stillView = undefined;
    this.started = true;
    unmet.delete(this);
    nearby.delete(this);
    near.unobserve(this);
    hydrate(this.frameOf(view), stage);
    // A key that comes now counts on from the state of a link, which is no still picture.
    if (this.state !== this.drawable || this.hiddenControls.size > 0) this.drawSoon();
    performance.measure(`start ${this.figure.kind}`, { start });
    // The width decides how the drawing is laid out; the first report comes at once.
    new ResizeObserver(() => {
      // What is not shown has no width to draw for. A longer sentence makes the figure higher, not wider.
      const width = stage.clientWidth;
      if (width === 0 || (width === this.width && this.isDrawn)) return;
      this.width = width;
      this.drawSoon();
    }).observe(stage);
  }

  /** However many changes come, one drawing a frame. */
  private drawSoon(): void {
    if (!this.started) return;
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
    const { stage, figure, width, hiddenControls } = this;
    if (!stage) return;
    const start = performance.now();
    let view;
    let refusal = '';
    try {
      view = this.viewOf(this.state, width, hiddenControls);
      this.drawable = this.state;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refusal = error.message;
      view = this.viewOf(this.drawable, width, hiddenControls);
    }
    // What stands there from the start is for those who read on.
    if (this.isDrawn && view.sentence !== this.sentence) this.announceSoon(view.sentence);
    this.sentence = view.sentence;
    render(this.frameOf(view, refusal), stage);
    this.dataset.drawn = '';
    focusableWhereTheyScroll(stage);
    performance.measure(`draw ${figure.kind}`, { start });
  }

  private viewOf(state: StateOf<Fields>, width: number, hiddenControls: ReadonlySet<string>): View {
    const { figure, id, set, facts } = this;
    const controls = new Controls(id, figure.fields, state, set, hiddenControls);
    return figure.view({ core: theCore(), state, set, controls, width, id, facts });
  }

  private frameOf(view: View, refusal = ''): VNode {
    return (
      <Frame
        view={view}
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
    this.link = await copyLink({ subject: this.id, at: this.id });
    this.drawSoon();
  }
}

/** Brings all blocks of the figure's kind to life. */
export function defineFigure(figure: Figure): void {
  customElements.define(
    `bn-${figure.kind}`,
    class extends FigureElement {
      protected override readonly figure = figure;
    },
  );
}
