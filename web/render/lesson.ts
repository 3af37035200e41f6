// The lesson's folder to the pages of the site.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Element, ElementContent, Root } from 'hast';
import { h } from 'hastscript';
import { toString } from 'hast-util-to-string';
import rehypeSlug from 'rehype-slug';
import rehypeStringify from 'rehype-stringify';
import { unified } from 'unified';
import { SKIP, visit } from 'unist-util-visit';
import type { Core } from '../src/core/core.ts';
import { pitfallNames } from '../src/core/pitfalls.ts';
import { parseBlock } from './blocks.ts';
import { deal } from './deck.ts';
import { LessonError, type Place } from './error.ts';
import { allEvidence } from './evidence.ts';
import { type Examples, lessonExamples } from './examples.ts';
import { type Handouts, handoutsOf, noHandouts, paperTexts } from './handouts.ts';
import { type Lesson, renderItem } from './item.tsx';
import { lessonItems, objectiveNames } from './items.ts';
import { kinds, type ScopeBlock, schemas } from './kinds.ts';
import { type FigureBlock, renderFigure } from './kinds/figure.tsx';
import { type Evidence, renderMarkdown, type Surroundings } from './markdown.ts';
import { nearest } from './nearest.ts';
import { oldAddresses } from './old-addresses.ts';
import { type Page, pages } from './pages.ts';
import { besideTheirText, curlyQuotes, endnotes, keepTogether } from './setting.ts';
import { quantitiesOf } from './sheet.ts';

export interface RenderedPage {
  page: Page;
  title: string;
  description: string;
  /** HTML of the list of headings and of the text */
  contents: string;
  main: string;
  /** whether its questions are dealt one at a time */
  isDeck: boolean;
}

export interface Site {
  pages: RenderedPage[];
  /** Where each id stands, and each that the lesson once had: "problem-1" -> "practice.html#problem-1". */
  addresses: Readonly<Record<string, string>>;
  handouts: Handouts;
  /** Leads the links of a text to where their targets stand, as seen from a page. */
  linked: (root: Root, page: Page) => void;
}

/** The files of a page in reading order: 01-….md, 02-….md … */
export async function lessonFiles(folder: string, page: Page): Promise<string[]> {
  const names = (await readdir(path.join(folder, page.folder))).filter((name) => /^\d.*\.md$/.test(name));
  return names.toSorted().map((name) => path.join(folder, page.folder, name));
}

/** Prints the number of its kind where a title has a #: "Problem #: sums" -> "Problem 2: sums". */
export function numbering(): (title: string) => string {
  const counts = new Map<string, number>();
  return (title) =>
    title.replace(/^(\w+) #/, (_, kind: string) => {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return `${kind} ${count}`;
    });
}

/** What the blocks of a page know of the lesson. */
interface Context extends Lesson {
  evidence: Evidence;
  examples: Examples;
  folded: boolean;
}

/** A problem behind its title; the browser keeps one of them open. */
function folded(problem: Element): Element {
  const { title } = JSON.parse(String(problem.properties.dataData)) as { title: string };
  return h('details', { className: ['drill'], name: 'drill' }, [h('summary', title), problem]);
}

const alone = (): Context => ({
  items: [],
  objectives: [],
  evidence: {},
  examples: new Map(),
  page: '',
  folded: false,
  numbered: numbering(),
  handouts: noHandouts,
});

