/** @jsxImportSource preact */
// A proof to put together from shuffled lines, or from the learner's own: any order in which each line follows is right.

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Core, LineJudgement } from '../../core/core.ts';
import { asSentence } from '../../core/sentence.ts';
import type { VerdictKind } from '../../drawing/verdict.tsx';
import {
  answerOf,
  isOpen,
  type Kept,
  openName,
  withAnswer,
  withTexts,
  withVerdict,
} from '../../memory/kept.ts';
import { Hints, ShowAnswer } from '../help.tsx';
import { type Item, type Scene, Slot } from '../item.tsx';
import { useLatest } from '../latest.ts';
import { useWhenRunning } from '../waiting.ts';
import { type Arranging, useArranging } from './arranging.ts';
import { Line } from './line.tsx';
import {
  isOwn,
  isTrue,
  judgeOrder,
  orderFrom,
  type OrderVerdict,
  type Placed,
  type ProofData,
  textOfOrder,
  withOwnLine,
} from './model.ts';
import { OwnLine } from './own-line.tsx';
import { ProofSays, type Said } from './says.tsx';

/** The name under which the answer is kept: a proof is one item. */
const whole = 'whole';

function Proof(scene: Scene<ProofData>) {
  const { id, data, kept, change, core } = scene;
  const order = orderFrom(kept.texts.order);
  const text = textOfOrder(order);
  const own = kept.texts.line ?? '';
  const answer = answerOf(kept, whole);
  const [said, setSaid] = useState<Said>({ text: '', turn: 0 });
  const [refused, setRefused] = useState<LineJudgement>();
  const input = useRef<HTMLInputElement>(null);
  const shown = useRef<HTMLElement>(null);

  const say = (sentence: string, kind?: VerdictKind) =>
    setSaid(({ turn }) => ({ text: asSentence(sentence), turn: turn + 1, ...(kind ? { kind } : {}) }));
  const arranging = useArranging(scene, order, input, say);

  const once = useLatest<OrderVerdict>();
  const judge = (running: Core, key: string) => once(key, () => judgeOrder(running, data, order));
  const judged = core && text !== undefined && answer.checked === text ? judge(core, text) : undefined;

  const check = (running: Core) => {
    if (text === undefined) {
      say('add lines to your proof, then check', 'empty');
      return;
    }
    setSaid(({ turn }) => ({ text: '', turn: turn + 1 }));
    const { verdicts, complete } = judge(running, text);
    const hasFault = verdicts.some(({ state }) => state !== 'follows');
    if (complete || hasFault) {
      const mark = complete ? 'right' : 'wrong';
      change((now) => withVerdict(now, whole, { mark, text, mistakes: [], isFresh: false }));
    } else change((now) => withAnswer(now, whole, { checked: text }));
  };
  const addOwn = (running: Core) => {
    const typed = withOwnLine(running, data, order, own);
    if (typed.to) {
      setRefused(undefined);
      change((now) => withTexts(now, { order: textOfOrder(typed.to), line: undefined }));
      say(typed.sentence);
    } else {
      setRefused(typed.judged);
      say(typed.sentence, typed.kind);
    }
  };
  const checking = useWhenRunning(core, check);
  const adding = useWhenRunning(core, addOwn);

  return (
    <div
      class="proof"
      ref={arranging.root}
      data-done={answer.best === 'right' || isOpen(kept, whole) ? '' : undefined}
    >
      <h3 id={`${id}-title`}>{data.title}</h3>
      <Slot name="claim" />
      <div class="proof-work live-only" role="group" aria-labelledby={`${id}-title`}>
        <Lists {...{ id, core, data, order, judged, arranging }} />
        <div class="actions">
          <button type="button" class="main" data-task="check" onClick={checking.ask}>
            Check the proof
          </button>
          <ShowAnswer
            answer={shown}
            name={whole}
            isOffered={answer.first !== undefined && answer.best !== 'right'}
            {...{ kept, change }}
          />
        </div>
        <ProofSays
          isWaiting={checking.isWaiting || adding.isWaiting}
          {...{ said, judged, data, order, own, refused }}
        />
        <OwnLine
          id={`${id}-own`}
          text={own}
          onType={(typed) => {
            setRefused(undefined);
            if (said.kind) setSaid({ text: '', turn: said.turn });
            change((now) => withTexts(now, { line: typed }));
          }}
          onAdd={adding.ask}
          {...{ input, core, data, refused }}
        />
      </div>
      <div class="help">
        <Hints count={data.hints} name={whole} slots="hints" {...{ kept, change }} />
      </div>
      <WholeProof summary={shown} {...{ data, kept }} />
    </div>
  );
}

interface ListsProps {
  id: string;
  core: Core | undefined;
  data: ProofData;
  order: readonly Placed[];
  judged: OrderVerdict | undefined;
  arranging: Arranging;
}

/** The lines to choose from, and those that are placed. */
function Lists({ id, core, data, order, judged, arranging }: ListsProps) {
  // The page as delivered has each line once, in the proof itself; those to choose from are copies of them.
  const [hasCopies, setCopies] = useState(false);
  useLayoutEffect(() => setCopies(true), []);
  const common = { core, data, order, arranging };
  return (
    <>
      <p class="rule-line">
        Put the lines that you need in an order in which each follows from those above it. Some do not belong.
      </p>
      <p class="list-name" id={`${id}-choices`}>
        Lines to choose from
      </p>
      <ul class="choices" role="list" aria-labelledby={`${id}-choices`}>
        {hasCopies &&
          data.lines
            .filter((line) => !order.includes(line.id))
            .map((line) => (
              <Line key={line.id} line={line.id} isPlaced={false} verdict={undefined} {...common} />
            ))}
      </ul>
      <p class="list-name" id={`${id}-placed`}>
        Your proof
      </p>
      <ol class="placed" role="list" aria-labelledby={`${id}-placed`}>
        {order.map((line, k) => (
          <Line key={line} line={line} isPlaced verdict={judged?.verdicts[k]} {...common} />
        ))}
      </ol>
      <p class="nothing-placed" hidden={order.length > 0}>
        No line yet. Add the one to start from.
      </p>
    </>
  );
}

interface WholeProofProps {
  data: ProofData;
  kept: Kept;
  summary: RefObject<HTMLElement | null>;
}

/** The proof in full, folded, and below it the lines that do not belong. */
const WholeProof = ({ data, kept, summary }: WholeProofProps) => (
  <details class="answer" open={isOpen(kept, whole)}>
    <summary ref={summary}>The proof</summary>
    <ol class="proof-lines">
      {data.proof.map((line) => (
        <li key={line}>
          <Slot name={`math.${line}`} class="equation" />
          <Slot name={`because.${line}`} class="because" />
        </li>
      ))}
    </ol>
    <p>The lines that do not belong:</p>
    <ul class="proof-lines">
      {data.others.map((line) => (
        <li key={line.id}>
          <Slot name={`math.${line.id}`} class="equation" />
          <div class="because">
            <strong>{line.isFalse ? 'False. ' : 'True, but not needed. '}</strong>
            <Slot name={`because.${line.id}`} as="span" />
          </div>
        </li>
      ))}
    </ul>
  </details>
);

export const item: Item<ProofData> = {
  View: Proof,
  accepts(data, name, text, core) {
    if (name === 'line' || name === openName(whole)) return true;
    if (name !== 'order') return false;
    const order = orderFrom(text);
    const known = data.lines.map(({ id }) => id);
    return (
      order.length > 0 &&
      new Set(order).size === order.length &&
      order.every((line) => known.includes(line) || (isOwn(line) && isTrue(core, data, line)))
    );
  },
};
