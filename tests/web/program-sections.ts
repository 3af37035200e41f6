// The programs of tests/programs, with what the head of each says of it.

import { readFileSync } from 'node:fs';

export interface Section {
  task: string;
  title: string;
  verdict: string;
  /** a law that it breaks */
  law: string | undefined;
  text: string;
}

/** A section begins with “# === task: title: verdict …”; the task is the file's name where none stands there. */
function sectionsOf(file: string): Section[] {
  const [, ...parts] = readFileSync(`tests/programs/${file}.py`, 'utf8').split(/^# === /mu);
  return parts.map((part) => {
    const end = part.indexOf('\n');
    const header = part.slice(0, end).split(': ');
    const task = file === 'others' ? (header.shift() ?? '') : file;
    const [verdict = '', ...more] = (header.at(-1) ?? '').split(' ');
    const law = more.find((word) => word.startsWith('law='))?.slice('law='.length);
    return { task, title: header[0] ?? '', verdict, law, text: part.slice(end + 1) };
  });
}

export const sections = ['forward', 'backward', 'others'].flatMap(sectionsOf);
