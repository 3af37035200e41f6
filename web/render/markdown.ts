// Markdown to HTML nodes: formulas become MathML, `= formula` becomes a computed number, fenced blocks become live
// parts. The file and line of every mistake travel along.

import type { Element, ElementContent, Properties } from 'hast';
import { h } from 'hastscript';
import type { Blockquote, Code, Html, InlineCode, Nodes, Root, RootContent, Text } from 'mdast';
import { defaultHandlers, type State, toHast } from 'mdast-util-to-hast';
import { visit } from 'unist-util-visit';
import { type Core, type FormulaValue, type Quantities, UnreadableError } from '../src/core/core.ts';
import { formatNumber, formatValue, fullText } from '../src/core/format.ts';
import { type Condition, readCondition } from '../src/core/condition.ts';
import { countOf, quartilesOf, type Results, seedsIn } from '../src/core/evidence.ts';
import { colourOfFormula } from '../src/core/quantities.ts';
import { LessonError, type Place } from './error.ts';
import { parseMarkdown } from './fences.ts';
import { nameFormulas, renderMath } from './math.ts';
import { nearest } from './nearest.ts';
import { findTypedNumber, type Strictness } from './typed-numbers.ts';

export type Evidence = Readonly<Record<string, Results>>;

/** What a piece of Markdown is rendered in. */
export interface Surroundings {
  core: Core;
  /** What `= formula` may name here. */
  quantities: Quantities;
  strictness: Strictness;
  /** What the experiments gave, by their names. */
  evidence: Evidence;
  /** Renders a fenced block; absent inside blocks, which do not nest. May change `quantities` for what follows. */
  block?: (kind: string, node: Code, place: Place) => ElementContent[];
  /** The words that may stand behind a fence. */
  blockNames?: readonly string[];
}

const computed = /^=\s*(?<formula>.+?)(?:\s+to\s+(?<digits>\d+)\s+digits)?$/s;
const cited = /^"(?<number>.+)"$/;
/** `seeds: experiment, condition` and `median: experiment, measure`. */
const measured =
  /^(?<what>seeds|median):\s*(?<experiment>[\w-]+),\s*(?<of>.+?)(?:\s+to\s+(?<digits>\d+)\s+digits)?$/s;
/** In results: a decimal anywhere, or nothing but a number; 0 and 1 belong to identities. */
const typedResult = /\d+\.\d+|^\s*-?\s*(?![01]\s*$)[\d\s]+$/;

/** The fence of code that is shown as it is written. */
const programs = 'python';

const noteKinds = ['note', 'term', 'trap', 'source', 'experiment', 'asked', 'next'] as const;
const noteMark = new RegExp(`^\\[!(?<kind>\\w+)\\]\\s*`);

/** The value of a formula; one without a value, or one that is a typed result, is a mistake of the lesson. */
export function evaluateFormula(around: Surroundings, formula: string, place: Place): FormulaValue {
  const typed = around.strictness === 'results' ? typedResult.exec(formula)?.[0] : undefined;
  if (typed !== undefined) {
    throw new LessonError(
      place,
      `\`${formula}\` holds the typed number ${typed.trim()}: write the formula it comes from`,
    );
  }
  try {
    return around.core.evaluate(formula, around.quantities);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw new LessonError(place, `\`= ${formula}\`: ${error.message}`);
  }
}

/** "29 of 30", or the median of a measure over all seeds. */
function measuredText(
  evidence: Evidence,
  { what, experiment = '', of = '', digits = '2' }: Record<string, string | undefined>,
  place: Place,
): string {
  const refuse = (message: string): never => {
    throw new LessonError(place, `\`${what}: ${experiment}, ${of}\`: ${message}`);
  };
  const results =
    evidence[experiment] ??
    refuse(`no experiment “${experiment}”${nearest(experiment, Object.keys(evidence))}`);
  const names = what === 'seeds' ? conditionOf(of, refuse).names : [of];
  for (const name of names)
    if (results[name] === undefined)
      refuse(`the experiment does not measure “${name}”${nearest(name, Object.keys(results))}`);
  if (what === 'seeds') return `${countOf(of, results)}\u00A0of\u00A0${seedsIn(results)}`;
  const [, median] = quartilesOf(results[of] ?? []);
  return Number.isFinite(median) ? formatNumber(median, Number(digits)) : refuse('the median is not finite');
}

