// How sheets are made: item after item is drawn for each of them, and its text computed.

import { useRef, useState } from 'preact/hooks';
import type { Around } from '../item.tsx';
import {
  type Layout,
  most,
  paperOf,
  type PaperSize,
  paperSizes,
  type Printable,
  type Sheet,
  type Task,
} from './printed.tsx';

export const isSize = (text: string): text is PaperSize => Object.hasOwn(paperSizes, text);
export const isWhole = (text: string, least: number, greatest: number): boolean =>
  /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= greatest;

/** The teacher's choices, as they were typed. */
export interface Wish extends Omit<Layout, 'paper'> {
  chosen: readonly Printable[];
  count: string;
  first: string;
  paper: string;
}

/** What is wrong with the choices; undefined where nothing is. */
function complaintOf({ chosen, count, first }: Wish): string | undefined {
  if (chosen.length === 0) return 'Choose at least one item.';
  if (!isWhole(count, 1, most.sheets))
    return `The number of sheets is a whole number from 1 to ${most.sheets}.`;
  if (!isWhole(first, 0, most.number)) return `The first number is a whole number from 0 to ${most.number}.`;
  return undefined;
}

/** The item with its text for the numbers of one sheet. */
async function taskOf(item: Printable, seed: number, around: Around): Promise<Task> {
  const problem = paperOf(item.kind).problem(item.data);
  const variant = problem && problem.drawn.length > 0 ? seed : 0;
  const typed = problem ? await around.draw(problem, variant) : {};
  const slots = around.paper(item.name);
  if (!slots) throw new RangeError(`there is no text of ${item.title}`);
  if (problem) {
    const nodes = [...slots.values()].flat();
    const refusal = around.fill(nodes, { typed, fewest: problem.fewest, allDigits: false });
    if (refusal) throw refusal;
  }
  return { item, typed, slots };
}

export interface Made {
  turn: number;
  sheets: Sheet[];
  layout: Layout;
}

export function useMaking(around: Around) {
  const [said, setSaid] = useState('');
  const [made, setMade] = useState<Made>();
  /** counts the requests, so that results of an older one are dropped */
  const turn = useRef(0);

  const make = async (wish: Wish) => {
    const { chosen, count, first, heading, paper, worked } = wish;
    const complaint = complaintOf(wish);
    const own = ++turn.current;
    setMade(undefined);
    if (complaint !== undefined) {
      setSaid(complaint);
      return;
    }
    const sheets: Sheet[] = [];
    try {
      for (let seed = Number(first); sheets.length < Number(count); ++seed) {
        setSaid(`Drawing the numbers: ${sheets.length} of ${Number(count)} sheets.`);
        const tasks: Task[] = [];
        for (const each of chosen) {
          // oxlint-disable-next-line no-await-in-loop -- one worker draws them all
          tasks.push(await taskOf(each, seed, around));
        }
        if (own !== turn.current) return;
        sheets.push({ seed, tasks });
      }
    } catch (error) {
      if (own === turn.current)
        setSaid(`The sheets were not made: ${error instanceof Error ? error.message : String(error)}.`);
      return;
    }
    setMade({ turn: own, sheets, layout: { heading, paper: isSize(paper) ? paper : 'a4', worked } });
    setSaid(
      `${sheets.length === 1 ? 'One sheet' : `${sheets.length} sheets`} and ${sheets.length === 1 ? 'its key' : 'their keys'} stand below, as they are printed.`,
    );
  };
  return { said, made, make };
}
