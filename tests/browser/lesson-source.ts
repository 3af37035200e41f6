// What the author wrote, so that a reworded sentence of the lesson breaks no test.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Option {
  text: string;
  why: string;
}

interface QuestionSource {
  correct: 'A' | 'B' | 'C' | 'D';
  options: Record<'A' | 'B' | 'C' | 'D', Option>;
  explanation: string;
}

interface ProblemSource {
  title: string;
  given: object;
  edit?: string[];
  draw?: string[];
  parts: { hints: string[] }[];
  answer: string;
}

/** Whether a problem has boxes to change its givens in, or a button that draws them. */
export const hasControls = ({ given, edit, draw }: ProblemSource) =>
  draw !== undefined || (Object.keys(given).length > 0 && edit?.length !== 0);

function blocks<Kind>(file: string, kind: string): Kind[] {
  const text = readFileSync(new URL(`../../web/lesson/${file}`, import.meta.url), 'utf8');
  const fences = text.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms'));
  return [...fences].map((fence) => parse(fence[1] as string) as Kind);
}

export const questionSources = blocks<QuestionSource>('08-quiz.md', 'quiz');
export const problemSources = blocks<ProblemSource>('05-practice.md', 'practice');
export const workshopSources = blocks<ProblemSource>('05-workshop.md', 'practice');

/** The longest stretch of plain words: no formula, no computed number, no markup, one paragraph. */
export function plainWords(markdown: string): string {
  const stretches = markdown.split(/\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|[*_]+|\n\s*\n/s);
  const words = stretches.map((stretch) => stretch.replace(/\s+/g, ' ').trim());
  return words.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
}
