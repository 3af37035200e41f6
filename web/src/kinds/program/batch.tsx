/** @jsxImportSource preact */
// The small batch whose values are shown beside the lines: an input for each array, in Python's words.

import type { Input, Programs } from '../../core/programs.ts';
import { inputOf } from './inputs.ts';
import type { BatchArray } from './schema.ts';

/** Under this name the text of an input is kept. */
export const batchName = (input: string): string => `batch.${input}`;

const inPython = (array: BatchArray): string => JSON.stringify(array).replaceAll(',', ', ');

/** The inputs as they stand, or what cannot be read of them. */
export function batchOf(
  programs: Programs,
  authors: Readonly<Record<string, BatchArray>>,
  texts: Readonly<Record<string, string>>,
): Input[] | string {
  const inputs: Input[] = [];
  for (const [name, array] of Object.entries(authors)) {
    const text = texts[batchName(name)];
    if (text === undefined) {
      inputs.push(inputOf(name, array));
      continue;
    }
    const expected = `${name}: numbers are expected, such as ${inPython(array)}`;
    if (text.trim() === '') return expected;
    const { trace, error } = programs.run(`${name} = np.array(${text})`, []);
    if (error) return `${name}: ${error.sentence}`;
    const value = trace.at(-1)?.value;
    if (!value || !('values' in value)) return expected;
    const { shape, values } = value;
    inputs.push(shape.length === 0 ? { name, number: values[0] ?? 0 } : { name, shape, values });
  }
  return inputs;
}

interface Props {
  authors: Readonly<Record<string, BatchArray>>;
  texts: Readonly<Record<string, string>>;
  onText: (name: string, text: string | undefined) => void;
}

export function BatchFields({ authors, texts, onText }: Props) {
  return (
    <div class="batch-fields">
      {Object.entries(authors).map(([name, array]) => {
        const own = inPython(array);
        return (
          <label key={name}>
            <code>{name}</code>
            <input
              type="text"
              autocapitalize="off"
              autocomplete="off"
              spellcheck={false}
              value={texts[batchName(name)] ?? own}
              onInput={({ currentTarget: { value } }) =>
                onText(batchName(name), value === own ? undefined : value)
              }
            />
          </label>
        );
      })}
    </div>
  );
}
