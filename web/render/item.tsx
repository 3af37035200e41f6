/** @jsxImportSource preact */
// A block of the lesson to HTML: its view, called as the browser calls it, with the author's text in its slots.

import type { Element, ElementContent, Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { h } from 'hastscript';
import { renderToString } from 'preact-render-to-string';
import { visit } from 'unist-util-visit';
import type { z } from 'zod';
import { type Around, SlotContext, type View } from '../src/kinds/item.tsx';
import { nothingKept } from '../src/memory/kept.ts';
import type { Listed } from '../src/memory/mastery.ts';
import type { Typed } from '../src/core/scenario.ts';
import type { ParsedBlock } from './blocks.ts';
import { LessonError } from './error.ts';
import type { GradedItem } from './graded.ts';
import type { Handouts } from './handouts.ts';
import { renderInline, renderLabel, renderMarkdown, type Surroundings } from './markdown.ts';
import { quantitiesOf, renderResults, renderTable, type Sheet } from './sheet.ts';
import { slotName, slotsOf } from './slots.ts';

/** What a block may know of the lesson around it. */
export interface Lesson {
  /** a heading with the number of its kind in place of # */
  numbered: (title: string) => string;
  /** all graded items of the lesson, and the short names of its objectives */
  items: readonly Listed[];
  objectives: readonly string[];
  /** of the page the block stands on */
  page: string;
  /** what can be printed for a class, and what a link for it can be about */
  handouts: Handouts;
}

/** What a kind may ask when it makes a block's data and the text that no author writes. */
export interface Building extends Lesson {
  /** of the element */
  id: string;
  /** with the quantities of the block's givens, where it has any */
  around: Surroundings;
  placeOf: ParsedBlock<never>['placeOf'];
  /** refuses the block, with the place of a field */
  refuse: (path: PropertyKey[], message: string) => never;
}

/** How a kind of block is built: everything that the view in src/kinds does not know. */
export interface Kind<Block = never> {
  schema: z.ZodType;
  View: View<never>;
  /** by which the block is remembered; the block's id where left out */
  name?: (block: Block) => string;
  /** its graded items */
  items?: (parsed: ParsedBlock<Block>) => GradedItem[];
  /** the givens for the formulas in its text */
  sheet?: (block: Block) => Sheet;
  /** where these stand in the block, if not at its top */
  sheetAt?: PropertyKey[];
  /** givens that hold for one text alone, by its path */
  givensAt?: (block: Block, path: PropertyKey[]) => Typed | undefined;
  /** what the view needs */
  data: (block: Block, at: Building) => unknown;
  /** text that is computed, by the names of its slots */
  slots?: (block: Block, at: Building) => Record<string, ElementContent[]>;
}

/** Keeps the type of the block for the functions of a kind. */
export const kind = <Block,>(definition: Kind<Block>): Kind => definition;

const nothingAround: Around = {
  keptOf: () => nothingKept,
  pitfall: () => undefined,
  fill: () => undefined,
  whenIdle: () => {},
  draw: () => Promise.resolve({}),
  race: () => () => {},
  measure: () => () => {},
  copyLink: () => Promise.resolve(true as const),
  programs: () => new Promise(() => {}),
  prepareVerdict: () => {},
  save: () => {},
  playground: () => ({ order: () => {}, end: () => {} }),
  goOn: () => {},
  startAgain: () => {},
  showOnly: () => {},
  open: () => {},
  paper: () => undefined,
  linkTo: () => '',
};

/** The text of the block, by the names of its slots. */
function authorsText(
  of: Kind,
  block: unknown,
  sheet: Sheet | undefined,
  at: Building,
): Map<string, ElementContent[]> {
  const found = new Map<string, ElementContent[]>();
  for (const { path, kind: slot, value } of slotsOf(of.schema, block)) {
    const place = at.placeOf(path);
    const replaced = of.givensAt?.(block as never, path);
    const around =
      replaced && sheet
        ? { ...at.around, quantities: quantitiesOf(at.around.core, sheet, replaced, place) }
        : at.around;
    const placeOf = (rest: PropertyKey[]) => at.placeOf([...path, ...rest]);
    const render: Record<typeof slot, () => ElementContent[]> = {
      paragraphs: () => renderMarkdown(value as string, place, around),
      inline: () => renderInline(value as string, place, around),
      label: () => renderLabel(value as string, place, around),
      table: () => [renderTable(value as never, around, placeOf)],
      results: () => [renderResults(value as never, sheet as Sheet, around, placeOf)],
    };
    found.set(slotName(path), render[slot]());
  }
  return found;
}

/** Puts the text into its places; gives the names of those that have none. */
export function fillSlots(
  tree: Root | Element,
  slots: ReadonlyMap<string, ElementContent[]>,
): ReadonlySet<string> {
  const open = new Set(slots.keys());
  visit(tree, 'element', (element: Element) => {
    const slot = element.properties.dataSlot;
    if (slot === undefined) return;
    element.children = slots.get(String(slot)) ?? [];
    open.delete(String(slot));
  });
  return open;
}

/** A block as its view takes it: what it knows, and the author's text by the names of its slots. */
export function contentOf(
  of: Kind,
  { block, placeOf }: { block: unknown; placeOf: ParsedBlock<never>['placeOf'] },
  outer: Surroundings,
  at: Lesson & { id: string },
): { data: unknown; slots: Map<string, ElementContent[]> } {
  const sheet = of.sheet?.(block as never);
  const quantities = sheet
    ? quantitiesOf(outer.core, sheet, {}, placeOf([...(of.sheetAt ?? []), 'given']))
    : {};
  const building: Building = {
    ...at,
    around: { core: outer.core, quantities, strictness: 'results', evidence: outer.evidence },
    placeOf,
    refuse: (path, message) => {
      throw new LessonError(placeOf(path), message);
    },
  };
  const slots = authorsText(of, block, sheet, building);
  for (const [name, nodes] of Object.entries(of.slots?.(block as never, building) ?? {}))
    slots.set(name, nodes);
  return { data: of.data(block as never, building), slots };
}

export function renderItem(
  kindName: string,
  of: Kind,
  parsed: { block: unknown; placeOf: ParsedBlock<never>['placeOf'] },
  outer: Surroundings,
  at: Lesson & { id: string },
): Element {
  const { data, slots } = contentOf(of, parsed, outer, at);
  const name = of.name?.(parsed.block as never) ?? at.id;
  const ItemView = of.View as View<unknown>;
  const html = renderToString(
    <SlotContext.Provider value={new Map([...slots.keys()].map((slot) => [slot, []]))}>
      <ItemView
        id={at.id}
        name={name}
        data={data}
        kept={nothingKept}
        change={() => {}}
        core={undefined}
        surroundings={nothingAround}
      />
    </SlotContext.Provider>,
  );
  const tree = fromHtml(html, { fragment: true });
  const open = fillSlots(tree, slots);
  // One that has no place is lost without scripts, and that is a mistake of the view.
  if (open.size > 0)
    throw new Error(`${kindName} “${at.id}”: the view has no place for ${[...open].join(', ')}`);
  return h(
    'div',
    {
      id: at.id,
      className: ['item', `item-${kindName}`],
      dataKind: kindName,
      ...(name === at.id ? {} : { dataName: name }),
      dataData: JSON.stringify(data),
    },
    tree.children as ElementContent[],
  );
}