/** Renders one file's text into HTML nodes. */
export function renderFile(
  source: string,
  file: string,
  core: Core,
  partly: Partial<Context> = {},
): ElementContent[] {
  const context: Context = { ...alone(), ...partly };
  const problems = new Map<string, Element>();
  const around: Surroundings = {
    core,
    quantities: {},
    strictness: 'prose',
    evidence: context.evidence,
    blockNames: Object.keys(schemas),
    block(name, node, place: Place) {
      const schema = schemas[name];
      if (!schema) return [];
      if (name === 'given') {
        const { block } = parseBlock<ScopeBlock>(name, schema, node.value, place);
        around.quantities = quantitiesOf(core, { ...block, buttons: [] }, {}, place);
        return [h('div', { hidden: true, dataScope: JSON.stringify(block) })];
      }
      if (name === 'figure')
        return [renderFigure(parseBlock<FigureBlock>(name, schema, node.value, place), around, context)];
      const kind = kinds[name];
      if (!kind) return [];
      const parsed = parseBlock<never>(name, schema, node.value, place);
      const id = kind.name?.(parsed.block) ?? name;
      const element = renderItem(name, kind, parsed, around, { ...context, id });
      if (name === 'practice') problems.set(id, element);
      if (name === 'practice' && context.folded) return [folded(element)];
      // A proof that belongs to a problem stands in it.
      const { of } = parsed.block as { of?: string };
      if (of === undefined) return [element];
      const problem = problems.get(of);
      if (!problem)
        throw new LessonError(
          parsed.placeOf(['of']),
          `proof.of: no problem “${of}” above it${nearest(of, [...problems.keys()])}`,
        );
      placeInProblem(problem, element);
      return [];
    },
  };
  return renderMarkdown(source, { file, line: 1 }, around);
}

/** The "Show" part of a problem stands before its answer. */
function placeInProblem(problem: Element, proof: Element): void {
  visit(problem, 'element', (element, index, parent) => {
    // Another proof that stands here has an answer of its own.
    if (element !== problem && element.properties.dataKind !== undefined) return SKIP;
    if (element.tagName !== 'details' || ![element.properties.className].flat().includes('answer'))
      return undefined;
    let place = parent?.children[(index ?? 0) - 1];
    if (place?.type !== 'element' || place.properties.dataSlot !== 'show') {
      place = h('div', { className: ['show'], dataSlot: 'show' });
      parent?.children.splice(index ?? 0, 0, place);
    }
    const { title } = JSON.parse(String(proof.properties.dataData)) as { title: string };
    place.children.push(h('details', { className: ['proof-fold'] }, [h('summary', title), proof]));
    return false;
  });
}

// JSON in attributes is full of double quotes: single ones around it spare a reference for each, half a kilobyte of the
// first page. What "dangerous" means here is browsers older than HTML5; the quote that would end an attribute is escaped.
const stringify = (children: ElementContent[]) =>
  unified()
    .use(rehypeStringify, { quoteSmart: true, allowParseErrors: true, allowDangerousCharacters: true })
    .stringify({ type: 'root', children });

/** Numbers of headings are printed from their order: "#. The forward pass" -> "2. The forward pass". */
function numberHeadings(root: Root): void {
  let count = 0;
  visit(root, 'element', (node: Element) => {
    const [text] = node.children;
    if (node.tagName === 'h3' && text?.type === 'text' && text.value.startsWith('#. '))
      text.value = `${++count}. ${text.value.slice(3)}`;
  });
}

/** Refuses a lesson whose pitfalls are not those that mistakes name. */
function checkPitfalls(ids: ReadonlySet<string>, place: Place): void {
  for (const name of pitfallNames)
    if (!ids.has(`pitfall-${name}`))
      throw new LessonError(place, `the lesson has no pitfall {#pitfall-${name}}`);
}

const isPitfall = ({ properties: { id } }: Element) => typeof id === 'string' && id.startsWith('pitfall-');

/** Each pitfall folds behind its name, which it begins with. */
function foldPitfalls(root: Root): void {
  visit(root, 'element', (node: Element) => {
    if (node.tagName !== 'li' || !isPitfall(node)) return;
    const content = node.children.filter((each) => each.type !== 'text' || each.value.trim() !== '');
    const [name, ...rest] = content;
    if (name?.type !== 'element' || name.tagName !== 'strong') return;
    node.children = [h('details', { className: ['pitfall'] }, [h('summary', [name]), h('p', rest)])];
  });
}

interface Draft {
  page: Page;
  root: Root;
  place: Place;
}

