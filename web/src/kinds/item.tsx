/** @jsxImportSource preact */
// What an item is made of: a view, called at build time for the page as it is delivered and in the browser for the live
// one, and slots, which are the places of the author's text within it.

import { Component, type ComponentChildren, createContext, createRef, h, type JSX, type VNode } from 'preact';
import type { Core } from '../core/core.ts';
import type { MeasureMessage } from '../core/measure.ts';
import type { Problem } from '../core/items.ts';
import type { Changes, Kept } from '../memory/kept.ts';
import type { Entry } from '../memory/link.ts';
import type { Playing, Told } from '../core/playground.ts';
import type { Programs } from '../core/programs.ts';
import type { Choice, RaceMessage } from '../core/race.ts';
import type { Typed } from '../core/scenario.ts';

/** What a view is called with. */
export interface Scene<Data = unknown> {
  /** of the element, for the ids within it */
  id: string;
  /** by which the block is remembered, and which a link names */
  name: string;
  data: Data;
  kept: Kept;
  change: (edit: (kept: Kept) => Kept) => void;
  /** undefined until it runs; then the item is drawn again */
  core: Core | undefined;
  surroundings: Around;
}

/** The services of the page that an item may use. */
export interface Around {
  /** the states of all blocks of the site, for what sums them up */
  keptOf: (name: string) => Kept;
  /** the nodes of a pitfall, for a verdict that names it */
  pitfall: (name: string) => { title: string; nodes: Node[] } | undefined;
  /** the text of an item as it is printed for a class: fresh nodes by the names of its slots */
  paper: (name: string) => Slots | undefined;
  /** updates the numbers in these nodes; where the givens cannot be used it changes nothing and returns the reason */
  fill: (nodes: readonly Node[], sheet: SheetState) => RangeError | undefined;
  /** runs it when the browser has nothing better to do */
  whenIdle: (run: () => void) => void;
  /** other numbers for a problem */
  draw: (problem: Problem, seed: number) => Promise<Typed>;
  /** starts a race of two networks, and reports its progress until it ends; calling the result stops it */
  race: (choice: Choice, tell: (message: RaceMessage) => void) => () => void;
  /** runs an experiment with these seeds, and reports its progress until it ends; calling the result stops it */
  measure: (
    experiment: string,
    seeds: readonly number[],
    tell: (message: MeasureMessage) => void,
  ) => () => void;
  /** opens a playground, and reports what it shows until it is closed */
  playground: (tell: (told: Told) => void) => Playing;
  /** the module that runs and judges programs */
  programs: () => Promise<Programs>;
  /** to be called when a verdict on a program for this task may be asked for soon */
  prepareVerdict: (task: string, program: string) => void;
  /** offers the reader a file to save */
  save: (name: string, text: string) => void;
  /** puts a link to a block as it stands into the clipboard; gives the link where the browser does not let it */
  copyLink: (name: string, at: string) => Promise<string | true>;
  /** the address of a link to a block of the site, with these texts in it */
  linkTo: (link: { file: string; entries: readonly Entry[]; at: string; isAlone: boolean }) => string;
  /** moves the focus to what comes after this question */
  goOn: (from: Element) => void;
  /** opens the questions of the page again, each with its options in another order */
  startAgain: () => void;
  /** shows these blocks of the page, each folded, and opens one */
  showOnly: (ids: readonly string[] | undefined) => void;
  open: (id: string) => void;
}

/** The givens of a sheet as they stand, for the numbers in its text. */
export interface SheetState {
  typed: Readonly<Record<string, string>>;
  fewest: number;
  allDigits: boolean;
}

/** What a link may hide of an item; the page does it, whatever the kind. */
export const hideable = ['answers', 'hints'] as const;

export type View<Data> = (scene: Scene<Data>) => VNode;

export interface Item<Data = never> {
  View: View<Data>;
  /** Whether a text of a link is valid for this kind. */
  accepts: (data: Data, name: string, text: string, core: Core) => boolean;
  /** Whether it is about what changed of that other block, and has to be drawn again. */
  sumsUp?: (data: Data, block: string, changes: Changes) => boolean;
}

/** The author's text as nodes by the names of their slots; at build time the names alone. */
export type Slots = ReadonlyMap<string, readonly Node[]>;

export const SlotContext = createContext<Slots>(new Map());

interface SlotProps {
  name: string;
  as?: keyof JSX.IntrinsicElements;
  class?: string;
  id?: string;
}

/** The place of a text. Its nodes are moved here and not copied, so that updates of their numbers still reach them. */
export class Slot extends Component<SlotProps> {
  static override contextType = SlotContext;
  private readonly place = createRef<HTMLElement>();

  override shouldComponentUpdate(): boolean {
    return false;
  }

  override componentDidMount(): void {
    this.place.current?.append(...((this.context as Slots).get(this.props.name) ?? []));
  }

  override render() {
    const { name, as = 'div', ...rest } = this.props;
    return h(as as 'div', { ...rest, 'data-slot': name, ref: this.place as never });
  }
}

/** A copy of a text that has its place elsewhere too. */
export class SlotCopy extends Component<SlotProps> {
  static override contextType = SlotContext;
  private readonly place = createRef<HTMLElement>();

  override shouldComponentUpdate(): boolean {
    return false;
  }

  override componentDidMount(): void {
    const nodes = (this.context as Slots).get(this.props.name) ?? [];
    this.place.current?.append(...nodes.map((node) => node.cloneNode(true)));
  }

  override render() {
    const { name: _, as = 'span', ...rest } = this.props;
    return h(as as 'span', { ...rest, ref: this.place as never });
  }
}

/** Nodes that were made elsewhere, such as a pitfall's. */
export class Nodes extends Component<{ nodes: readonly Node[]; class?: string }> {
  private readonly place = createRef<HTMLDivElement>();

  override shouldComponentUpdate(): boolean {
    return false;
  }

  override componentDidMount(): void {
    this.place.current?.append(...this.props.nodes);
  }

  override render() {
    return <div class={this.props.class} ref={this.place} />;
  }
}

/** The slots that are there, of these names. */
export const Present = ({
  names,
  children,
}: {
  names: readonly string[];
  children: (name: string) => ComponentChildren;
}) => (
  <SlotContext.Consumer>
    {(slots) => names.filter((name) => slots.has(name)).map((name) => children(name))}
  </SlotContext.Consumer>
);
