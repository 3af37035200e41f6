/** @jsxImportSource preact */
// A worksheet: the steps of a computation by hand, judged all at once, each also against the learner's own numbers
// above it.

import { useMemo, useRef, useState } from 'preact/hooks';
import type { Core, Tolerance, Tree, TypedText, WorksheetJudgement } from '../../core/core.ts';
import { Marked, Mistakes, Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import { formatValue } from '../../core/format.ts';
import { type Graded, type Problem, verdictOnWorksheet } from '../../core/items.ts';
import { isPlain, mathOf } from '../../drawing/mathml.ts';
import {
  answerOf,
  isOpen,
  openName,
  marks,
  withAnswer,
  withoutVerdict,
  withTexts,
  withVerdict,
} from '../../memory/kept.ts';
import { readGivens, refusalInWords } from '../../core/scenario.ts';
import { keepLinesApart } from '../../core/typed-text.ts';
import { asSentence } from '../../core/sentence.ts';
import { useDrawing } from '../draw.ts';
import { acceptsGivens, type SheetData, typedOf } from '../givens.tsx';
import { Hints, ShowAnswer } from '../help.tsx';
import { type Item, type Scene, Slot, SlotCopy } from '../item.tsx';
import { useLatest } from '../latest.ts';
import { useNumbers } from '../numbers.ts';
import { Pitfalls } from '../pitfalls.tsx';
import { TwoReadings } from '../readings.tsx';
import { useWhenRunning } from '../waiting.ts';

export interface WorksheetData extends Graded {
  title: string;
  /** the quantities asked for, in the order of computation */
  cells: { name: string; isList: boolean }[];
  tolerance: Tolerance;
  problem: Problem;
  sheet: SheetData;
  rule: string;
  hints: number;
}

/** The name under which the answer is kept: a worksheet is one item. */
export const whole = 'whole';

type CellJudgement = WorksheetJudgement['cells'][number];

const namesIn = (tree: Tree): string[] => [
  ...(tree.kind === 'name' ? [tree.text] : []),
  ...tree.children.flatMap(namesIn),
];

/**
 * Which verdicts on `checked` still hold for `texts`: what is not right in itself may be right for another number above
 * it, and what names an edited box has another value.
 */
function standing(
  cells: readonly CellJudgement[],
  names: string[],
  checked: readonly string[],
  texts: readonly string[],
) {
  const changed = new Set<string>();
  return cells.map((cell, k) => {
    const name = names[k] ?? '';
    const isOwn = cell.verdict === 'right' || cell.verdict === 'coarse';
    const namesChanged = cell.tree !== null && namesIn(cell.tree).some((each) => changed.has(each));
    const holds = texts[k] === checked[k] && (changed.size === 0 || (isOwn && !namesChanged));
    if (texts[k] !== checked[k] || namesChanged) changed.add(name);
    return holds;
  });
}

/** What is computed from the givens, or nothing where these cannot be used. */
function whereUsable<Result>(compute: () => Result): Result | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function Worksheet(scene: Scene<WorksheetData>) {
  const { id, data, kept, change, core, surroundings } = scene;
  const { cells, sheet, tolerance } = data;
  const typed = typedOf(sheet, kept);
  const refusal = useNumbers(scene, { typed, fewest: sheet.fewest, allDigits: false });
  const [turn, setTurn] = useState(0);
  const shown = useRef<HTMLElement>(null);
  const names = cells.map(({ name }) => name);
  const texts = names.map((name) => kept.texts[name] ?? '');
  const answer = answerOf(kept, whole);
  const checked = useMemo(() => {
    const all = JSON.parse(answer.checked || 'null') as unknown;
    return Array.isArray(all) && all.length === cells.length ? all.map(String) : undefined;
  }, [answer.checked]);
  const givens = JSON.stringify(typed);
  /** how many values a list of this batch has */
  const count = typed.x?.split(',').length ?? 1;

  const once = useLatest<WorksheetJudgement | undefined>();
  /** Nothing where the numbers of the worksheet cannot be used, as after a change of the lesson. */
  const judge = (running: Core, boxes: readonly string[]): WorksheetJudgement | undefined =>
    once(JSON.stringify([boxes, givens]), () =>
      whereUsable(() =>
        running.judgeWorksheet({
          givens: readGivens(running, typed, sheet),
          cells: boxes.map((text, k) => ({ name: names[k] ?? '', text })),
          ...tolerance,
        }),
      ),
    );
  /** A box may name those above it; numbers stand for themselves. */
  const read = (running: Core, k: number): TypedText | undefined => {
    const above = cells
      .slice(0, k)
      .map(({ name, isList }, j) => ({ name, text: texts[j] ?? '', count: isList ? count : 1 }));
    const one = cells[k]?.isList ? count : 1;
    return whereUsable(() =>
      running.read({
        text: texts[k] ?? '',
        givens: readGivens(running, typed, sheet),
        count: one,
        above,
      }),
    );
  };
  const judged = core && checked ? judge(core, checked) : undefined;
  const holds = judged && checked ? standing(judged.cells, names, checked, texts) : [];
  const allHold = holds.length > 0 && holds.every(Boolean) && texts.every((text, k) => text === checked?.[k]);

  const check = (running: Core) => {
    setTurn(turn + 1);
    const result = judge(running, texts);
    if (!result) return;
    const verdict = verdictOnWorksheet(result);
    const mistakes = result.cells.flatMap((cell) => cell.mistakes.map(({ title }) => title));
    const text = JSON.stringify(texts);
    const mark = marks.find((each) => each === verdict);
    change((now) =>
      mark === undefined
        ? withAnswer(now, whole, { checked: text })
        : withVerdict(now, whole, { mark, text, mistakes, isFresh: now.texts.givens !== undefined }),
    );
  };
  const { ask, isWaiting } = useWhenRunning(core, check);
  const { isDrawing, note, draw, undo } = useDrawing(scene, data, (now) => {
    const empty = Object.fromEntries(names.map((name) => [name, undefined]));
    return withTexts(withoutVerdict(now, whole), { ...empty, [openName(whole)]: undefined });
  });

  return (
    <div
      class={`worksheet-item${refusal ? ' stale' : ''}`}
      data-done={answer.best === 'right' || isOpen(kept, whole) ? '' : undefined}
    >
      <h2 id={`${id}-title`}>{data.title}</h2>
      <Slot name="problem" />
      <form
        class="worksheet live-only"
        aria-labelledby={`${id}-title`}
        noValidate
        data-question={scene.name}
        data-state={allHold && judged && verdictOnWorksheet(judged) === 'right' ? 'right' : 'new'}
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <Summary cells={cells} judged={allHold ? judged : undefined} {...{ turn, isWaiting, refusal }} />
        {/* The roles stay with the table where a narrow screen shows it as blocks. */}
        <table class="worksheet" role="table" aria-labelledby={`${id}-title`}>
          <colgroup>
            <col class="step" />
            <col class="quantity" />
            <col />
          </colgroup>
          <thead role="rowgroup">
            <tr role="row">
              {['step', 'quantity', 'your value'].map((head) => (
                <th scope="col" role="columnheader" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {cells.map((cell, k) => {
              const verdict = holds[k] ? judged?.cells[k] : undefined;
              const boxId = `${id}-${cell.name}`;
              return (
                <tr
                  key={cell.name}
                  role="row"
                  data-step={cell.name}
                  data-verdict={verdict && verdict.verdict !== 'empty' ? verdict.verdict : undefined}
                >
                  <td class="step" role="cell">
                    {k + 1}
                  </td>
                  <th scope="row" role="rowheader">
                    <label for={boxId}>
                      <Slot as="span" name={`symbols.${cell.name}`} /> <code>{cell.name}</code>
                    </label>
                    <span class="shape" id={`${boxId}-shape`}>
                      {cell.isList ? 'one value for each example' : 'one number'}
                    </span>
                  </th>
                  <td role="cell">
                    <input
                      id={boxId}
                      type="text"
                      autocomplete="off"
                      spellcheck={false}
                      autocapitalize="off"
                      value={texts[k] ?? ''}
                      aria-describedby={`${boxId}-shape ${boxId}-read ${boxId}-verdict`}
                      aria-invalid={verdict?.verdict === 'unreadable' ? 'true' : undefined}
                      onInput={({ currentTarget }) =>
                        change((now) => withTexts(now, { [cell.name]: currentTarget.value }))
                      }
                      onPaste={keepLinesApart}
                    />
                    <p class="read-as" id={`${boxId}-read`}>
                      {core && texts[k] && <Reading read={read(core, k)} />}
                    </p>
                    <CellVerdict id={`${boxId}-verdict`} judged={verdict} text={texts[k] ?? ''} turn={turn} />
                    {verdict && <Pitfalls mistakes={verdict.mistakes} around={surroundings} />}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <div class="actions">
          <button type="submit">Check</button>
          <button
            type="button"
            class="quiet"
            data-task="draw"
            aria-disabled={isDrawing}
            onClick={() => !isDrawing && void draw()}
          >
            New numbers
          </button>
          <ShowAnswer
            answer={shown}
            name={whole}
            isOffered={answer.first !== undefined && answer.best !== 'right'}
            {...{ kept, change }}
          />
          <details class="rule">
            <summary aria-label="What can I type?">?</summary>
            <p>{data.rule}</p>
          </details>
        </div>
        <p class="sheet-note" role="status">
          {isDrawing ? 'Drawing other numbers…' : note}
          {undo && note && !isDrawing ? (
            <>
              {' '}
              <button type="button" class="link" onClick={undo}>
                Undo
              </button>
            </>
          ) : null}
        </p>
      </form>
      <div class="help">
        <Hints count={data.hints} name={whole} slots="hints" {...{ kept, change }} />
      </div>
      <details class="answer" open={isOpen(kept, whole)}>
        <summary ref={shown}>The whole answer</summary>
        <Slot name="worked" />
      </details>
    </div>
  );
}

function Reading({ read }: { read: TypedText | undefined }) {
  if (!read) return null;
  const { tree, value, note } = read;
  if (read.readings.length > 0) return <TwoReadings read={read} />;
  if (!tree || (isPlain(tree) && !note)) return null;
  return (
    <span>
      read as {mathOf(tree)}
      {value && !isPlain(tree) ? ` = ${formatValue(value, 6)}` : ''}
      {note ? ` (${note})` : ''}
    </span>
  );
}

interface CellProps {
  id: string;
  judged: CellJudgement | undefined;
  text: string;
  turn: number;
}

function CellVerdict({ id, judged, text, turn }: CellProps) {
  if (!judged || judged.verdict === 'empty') return <Verdict id={id} isStatus={false} />;
  const { verdict, mistakes, message, value, range } = judged;
  const unjudged = verdict === 'unreadable' && value !== null;
  const kind: VerdictKind = unjudged ? 'unjudged' : verdict;
  return (
    <Verdict id={id} kind={kind} turn={turn} isStatus={false}>
      <Mistakes mistakes={mistakes} />
      {asSentence(message)}
      {verdict === 'wrong' && mistakes.length === 0 && message === ''
        ? 'It does not follow from the steps above it; look at its formula again.'
        : ''}
      {verdict === 'unreadable' && !unjudged && <Marked text={text} range={range} />}
    </Verdict>
  );
}

interface SummaryProps {
  cells: WorksheetData['cells'];
  judged: WorksheetJudgement | undefined;
  turn: number;
  isWaiting: boolean;
  /** why the numbers of the worksheet cannot be used */
  refusal: RangeError | undefined;
}

/** One sentence: what to look at first, or how far it is right. */
function Summary({ cells, judged, turn, isWaiting, refusal }: SummaryProps) {
  if (isWaiting)
    return (
      <Verdict class="summary" kind="waiting" turn="waiting">
        The core is starting; your answers are judged as soon as it runs.
      </Verdict>
    );
  if (refusal)
    return (
      <Verdict class="summary" kind="unjudged" turn={turn}>
        {asSentence(`the numbers of this worksheet cannot be used: ${refusalInWords(refusal)}`)} Take new
        numbers.
      </Verdict>
    );
  if (!judged) return <Verdict class="summary" />;
  const having = (verdict: CellJudgement['verdict']) =>
    cells.filter((_, k) => judged.cells[k]?.verdict === verdict);
  const label = (cell: WorksheetData['cells'][number] | undefined) =>
    cell && (
      <>
        <SlotCopy name={`symbols.${cell.name}`} /> <code>{cell.name}</code>
      </>
    );
  const wrong = cells.find(({ name }) => name === judged.first_wrong);
  const [unreadable] = having('unreadable');
  const [coarse] = having('coarse');
  const right = having('right').length;
  const filled = cells.length - having('empty').length;
  const verdict = verdictOnWorksheet(judged);
  const kind: VerdictKind = verdict === 'empty' && filled > 0 ? 'right' : verdict;
  return (
    <Verdict class="summary" kind={kind} turn={turn}>
      {wrong ? (
        <>The first wrong step is {label(wrong)}.</>
      ) : unreadable ? (
        <>Mend {label(unreadable)} first.</>
      ) : filled === 0 ? (
        'Fill at least one box, then check.'
      ) : coarse ? (
        <>Give more digits of {label(coarse)}.</>
      ) : filled < cells.length ? (
        `So far: ${right} of ${cells.length} steps ${right === 1 ? 'is' : 'are'} right, the others are empty.`
      ) : (
        `All ${cells.length} steps are right.`
      )}
    </Verdict>
  );
}

export const item: Item<WorksheetData> = {
  View: Worksheet,
  accepts({ sheet, problem, cells }, name, text, core) {
    if (name === 'givens') return acceptsGivens(sheet, text, core);
    if (name === 'seed') return problem.drawn.length > 0 && /^\d{1,9}$/.test(text);
    return name === openName(whole) || cells.some((cell) => cell.name === name);
  },
};
