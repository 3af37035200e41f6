// A program as a file that plain NumPy runs, with the batches on which the page judges and what is right on them.

import type { Batch, Call, Calling, Held, Operand, Programs } from '../../core/programs.ts';

interface Task {
  name: string;
  inputs: Operand[];
  outputs: Operand[];
}

/** What a file is made of. */
interface Source {
  title: string;
  program: string;
  task: Task;
  calling: Calling;
  batches: readonly Batch[];
}

type Nested = number | Nested[];

function nested(values: readonly number[], shape: readonly number[]): Nested {
  const [size, ...rest] = shape;
  if (size === undefined) return values[0] ?? 0;
  const width = values.length / size;
  return Array.from({ length: size }, (_, k) => nested(values.slice(k * width, (k + 1) * width), rest));
}

/** Numbers as Python reads them again to the last bit; a float that is whole stays a float. */
function literal(held: Held): string {
  if (!('values' in held)) return 'null';
  const text = JSON.stringify(nested([...held.values], [...held.shape]));
  return held.shape.length === 0 && held.type === 'float64' && /^-?\d+$/u.test(text) ? `${text}.0` : text;
}

function batchLine({ inputs, outputs, allowed }: Batch): string {
  const all = (of: Record<string, Held>) =>
    Object.entries(of)
      .map(([name, held]) => `"${name}":${literal(held)}`)
      .join(',');
  return `{"inputs":{${all(inputs)}},"outputs":{${all(outputs)}},"allowed":${JSON.stringify(allowed)}}`;
}

const indented = (text: string): string => text.replaceAll(/^(?=.*\S)/gmu, '    ');

/** The settings as bn_param has them, of the inputs that there are. */
function settingsLine(task: Task): string {
  const names = task.inputs.map(({ name }) => name);
  const pairs = ['eps', 'momentum', 'running_mean', 'running_var']
    .filter((name) => names.includes(name))
    .map((name) => `"${name}": ${name}`);
  const isTest = names.includes('running_mean') && !names.includes('momentum');
  return `settings = {${[`"mode": "${isTest ? 'test' : 'train'}"`, ...pairs].join(', ')}}`;
}

const zeros: Record<string, string> = { '0': '0.0' };
const callOf = (call: Call): string =>
  `${call.function}(${call.arguments.map(({ parameter, what }) => `${parameter}=${zeros[what] ?? what}`).join(', ')})`;

/** A cache for a program that has no forward function: what it asks for, and the lines that lead there. */
function cacheLines({ asked, derivation }: Calling): string[] {
  if (asked.length === 0 || derivation.length === 0)
    return ['raise SystemExit("a forward function is missing, which returns its output and the cache")'];
  const needed = new Set(asked.map(({ meaning }) => meaning));
  const lines: string[] = [];
  for (const { name, expression } of derivation.toReversed()) {
    if (!needed.has(name)) continue;
    lines.unshift(`${name} = ${expression}`);
    for (const [word] of expression.matchAll(/[a-z_]+/gu)) needed.add(word);
  }
  const pairs = new Map(asked.map(({ name, meaning }) => [name, meaning]));
  return [...lines, `cache = Cache({${[...pairs].map(([name, of]) => `"${name}": ${of}`).join(', ')}})`];
}

/** The body of `run`, which gives the outputs by their names. */
function body({ task, program, calling }: Source): string[] {
  const names = task.outputs.map(({ name }) => name);
  const { call, forward } = calling;
  if (!call) {
    const outputs = names.map((name) => `"${name}": ${calling.left_as[name] ?? name}`);
    return [indented(program.trimEnd()), `    return {${outputs.join(', ')}}`];
  }
  const listed = `[${names.map((name) => `"${name}"`).join(', ')}]`;
  const takes = (what: string) =>
    [call, forward].some((each) => each?.arguments.some((given) => given.what === what));
  const lines: string[] = [];
  if (takes('settings')) lines.push(settingsLine(task));
  if (takes('cache')) lines.push(...(forward ? [`cache = ${callOf(forward)}[1]`] : cacheLines(calling)));
  lines.push(
    `returned = ${callOf(call)}`,
    'returned = returned if isinstance(returned, tuple) else (returned,)',
    `outputs = dict(zip(${listed}, returned))`,
  );
  if (takes('settings'))
    lines.push(`outputs.update({name: settings[name] for name in ${listed} if name in settings})`);
  return [...lines, 'return outputs'].map((line) => `    ${line}`);
}

/** The types of the inputs whose NumPy type is not that of their Python numbers. */
function typesLine({ batches }: Source): string {
  const types = Object.entries(batches[0]?.inputs ?? {}).flatMap(([name, held]) =>
    'values' in held && held.shape.length > 0 ? [`"${name}": np.${held.type}`] : [],
  );
  return `TYPES = {${types.join(', ')}}`;
}

const cacheClass = `
class Cache(dict):
    """What was kept of the forward pass: by its names, or unpacked in their order."""

    def __iter__(self):
        return iter(self.values())

`;

/** The text of the file. */
function pythonFile(source: Source): string {
  const { title, program, task, calling, batches } = source;
  const parameters = task.inputs.map(({ name }) => name).join(', ');
  return `# ${title}. From the lesson on batch normalization.
#
# Run it with Python 3 and NumPy. It tries the program on the ${batches.length} batches that the page judges on;
# what is right on them the page's C++ core has computed.

import json
import sys

import numpy as np

${calling.asked.length > 0 ? cacheClass : ''}${calling.call ? `\n${program.trimEnd()}\n\n\n` : ''}def run(${parameters}):
${body(source).join('\n')}


def check():
    for number, line in enumerate(BATCHES.splitlines()):
        batch = json.loads(line)
        given = {name: np.array(value, TYPES[name]) if name in TYPES else value for name, value in batch["inputs"].items()}
        outputs = run(**given)
        for name, value in batch["outputs"].items():
            right, got = np.array(value), np.asarray(outputs[name])
            may_keep_ones = right.ndim == 1 and got.ndim > 0
            fits = got.shape == right.shape or may_keep_ones and got.squeeze().shape == right.squeeze().shape
            got = got.reshape(right.shape) if fits else got
            if not fits:
                print(f"batch {number}: {name} has the shape {got.shape}, and should have {right.shape}")
            elif not np.all(np.abs(got - right) <= batch["allowed"][name]):
                print(f"batch {number}: {name} is\\n{got}\\nand should be\\n{right}\\nfor")
                for each, value in batch["inputs"].items():
                    print(f"{each} = {value}")
            else:
                continue
            return False
    print(f"right on all {number + 1} batches")
    return True


${typesLine(source)}
BATCHES = """\\
${batches.map(batchLine).join('\n')}
"""

if __name__ == "__main__":
    sys.exit(0 if check() else 1)
`;
}

const batchCount = 100;

/** The file of a program as it stands. */
export function pythonFileOf(programs: Programs, title: string, name: string, program: string): string {
  const task = programs.tasks().find((each) => each.name === name);
  if (!task) throw new RangeError(`no task ${name}`);
  const batches = Array.from({ length: batchCount }, (_, number) => programs.batch(name, number));
  return pythonFile({ title, program, task, calling: programs.calling(name, program), batches });
}