export async function renderSite(folder: string, core: Core): Promise<Site> {
  const items = await lessonItems(folder);
  const known = {
    items: items.map(({ listed }) => listed),
    objectives: await objectiveNames(folder),
    evidence: await allEvidence(),
    examples: await lessonExamples(folder),
  };
  const handouts = await handoutsOf(folder, core, known);
  const context = { ...known, handouts };
  const drafts: Draft[] = [];
  for (const page of pages) {
    const root: Root = { type: 'root', children: [] };
    const files = await lessonFiles(folder, page);
    const numbered = numbering();
    for (const file of files) {
      const name = path.relative(process.cwd(), file);
      const source = await readFile(file, 'utf8');
      root.children.push(
        ...renderFile(source, name, core, {
          ...context,
          page: page.file,
          folded: page.folded === true,
          numbered,
        }),
      );
    }
    numberHeadings(root);
    endnotes(root, page.folder);
    await unified().use(rehypeSlug).run(root);
    drafts.push({
      page,
      root,
      place: { file: files[0] ?? path.join(folder, page.folder, '01-….md'), line: 1 },
    });
  }

  const places = new Map<string, { page: Page; label: string | undefined }>();
  for (const { page, root, place } of drafts) {
    visit(root, 'element', (node: Element, index, parent) => {
      const { id } = node.properties;
      if (typeof id !== 'string') return;
      const other = places.get(id);
      if (other)
        throw new LessonError(place, `the id “${id}” is used on two pages, or twice on ${page.file}`);
      places.set(id, { page, label: numberOf(node, index, parent as Element) });
    });
  }
  checkPitfalls(new Set(places.keys()), drafts[0]?.place ?? { file: folder, line: 1 });
  for (const { page, root, place } of drafts) resolveLinks(root, page, places, place);
  const templateOf = ({ page, root, place }: Draft): Element[] => {
    if (!hasKind(root, 'sheets')) return [];
    const texts: Root = { type: 'root', children: paperTexts(handouts) };
    resolveLinks(texts, page, places, place);
    curlyQuotes(texts);
    return [{ ...h('template', { id: 'papers' }), content: texts }];
  };

  for (const { root } of drafts) foldPitfalls(root);
  const pitfalls = pitfallList(drafts);
  const addresses: Record<string, string> = {};
  for (const [id, { page }] of places) addresses[id] = `${page.file}#${id}`;
  for (const [old, now] of Object.entries(oldAddresses)) {
    const place = places.get(now);
    if (!place) throw new Error(`old-addresses.ts: “${now}” is not on any page`);
    addresses[old] = `${place.page.file}#${now}`;
  }
  return {
    addresses,
    pages: drafts.map((draft) => finish(draft, pitfalls, templateOf(draft))),
    handouts,
    linked: (root, page) => resolveLinks(root, page, places, { file: folder, line: 1 }),
  };
}

/** The number by which an element is called: that of its heading, of its title, or its place in a list. */
function numberOf(node: Element, index: number | undefined, parent: Element | undefined): string | undefined {
  if (node.tagName === 'li') {
    const entries = parent?.children.filter((each) => each.type === 'element') ?? [];
    return String(entries.indexOf(node) + 1);
  }
  let heading: Element | undefined = /^h\d$/.test(node.tagName) ? node : undefined;
  if (!heading && node.properties.dataKind !== undefined)
    visit(node, 'element', (each: Element) => {
      if (!heading && /^h\d$/.test(each.tagName)) heading = each;
    });
  return heading && /^(?:\w+ )?(\d+)\b/.exec(toString(heading))?.[1];
}

