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
  parts: { hint: string }[];
  answer: string;
}

function blocks<Kind>(file: string, kind: string): Kind[] {
  const text = readFileSync(new URL(`../../web/lesson/${file}`, import.meta.url), 'utf8');
  const fences = text.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms'));
  return [...fences].map((fence) => parse(fence[1] as string) as Kind);
}

export const questionSources = blocks<QuestionSource>('08-quiz.md', 'quiz');
export const problemSources = blocks<ProblemSource>('05-practice.md', 'practice');

/** The longest stretch of plain words: no formula, no computed number, no markup, one paragraph. */
export function plainWords(markdown: string): string {
  const stretches = markdown.split(/\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|[*_]+|\n\s*\n/s);
  const words = stretches.map((stretch) => stretch.replace(/\s+/g, ' ').trim());
  return words.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
}
