/** @jsxImportSource preact */
// How an item stands on paper: what is asked, with room to write, and on another sheet what is right. The same views print
// at the command line and in the browser.

import type { VNode } from 'preact';
import type { Core } from '../core/core.ts';
import type { Problem } from '../core/items.ts';
import { mathOf } from '../drawing/mathml.ts';
import type { Typed } from '../core/scenario.ts';

/** An item of a sheet. */
export interface Printed<Data = unknown> {
  data: Data;
  core: Core;
  /** the givens of this sheet */
  typed: Typed;
  /** the number of the sheet's variant; 0 is the item as the lesson has it */
  seed: number;
  /** its place on the sheet, from 0 */
  place: number;
}

export interface Paper<Data = never> {
  /** the names of the slots that are printed */
  texts: (data: Data) => string[];
  /** what is drawn anew for each sheet; undefined where the numbers stay */
  problem: (data: Data) => Problem | undefined;
  Task: (printed: Printed<Data>) => VNode;
  Key: (printed: Printed<Data>) => VNode;
  /** the whole way to the answers, in a slot of this name */
  worked?: string;
}

/** A formula of the answer language as it is set. */
export function Formula({ core, text, names }: { core: Core; text: string; names: string[] }) {
  const { tree } = core.read({ text, form: 'formula', names });
  return tree ? mathOf(tree) : <code>{text}</code>;
}

/** Where to write, with what is enough. */
export const Room = ({ says, tall = false }: { says: string; tall?: boolean }) => (
  <p class={tall ? 'room tall' : 'room'}>{says}</p>
);
