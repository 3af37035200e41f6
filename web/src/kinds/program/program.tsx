/** @jsxImportSource preact */
// A program to write, or one to find the mistake of: an editor, the values of its lines on a small batch, and the verdict
// of laws on a hundred batches.

import { useEffect, useRef } from 'preact/hooks';
import { Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import type { Graded } from '../../core/items.ts';
import { answerOf, isOpen, withTexts } from '../../memory/kept.ts';
import type { Input, Programs, Ran } from '../../core/programs.ts';
import { asSentence } from '../../core/sentence.ts';
import { Hints, ShowAnswer } from '../help.tsx';
import { type Item, type Scene, Slot } from '../item.tsx';
import { BatchFields, batchName, batchOf } from './batch.tsx';
import { useEditor, usePrograms } from './bench.ts';
import { type Checked, isHunting, line, useChecking, whole } from './checking.ts';
import { shown } from './inputs.ts';
import { Difference, Says } from './says.tsx';
import type { BatchArray } from './schema.ts';

export interface ProgramData extends Graded {
  title: string;
  task: string;
  start: string;
  solution: string;
  batch: Record<string, BatchArray>;
  hints: number;
  /** the program is there and wrong, and the line is asked for */
  isHunt: boolean;
}

/** What each line gave its names, in one text a line. */
function valuesOf({ trace }: Ran): Map<number, string> {
  const values = new Map<number, string>();
  for (const step of trace) {
    const text = `${step.name} ${shown(step.value)}`;
    values.set(step.line, values.has(step.line) ? `${values.get(step.line)}   ${text}` : text);
  }
  return values;
}

/** Runs a program on the batch of the page; a sentence where the batch is none. */
function runOn(programs: Programs, text: string, inputs: Input[] | string, task: string): Ran | string {
  if (typeof inputs === 'string') return inputs;
  try {
    return programs.run(text, inputs, task);
  } catch (reason) {
    return (reason as RangeError).message;
  }
}

function kindOf(programs: Programs | string | undefined, now: Checked | undefined): VerdictKind | undefined {
  if (typeof programs === 'string' || now?.judged.verdict === 'failed') return 'unjudged';
  return now?.judged.verdict;
}

const Program = ({ id, data, kept, change, surroundings }: Scene<ProgramData>) => {
  const { title, task, start, solution, batch, isHunt } = data;
  const programs = usePrograms(() => surroundings.programs(task, start));
  const answer = useRef<HTMLElement>(null);
  const text = kept.texts.code ?? start;
  const seeks = isHunting({ isHunt, kept });
  const { checked, ask, isWaiting } = useChecking(programs, {
    task,
    start,
    isHunt,
    kept,
    change,
    code: () => editing.code.current,
  });
  const editing = useEditor(
    title,
    text,
    (code) => change((was) => withTexts(was, { code: code === start ? undefined : code })),
    ask,
  );

  const now = checked?.code === text ? checked : undefined;
  const tellsLine = !seeks || now?.judged.verdict === 'right';
  const ran =
    typeof programs === 'object'
      ? runOn(programs, text, batchOf(programs, batch, kept.texts), task)
      : undefined;
  const values = typeof ran === 'object' ? valuesOf(ran) : new Map<number, string>();
  useEffect(() => {
    const faults = tellsLine ? (now?.judged.faults ?? []) : [];
    const lines = [now?.judged.error?.line, ...faults.map((fault) => fault.line)];
    editing.editor.current?.remark({
      values,
      faults: new Set(lines.filter((each) => each !== undefined)),
    });
  });
  // The box goes when the line is found; who typed in it goes on in that line.
  const found = now?.said?.isFound === true ? now.judged.faults[0]?.line : undefined;
  useEffect(() => {
    if (found !== undefined && document.activeElement === document.body) editing.editor.current?.goTo(found);
  }, [found]);
  const stops = typeof ran === 'object' && !now ? ran.error : null;
  const error = typeof ran === 'string' ? ran : stops ? `Line ${stops.line}: ${stops.sentence}` : '';

  const download = () => {
    if (typeof programs !== 'object') return;
    const inPython = import('./python-file.ts');
    void inPython.then(({ pythonFileOf }) =>
      surroundings.save(`${data.id}.py`, pythonFileOf(programs, title, task, editing.code.current)),
    );
  };
  const answered = answerOf(kept, whole);
  return (
    <div class="program" data-done={answered.best === 'right' || isOpen(kept, whole) ? '' : undefined}>
      <h3 id={`${id}-title`}>{title}</h3>
      <Slot name="ask" />
      <div class="editor" ref={editing.place}>
        <pre>
          <code>{start}</code>
        </pre>
      </div>
      <div class="live-only">
        <p class="program-error" role="status">
          {error}
        </p>
        <div class="actions">
          {seeks && (
            <label class="line-field">
              The wrong line{' '}
              <input
                type="text"
                inputMode="numeric"
                size={2}
                autocomplete="off"
                value={kept.texts.line ?? ''}
                onInput={({ currentTarget: { value } }) => change((was) => withTexts(was, { line: value }))}
                onKeyDown={({ key }) => key === 'Enter' && ask()}
              />
            </label>
          )}
          <button type="button" class="main" onClick={ask}>
            Check
          </button>
          {text !== start && (
            <button
              type="button"
              class="quiet"
              onClick={() => {
                editing.takeKept();
                editing.editor.current?.goTo(1);
                change((was) => withTexts(was, { code: undefined }));
              }}
            >
              Start again
            </button>
          )}
          <ShowAnswer
            answer={answer}
            name={whole}
            isOffered={
              (answered.first ?? answerOf(kept, line).first) !== undefined && answered.best !== 'right'
            }
            {...{ kept, change }}
          />
        </div>
        {isWaiting ? (
          <Verdict kind="waiting" turn="waiting">
            The judge is starting; this is judged as soon as it runs.
          </Verdict>
        ) : (
          <Verdict kind={kindOf(programs, now)} turn={checked?.turn ?? 0}>
            {typeof programs === 'string' ? asSentence(programs) : now?.said && `${now.said.sentence} `}
            {now && (
              <Says judged={now.judged} {...{ tellsLine }} goTo={(to) => editing.editor.current?.goTo(to)} />
            )}
          </Verdict>
        )}
        {now && <Difference judged={now.judged} />}
        <details class="program-more">
          <summary>The batch, and a file for Python</summary>
          <BatchFields
            authors={batch}
            texts={kept.texts}
            onText={(name, value) => change((was) => withTexts(was, { [name]: value }))}
          />
          <button type="button" class="quiet" onClick={download}>
            Download as .py
          </button>
        </details>
      </div>
      <div class="help">
        <Hints count={data.hints} name={whole} slots="hints" {...{ kept, change }} />
      </div>
      <details class="answer" open={isOpen(kept, whole)}>
        <summary ref={answer}>A program that passes</summary>
        <pre>
          <code>{solution}</code>
        </pre>
      </details>
    </div>
  );
};

export const item: Item<ProgramData> = {
  View: Program,
  accepts: ({ batch }, name) =>
    name === 'code' || name === line || Object.keys(batch).some((input) => batchName(input) === name),
};