function conditionOf(text: string, refuse: (message: string) => never): Condition {
  try {
    return readCondition(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(error.message);
  }
}

/** The value as an element that the page keeps up to date. */
export function computedValue(around: Surroundings, formula: string, place: Place, digits = 4): Element {
  const value = evaluateFormula(around, formula, place);
  const quantity = colourOfFormula(formula);
  const properties: Properties = {
    className: quantity ? ['v', `q-${quantity}`] : ['v'],
    dataFormula: formula,
    value: fullText(value),
  };
  if (digits !== 4) properties.dataDigits = digits;
  return h('data', properties, formatValue(value, digits));
}

/** Renders Markdown whose first line is at `place`. */
export function renderMarkdown(source: string, place: Place, around: Surroundings): ElementContent[] {
  const at = (node: Nodes): Place => ({
    file: place.file,
    line: place.line + (node.position?.start.line ?? 1) - 1,
  });
  const tree = parseMarkdown(source);
  refuseTypedNumbers(tree, at, around.strictness);

  const formula = (node: { value: string } & Nodes, display: boolean): Element => {
    try {
      return renderMath(node.value, display);
    } catch (error) {
      throw new LessonError(at(node), `formula ${node.value}: ${(error as Error).message}`);
    }
  };
  const children = toHast(tree, {
    handlers: {
      inlineMath: (_: State, node) => formula(node, false),
      math(_: State, node) {
        // Formulas with a wide gap between them may stand below one another on a phone.
        const parts = node.value
          .split(/\s*\\qquad\s*/)
          .map((value: string) => formula({ ...node, value }, true));
        const className = parts.length > 1 ? ['math', 'several'] : ['math'];
        return h('div', { className, tabIndex: 0, role: 'group', ariaLabel: 'Formula' }, parts);
      },
      inlineCode(state: State, node: InlineCode) {
        const { formula: text, digits } = computed.exec(node.value)?.groups ?? {};
        if (text !== undefined) {
          return computedValue(around, text, at(node), digits === undefined ? 4 : Number(digits));
        }
        const number = cited.exec(node.value)?.groups?.number;
        if (number !== undefined) return h('span', { className: ['cited'] }, number);
        const asked = measured.exec(node.value)?.groups;
        if (asked) return { type: 'text', value: measuredText(around.evidence, asked, at(node)) };
        return defaultHandlers.inlineCode(state, node);
      },
      code(_: State, node: Code) {
        const kind = node.lang ?? '';
        // Code is for reading: wide lines scroll, so the keyboard must reach it.
        if (kind === programs)
          return h('pre', { className: ['code'], tabIndex: 0, role: 'group', ariaLabel: 'Code' }, [
            h('code', node.value),
          ]);
        const valid = around.blockNames ?? [];
        if (!around.block || !valid.includes(kind)) {
          throw new LessonError(at(node), `unknown block “${kind}”${nearest(kind, valid)}`);
        }
        const first = at(node);
        return around.block(kind, node, { file: first.file, line: first.line + 1 });
      },
      blockquote(state: State, node: Blockquote) {
        const kind = takeNoteMark(node, at(node));
        if (kind === undefined) return defaultHandlers.blockquote(state, node);
        if (kind === 'next') return h('div', { className: ['next'] }, state.all(node));
        return h('aside', { className: ['note', `note-${kind}`], role: 'note' }, [
          h('p', { className: ['note-kind'] }, noteTitles[kind]),
          ...state.all(node),
        ]);
      },
      heading: (state: State, node) => takeName(defaultHandlers.heading(state, node)),
      listItem: (state: State, node, parent) => takeName(defaultHandlers.listItem(state, node, parent)),
      table(state: State, node) {
        const element = defaultHandlers.table(state, node);
        return h('div', { className: ['scroll'], tabIndex: 0, role: 'group', ariaLabel: 'Table' }, element);
      },
      html(_: State, node: Html) {
        throw new LessonError(
          at(node),
          `HTML (${node.value.slice(0, 20)}) is not used in the lesson: write Markdown`,
        );
      },
    },
  });
  return children.type === 'root' ? (children.children as ElementContent[]) : [children as ElementContent];
}

const nameMark = /^\{#(?<name>[a-z][a-z0-9-]*)\}\s*/;

/** A heading, or an entry of a list, that begins with "{#name}" has that name as its id. */
function takeName(element: Element): Element {
  const [child] = element.children.filter((each) => each.type !== 'text' || each.value.trim() !== '');
  const holder = child?.type === 'element' && child.tagName === 'p' ? child : element;
  const [text] = holder.children;
  const found = text?.type === 'text' ? nameMark.exec(text.value) : null;
  if (text?.type === 'text' && found) {
    element.properties.id = found.groups?.name ?? '';
    text.value = text.value.slice(found[0].length);
  }
  return element;
}

const noteTitles = {
  next: 'Next',
  term: 'Term',
  trap: 'Trap',
  source: 'Source',
  experiment: 'From experiments',
  asked: 'People ask',
  note: 'Note',
} as const;

/** `> [!trap] …`: takes the mark out of the text and returns its kind. */
function takeNoteMark(node: Blockquote, place: Place): (typeof noteKinds)[number] | undefined {
  const paragraph = node.children[0];
  const text = paragraph?.type === 'paragraph' ? paragraph.children[0] : undefined;
  if (text?.type !== 'text') return undefined;
  const mark = noteMark.exec(text.value);
  if (!mark) return undefined;
  const kind = noteKinds.find((each) => each === mark.groups?.kind?.toLowerCase());
  if (!kind)
    throw new LessonError(place, `unknown note [!${mark.groups?.kind}]; valid: ${noteKinds.join(', ')}`);
  text.value = text.value.slice(mark[0].length);
  return kind;
}

/** Text without the paragraph around it, for labels and headings. */
export function renderInline(source: string, place: Place, around: Surroundings): ElementContent[] {
  const [only, ...rest] = renderMarkdown(source, place, around);
  if (rest.length > 0 || only?.type !== 'element' || only.tagName !== 'p') {
    throw new LessonError(place, 'one paragraph is expected here');
  }
  return only.children;
}

/** The same for what names something else: a box, a column, a question. Its formulas are named in words. */
export function renderLabel(source: string, place: Place, around: Surroundings): ElementContent[] {
  const label = renderInline(source, place, around);
  nameFormulas(label);
  return label;
}

function refuseTypedNumbers(tree: Root, at: (node: Nodes) => Place, strictness: Strictness): void {
  visit(tree, (node: Root | RootContent) => {
    const where =
      node.type === 'text' ? 'text' : node.type === 'inlineMath' || node.type === 'math' ? 'math' : undefined;
    if (where === undefined) return;
    const typed = findTypedNumber((node as Text).value, where, strictness);
    if (typed === undefined) return;
    const { file, line } = at(node);
    throw new LessonError(
      { file, line: line + typed.line },
      `the number “${typed.number}” is typed: let the core compute it (\`= formula\`), or quote it from a source (\`"${typed.number}"\`)`,
    );
  });
}
