/** @jsxImportSource preact */
// The table of a worksheet: a row for each step, with a box, how its text is read, and the verdict on it.

import type { TypedText } from '../../core/core.ts';
import { asSentence } from '../../core/sentence.ts';
import { keepLinesApart } from '../../core/typed-text.ts';
import { Marked, Mistakes, Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import { type Around, Slot } from '../item.tsx';
import { Pitfalls } from '../pitfalls.tsx';
import { Reading, TwoReadings } from '../readings.tsx';
import type { StepJudgement, WorksheetData } from './model.ts';

/** A step as it stands. */
interface Row {
  text: string;
  /** how it is read; nothing before the core runs */
  read: TypedText | undefined;
  /** as long as it stands */
  judged: StepJudgement | undefined;
}

interface Props {
  id: string;
  cells: WorksheetData['cells'];
  rows: readonly Row[];
  /** another at each check */
  turn: number;
  around: Around;
  onType: (name: string, text: string) => void;
}

/** The roles stay with the table where a narrow screen shows it as blocks. */
export const Steps = ({ id, cells, rows, turn, around, onType }: Props) => (
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
      {rows.map((row, k) => {
        const cell = cells[k] as WorksheetData['cells'][number];
        return (
          <Step
            key={cell.name}
            id={`${id}-${cell.name}`}
            number={k + 1}
            {...{ cell, row, turn, around, onType }}
          />
        );
      })}
    </tbody>
  </table>
);

interface StepProps extends Pick<Props, 'turn' | 'around' | 'onType'> {
  /** of the box */
  id: string;
  number: number;
  cell: WorksheetData['cells'][number];
  row: Row;
}

function Step({ id, number, cell, row: { text, read, judged }, turn, around, onType }: StepProps) {
  return (
    <tr
      role="row"
      data-step={cell.name}
      data-verdict={judged && judged.verdict !== 'empty' ? judged.verdict : undefined}
    >
      <td class="step" role="cell">
        {number}
      </td>
      <th scope="row" role="rowheader">
        <label for={id}>
          <Slot as="span" name={`symbols.${cell.name}`} /> <code>{cell.name}</code>
        </label>
        <span class="shape" id={`${id}-shape`}>
          {cell.isList ? 'one value for each example' : 'one number'}
        </span>
      </th>
      <td role="cell">
        <input
          id={id}
          type="text"
          autocomplete="off"
          spellcheck={false}
          autocapitalize="off"
          value={text}
          aria-describedby={`${id}-shape ${id}-read ${id}-verdict`}
          aria-invalid={judged?.verdict === 'unreadable' ? 'true' : undefined}
          onInput={({ currentTarget }) => onType(cell.name, currentTarget.value)}
          onPaste={keepLinesApart}
        />
        <p class="read-as" id={`${id}-read`}>
          {text && <TwoReadings read={read} />}
          {text && <Reading read={read} />}
        </p>
        <StepVerdict id={`${id}-verdict`} {...{ judged, text, turn }} />
        {judged && <Pitfalls mistakes={judged.mistakes} around={around} />}
      </td>
    </tr>
  );
}

interface StepVerdictProps {
  id: string;
  judged: StepJudgement | undefined;
  text: string;
  turn: number;
}

function StepVerdict({ id, judged, text, turn }: StepVerdictProps) {
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