/** Links lead to the page where their target stands; "[Problem](#id)" gets its number. */
function resolveLinks(
  root: Root,
  page: Page,
  places: ReadonlyMap<string, { page: Page; label: string | undefined }>,
  place: Place,
): void {
  visit(root, 'element', (node: Element) => {
    const { href } = node.properties;
    if (node.tagName !== 'a' || typeof href !== 'string' || !href.startsWith('#')) return;
    const id = href.slice(1);
    const target = places.get(id);
    if (!target)
      throw new LessonError(
        place,
        `a link leads to #${id}, which is on no page${nearest(id, [...places.keys()].filter((each) => !each.includes('.')).slice(0, 40))}`,
      );
    if (target.page !== page) node.properties.href = `${target.page.file}#${id}`;
    const text = toString(node);
    if (/^(section|problem|example|question|drill|pitfall)$/i.test(text) && target.label !== undefined)
      node.children = [{ type: 'text', value: `${text}\u00A0${target.label}` }];
  });
}

/** The pitfalls as a template, for the pages whose verdicts name them; their links lead on from any page. */
function pitfallList(drafts: readonly Draft[]): Element {
  const entries: ElementContent[] = [];
  for (const { page, root } of drafts)
    visit(root, 'element', (node: Element) => {
      const { id } = node.properties;
      if (node.tagName !== 'li' || typeof id !== 'string' || !isPitfall(node)) return;
      const entry = h('div', { dataPitfall: id.slice('pitfall-'.length) }, structuredClone(node.children));
      visit(entry, 'element', ({ properties }: Element) => {
        const { href } = properties;
        if (typeof href === 'string' && href.startsWith('#')) properties.href = page.file + href;
      });
      entries.push(entry);
    });
  return {
    ...h('template', { id: 'pitfall-texts' }),
    content: { type: 'root', children: entries },
  };
}

/** Whether there is an item on the page; of one kind, where that is given. */
const hasKind = (root: Root, kind?: string) => {
  let found = false;
  visit(root, 'element', ({ properties: { dataKind } }: Element) => {
    if (dataKind !== undefined && (kind === undefined || dataKind === kind)) found = true;
  });
  return found;
};

function finish({ page, root, place }: Draft, pitfalls: Element, texts: Element[]): RenderedPage {
  const headings: Element[] = [];
  let description = '';
  visit(root, 'element', (node: Element) => {
    // What only works live is not in the contents: without scripts the link would lead nowhere.
    // What is folded away is not either.
    if ([node.properties.className].flat().includes('live-only')) return SKIP;
    if (node.tagName === 'details' || [node.properties.className].flat().includes('after-answer'))
      return SKIP;
    if (/^h[123]$/.test(node.tagName) && node.properties.id) headings.push(node);
    if (node.tagName === 'p' && description === '') description = toString(node);
    return undefined;
  });
  const title = headings.find((node) => node.tagName === 'h1');
  if (!title) throw new LessonError(place, `the page ${page.name} has no title (# …)`);
  const hasOwnPitfalls = root.children.some(
    (node) => node.type === 'element' && node.properties.id === 'pitfalls',
  );
  // A page that prints judges nothing, so no verdict of it names a pitfall.
  const needsPitfalls = hasKind(root) && !hasOwnPitfalls && texts.length === 0;
  const extra = [...(needsPitfalls ? [pitfalls] : []), ...texts];
  const isDeck = deal(root);
  curlyQuotes(root);
  keepTogether(root);
  besideTheirText(root);
  return {
    page,
    title: toString(title),
    description: description.replace(/\s+/g, ' ').slice(0, 300),
    contents: stringify([tableOfContents(headings)]),
    main: stringify([...(root.children as ElementContent[]), ...extra]),
    isDeck,
  };
}

function tableOfContents(headings: Element[]): Element {
  const entries: Element[] = [];
  for (const heading of headings) {
    const link = h('a', { href: `#${String(heading.properties.id)}` }, toString(heading));
    if (heading.tagName === 'h2') entries.push(h('li', [link]));
    const parent = entries.at(-1);
    if (heading.tagName !== 'h3' || !parent) continue;
    let list = parent.children.find(
      (child): child is Element => child.type === 'element' && child.tagName === 'ul',
    );
    if (!list) parent.children.push((list = h('ul')));
    list.children.push(h('li', [link]));
  }
  return h('ol', entries);
}
