/** @jsxImportSource preact */
// The custom element of a figure: keeps its state, draws it again in the next frame when that changes, and says what is
// to be seen when a hand rests.

import { render } from 'preact';
import { changed, copyLink, keep } from '../kept.ts';
import { focusableWhereTheyScroll } from '../scrollers.ts';
import { theCore } from '../the-core.ts';
import { Controls } from './controls.tsx';
import { type AnyField, type Fields, initialState, type StateOf } from './fields.ts';
import { type Figure, Frame, type View } from './figure.tsx';

/** How long a hand rests before the sentence is announced. */
const rest = 700;

abstract class FigureElement extends HTMLElement {
  protected abstract readonly figure: Figure;
  private state: StateOf<Fields> = {};
  private hiddenControls: ReadonlySet<string> = new Set();
  private stage: HTMLElement | undefined;
  private frame: number | undefined;
  /** of the drawing as it stands */
  private width: number | undefined;
  private started = false;
  private facts: unknown;
  private view: View | undefined;
  private announcing: ReturnType<typeof setTimeout> | undefined;
  private announced = '';
  private link: string | true | undefined;

  connectedCallback(): void {
    if (this.stage) return;
    this.stage = this.querySelector('.stage') as HTMLElement;
    this.facts = JSON.parse(this.dataset.facts ?? 'null');
    const { kind, fields } = this.figure;
    this.state = initialState(fields);
    for (const [name, field] of Object.entries(fields)) this.keepField(`${kind}.${name}`, name, field);
    keep(`${kind}.hide`, {
      read: () => (this.hiddenControls.size > 0 ? [...this.hiddenControls].join(',') : undefined),
      write: (text) => {
        this.hiddenControls = new Set(text.split(','));
        this.drawSoon();
        return true;
      },
      reset: () => {
        this.hiddenControls = new Set();
        this.drawSoon();
      },
    });
    const show = this.querySelector<HTMLButtonElement>('button[data-show]');
    this.addEventListener('bn-judged', () => show?.removeAttribute('hidden'));
    show?.addEventListener('click', () => {
      this.set({ ...initialState(fields), ...this.read(JSON.parse(show.dataset.show ?? '{}') as object) });
      this.stage?.scrollIntoView({ block: 'nearest' });
    });
    // A key or a click counts on from what the one before has changed, which need not be drawn yet.
    for (const type of ['keydown', 'click'] as const)
      this.addEventListener(type, () => this.drawNow(), { capture: true });
    // The width decides how the drawing is laid out; the first report comes at once. What is far from the window waits.
    const sizes = new ResizeObserver(() => {
      const width = this.stage?.clientWidth;
      // A longer sentence makes the figure higher, not wider; where it is not shown, it has no width to draw for.
      if (!width || width === this.width) return;
      this.width = width;
      this.drawSoon();
    });
    new IntersectionObserver(
      (entries, observer) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        this.start();
        sizes.observe(this);
      },
      { rootMargin: '100%' },
    ).observe(this);
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

  /** The live figure takes the place of the still picture; the focus and an open table stay. */
  private start(): void {
    const { stage } = this;
    if (!stage) return;
    const wasFocused = stage.contains(document.activeElement);
    const wasOpen = stage.querySelector('details')?.open === true;
    this.started = true;
    stage.replaceChildren();
    this.draw();
    const table = stage.querySelector('details');
    if (table) table.open = wasOpen;
    if (wasFocused) table?.querySelector('summary')?.focus();
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
    const { stage, figure } = this;
    if (!stage) return;
    const start = performance.now();
    // Asked for once: to ask while the page has changes to lay out would make it do so twice a frame.
    this.width ??= stage.clientWidth;
    let refusal = '';
    try {
      const view = this.viewOf(this.state);
      if (this.view && view.sentence !== this.view.sentence) this.announceSoon(view.sentence);
      this.view = view;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refusal = error.message;
      // A link may start with a state that cannot be drawn.
      this.view ??= this.viewOf(initialState(figure.fields));
    }
    render(
      <Frame
        view={this.view}
        refusal={refusal}
        announced={this.announced}
        link={this.link}
        onReset={() => this.set(initialState(figure.fields))}
        onCopy={() => void this.copy()}
      />,
      stage,
    );
    focusableWhereTheyScroll(stage);
    performance.measure(`draw ${figure.kind}`, { start });
  }

  private viewOf(state: StateOf<Fields>): View {
    const { figure, id, set, hiddenControls, facts, width = 0 } = this;
    const controls = new Controls(id, figure.fields, state, set, hiddenControls);
    return figure.view({ core: theCore(), state, set, controls, width, id, facts });
  }

  private announceSoon(sentence: string): void {
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => {
      this.announced = sentence;
      this.drawSoon();
    }, rest);
  }

  private async copy(): Promise<void> {
    this.link = await copyLink({ subject: this.figure.kind, at: this.id });
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
