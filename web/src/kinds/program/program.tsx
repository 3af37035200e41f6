/** @jsxImportSource preact */
// A program to write, or one to find the mistake of: an editor, the values of its lines on a small batch, and the verdict
// of laws on a hundred batches.

import { useRef } from 'preact/hooks';
import { Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import type { Graded } from '../../core/items.ts';
import { answerOf, isOpen, withTexts } from '../../memory/kept.ts';
import type { Programs } from '../../core/programs.ts';
import { asSentence } from '../../core/sentence.ts';
import { Hints, ShowAnswer } from '../help.tsx';
import { type Item, type Scene, Slot } from '../item.tsx';
import { BatchFields, batchName } from './batch.tsx';
import { type Editing, useEditor, usePrograms } from './bench.ts';
import { type Checked, isHunting, line, useChecking, whole } from './checking.ts';
import { Download } from './download.tsx';
import { useRemarks } from './remarks.ts';
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

function kindOf(programs: Programs | string | undefined, now: Checked | undefined): VerdictKind | undefined {
  if (typeof programs === 'string' || now?.judged.verdict === 'failed') return 'unjudged';
  return now?.judged.verdict;
}

const Program = ({ id, data, kept, change, surroundings }: Scene<ProgramData>) => {
  const { title, task, start, solution, batch, isHunt } = data;
  const loading = usePrograms(surroundings.programs);
  const { programs } = loading;
  const answer = useRef<HTMLElement>(null);
  const keep = (texts: Record<string, string | undefined>) => change((was) => withTexts(was, texts));
  const { checked, ask, isWaiting } = useChecking(loading, {
    task,
    start,
    isHunt,
    kept,
    change,
    code: () => editing.code.current,
  });
  const editing = useEditor(
    title,
    { start, kept: kept.texts.code ?? start },
    (code) => keep({ code: code === start ? undefined : code }),
    ask,
  );
  const { editor } = editing;
  const text = editing.code.current;
  const seeks = isHunting({ isHunt, kept });
  const now = checked?.code === text ? checked : undefined;
  const tellsLine = !seeks || now?.judged.verdict === 'right';
  const error = useRemarks(editor, { programs, task, text, batch, texts: kept.texts, now, tellsLine });
  const answered = answerOf(kept, whole);
  const tried = (answered.first ?? answerOf(kept, line).first) !== undefined;
  return (
    <div
      class="program"
      data-done={answered.best === 'right' || isOpen(kept, whole) ? '' : undefined}
      onFocusIn={() => surroundings.prepareVerdict(task, start)}
    >
      <h3 id={`${id}-title`}>{title}</h3>
      <Slot name="ask" />
      <div class="editor" ref={editing.place}>
        <pre>
          <code>{text}</code>
        </pre>
      </div>
      <div class="live-only">
        <p class="program-error" role="status">
          <NoEditor {...editing} />
          {error}
        </p>
        <div class="actions">
          {seeks && (
            <LineField text={kept.texts.line ?? ''} onType={(typed) => keep({ line: typed })} onEnter={ask} />
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
                editor.current?.goTo(1);
                keep({ code: undefined });
              }}
            >
              Start again
            </button>
          )}
          <ShowAnswer
            answer={answer}
            name={whole}
            isOffered={tried && answered.best !== 'right'}
            {...{ kept, change }}
          />
        </div>
        <Outcome
          turn={checked?.turn ?? 0}
          goTo={(to) => editor.current?.goTo(to)}
          {...{ programs, now, isWaiting, tellsLine }}
        />
        <details class="program-more">
          <summary>The batch, and a file for Python</summary>
          <BatchFields authors={batch} texts={kept.texts} onText={(name, value) => keep({ [name]: value })} />
          <Download
            code={() => editing.code.current}
            save={(file) => surroundings.save(`${data.id}.py`, file)}
            {...{ programs, title, task }}
          />
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

/** Where the editor did not come; what is kept can be read and checked all the same. */
const NoEditor = ({ reason, tryAgain }: Pick<Editing, 'reason' | 'tryAgain'>) =>
  reason !== '' && (
    <>
      There is no editor: {reason}.{' '}
      <button type="button" class="link" onClick={tryAgain}>
        Try again
      </button>{' '}
    </>
  );

interface LineFieldProps {
  text: string;
  onType: (text: string) => void;
  onEnter: () => void;
}

/** In a hunt: the number of the wrong line. */
const LineField = ({ text, onType, onEnter }: LineFieldProps) => (
  <label class="line-field">
    The wrong line{' '}
    <input
      type="text"
      inputMode="numeric"
      size={2}
      autocomplete="off"
      value={text}
      onInput={({ currentTarget: { value } }) => onType(value)}
      onKeyDown={({ key }) => key === 'Enter' && onEnter()}
    />
  </label>
);

interface OutcomeProps {
  programs: Programs | string | undefined;
  /** the verdict on the program as it stands */
  now: Checked | undefined;
  turn: number;
  isWaiting: boolean;
  tellsLine: boolean;
  goTo: (line: number) => void;
}

/** The verdict, with the batch that shows what is wrong. */
function Outcome({ programs, now, turn, isWaiting, tellsLine, goTo }: OutcomeProps) {
  return (
    <>
      {isWaiting ? (
        <Verdict kind="waiting" turn="waiting">
          The judge is starting; this is judged as soon as it runs.
        </Verdict>
      ) : (
        <Verdict kind={kindOf(programs, now)} turn={turn}>
          {typeof programs === 'string' ? asSentence(programs) : now?.said && `${now.said.sentence} `}
          {now && <Says judged={now.judged} {...{ tellsLine, goTo }} />}
        </Verdict>
      )}
      {now && <Difference judged={now.judged} />}
    </>
  );
}

export const item: Item<ProgramData> = {
  View: Program,
  accepts: ({ batch }, name) =>
    name === 'code' || name === line || Object.keys(batch).some((input) => batchName(input) === name),
};
