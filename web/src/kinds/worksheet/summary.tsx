/** @jsxImportSource preact */
// The verdict on a whole worksheet.

import type { WorksheetJudgement } from '../../core/core.ts';
import { verdictOnWorksheet } from '../../core/items.ts';
import { refusalInWords } from '../../core/scenario.ts';
import { asSentence } from '../../core/sentence.ts';
import { Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import { SlotCopy } from '../item.tsx';
import type { StepJudgement, WorksheetData } from './model.ts';

interface SummaryProps {
  cells: WorksheetData['cells'];
  judged: WorksheetJudgement | undefined;
  turn: number;
  isWaiting: boolean;
  /** why the numbers of the worksheet cannot be used */
  refusal: RangeError | undefined;
}

/** One sentence: what to look at first, or how far it is right. */
export function Summary({ cells, judged, turn, isWaiting, refusal }: SummaryProps) {
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
  const having = (verdict: StepJudgement['verdict']) =>
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
