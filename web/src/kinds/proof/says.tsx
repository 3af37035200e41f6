/** @jsxImportSource preact */
// What is said below a proof: the verdict on it, or what became of the line that was moved or typed last.

import type { LineJudgement } from '../../core/core.ts';
import { asSentence } from '../../core/sentence.ts';
import { Marked, Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import { nameOf, type OrderVerdict, type Placed, type ProofData } from './model.ts';

/** A sentence, with an icon where it is about a mistake; another turn each time. */
export interface Said {
  kind?: VerdictKind;
  text: string;
  turn: number;
}

interface Props {
  said: Said;
  judged: OrderVerdict | undefined;
  isWaiting: boolean;
  data: ProofData;
  order: readonly Placed[];
  /** the line that is typed, and what is refused of it */
  own: string;
  refused: LineJudgement | undefined;
}

export function ProofSays({ said, judged, isWaiting, data, order, own, refused }: Props) {
  if (isWaiting)
    return (
      <Verdict kind="waiting" turn="waiting">
        The core is starting; this is judged as soon as it runs.
      </Verdict>
    );
  if (judged && said.text === '') {
    const fault = judged.verdicts.findIndex(({ state }) => state !== 'follows');
    return (
      <Verdict kind={fault < 0 ? 'right' : 'wrong'} turn={said.turn} about="check">
        {judged.complete
          ? 'Every line follows, and the last step is there: this is a proof.'
          : fault < 0
            ? 'So far every line follows. What is to be proved is not there yet.'
            : asSentence(
                `${nameOf(data, order, order[fault] ?? '')} ${
                  judged.verdicts[fault]?.state === 'false' ? 'is false' : 'does not follow yet'
                }`,
              )}
      </Verdict>
    );
  }
  return (
    <div class="verdict" role="status" data-verdict={said.kind}>
      {said.kind ? (
        <Refusal key={said.turn} {...said} kind={said.kind} {...{ own, refused }} />
      ) : (
        <span>{said.text}</span>
      )}
    </div>
  );
}

const leads: Partial<Record<VerdictKind, [string, string]>> = {
  empty: ['…', 'No answer yet.'],
  unreadable: ['?', 'Not readable.'],
  wrong: ['✗', 'Not yet.'],
};

function Refusal({
  kind,
  text,
  refused,
  own,
}: Pick<Props, 'own' | 'refused'> & { kind: VerdictKind; text: string }) {
  const [icon, word] = leads[kind] ?? ['', ''];
  return (
    <div class="verdict-line">
      <span class="icon" aria-hidden="true">
        {icon}
      </span>
      <strong>{word}</strong> {text}{' '}
      {refused?.verdict === 'unreadable' && <Marked text={own} range={refused.range} />}
    </div>
  );
}
