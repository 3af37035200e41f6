// What the author wrote, so that a reworded sentence of the lesson breaks no test.

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { fencesIn } from '../../web/render/fences.ts';

interface Option {
  text: string;
  why: string;
}

interface QuestionSource {
  id: string;
  correct: 'A' | 'B' | 'C' | 'D';
  options: Record<'A' | 'B' | 'C' | 'D', Option>;
  explanation: string;
}

interface PartSource {
  id: string;
  hints: string[];
  why?: string;
  pitfall: string | string[];
  objective: number;
}

interface ProblemSource {
  id: string;
  title: string;
  given: object;
  edit?: string[];
  draw?: string[];
  parts: PartSource[];
  answer: string;
}

interface ProofLine {
  id: string;
  equation: string;
  needs?: string[];
}

interface ProofSource {
  id: string;
  /** the problem that it is a part of */
  of?: string;
  title: string;
  goal: string;
  lines: (ProofLine & { because: string })[];
  distractors: (ProofLine & { why: string; false?: boolean })[];
  hints: string[];
}

interface WorksheetSource {
  id: string;
  title: string;
  given: { x: number[]; dy: number[]; gamma: number; beta: number; eps: number };
  cells: string[];
  hints: string[];
}

/** Whether a problem has boxes to change its givens in, or a button that draws them. */
export const hasControls = ({ given, edit, draw }: ProblemSource) =>
  draw !== undefined || (Object.keys(given).length > 0 && edit?.length !== 0);

/** The blocks of a kind on a page, in its order. */
function blocks<Kind>(folder: string, kind: string): Kind[] {
  const place = new URL(`../../web/lesson/${folder}/`, import.meta.url);
  const files = readdirSync(place)
    .filter((file) => file.endsWith('.md'))
    .toSorted();
  return files.flatMap((file) => {
    const fences = fencesIn(readFileSync(new URL(file, place), 'utf8'));
    return fences.filter(({ lang }) => lang === kind).map(({ value }) => parse(value) as Kind);
  });
}

export const questionSources = blocks<QuestionSource>('quiz', 'quiz');
export const problemSources = blocks<ProblemSource>('practice', 'practice');
export const proofSources = blocks<ProofSource>('practice', 'proof');
export const worksheetSources = blocks<WorksheetSource>('practice', 'worksheet');
export const workshopSources = blocks<ProblemSource>('workshop', 'practice');

/**
 * The longest stretch of plain words: no formula, no computed number, no link, no markup, no quotes, one paragraph. An
 * apostrophe is that of print.
 */
export function plainWords(markdown: string): string {
  const stretches = markdown.split(/\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\[[^\]]*\]\([^)]*\)|[*_"]+|\n\s*\n/s);
  const words = stretches.map((stretch) => stretch.replace(/\s+/g, ' ').replaceAll("'", '’').trim());
  return words.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
}
