// Builds a block `program`. Before it is shown its solution has passed, its starting point has not, and each wrong program
// was refused for the mistake that it is listed with.

import { inputOf } from '../../src/kinds/program/inputs.ts';
import { item, type ProgramData } from '../../src/kinds/program/program.tsx';
import { type ProgramBlock, schema } from '../../src/kinds/program/schema.ts';
import { gradedOf, wholeBlock } from '../graded.ts';
import { type Building, kind } from '../item.tsx';
import { nearest } from '../nearest.ts';
import { programs } from '../programs.ts';

function check({ task, start, solution, batch, wrong, bug }: ProgramBlock, { refuse }: Building): void {
  const known = programs.tasks();
  const asked = known.find(({ name }) => name === task);
  const names = known.map(({ name }) => name);
  if (!asked) return refuse(['task'], `program: no task “${task}”${nearest(task, names)}`);
  const inputs = asked.inputs.map(({ name }) => name);
  for (const name of Object.keys(batch)) {
    if (!inputs.includes(name))
      refuse(['batch', name], `program: “${name}” is none of its inputs, which are ${inputs.join(', ')}`);
  }
  const missing = inputs.find((name) => batch[name] === undefined);
  if (missing !== undefined) refuse(['batch'], `program: a value for “${missing}” is missing`);

  const judged = programs.judge(task, solution);
  if (judged.verdict !== 'right') {
    const [fault] = judged.faults;
    const why = judged.error?.sentence ?? (fault ? `line ${fault.line}, ${fault.name}` : 'a law fails');
    refuse(['solution'], `program: its solution is ${judged.verdict}: ${why}`);
  }
  const given = Object.entries(batch).map(([name, array]) => inputOf(name, array));
  let error: { sentence: string } | null;
  try {
    ({ error } = programs.run(solution, given, task));
  } catch (reason) {
    return refuse(['batch'], `program: ${(reason as Error).message}`);
  }
  if (error) refuse(['batch'], `program: its solution does not run on this batch: ${error.sentence}`);
  const begun = programs.judge(task, start);
  if (begun.verdict === 'right') refuse(['start'], 'program: its starting point passes already');
  if (bug) {
    const [fault] = begun.faults;
    const found = `line ${fault?.line} is blamed for ${fault?.mistake?.id ?? 'no known mistake'}`;
    if (begun.verdict !== 'wrong' || fault?.line !== bug.line || fault.mistake?.id !== bug.mistake)
      refuse(['bug'], `program: its starting point is ${begun.verdict}, and ${found}`);
  }
  wrong.forEach(({ mistake, line, program }, k) => {
    const { verdict, faults } = programs.judge(task, program);
    if (verdict !== 'wrong') refuse(['wrong', k], `program: this one is ${verdict}, and should be wrong`);
    const found = faults.map((fault) => fault.mistake?.id).filter((each) => each !== undefined);
    if (mistake !== undefined && !found.includes(mistake))
      refuse(
        ['wrong', k, 'mistake'],
        `program: “${mistake}” is not found in it, but ${found.join(', ') || 'nothing'}`,
      );
    if (line !== undefined && faults[0]?.line !== line)
      refuse(['wrong', k, 'line'], `program: line ${faults[0]?.line} is blamed first, not line ${line}`);
  });
}

export const program = kind<ProgramBlock>({
  schema,
  View: item.View,
  name: ({ id }) => id,
  items(parsed) {
    const { task, solution } = parsed.block;
    return wholeBlock(parsed, { kind: 'program', task, solution });
  },
  data(block, at): ProgramData {
    check(block, at);
    const { task, start, solution, batch, hints, bug } = block;
    return {
      ...gradedOf(block),
      title: at.numbered(block.title),
      task,
      start: start.trimEnd(),
      solution: solution.trimEnd(),
      batch,
      hints: hints.length,
      isHunt: bug !== undefined,
    };
  },
});
