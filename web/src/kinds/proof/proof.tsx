/** @jsxImportSource preact */
// A proof to put together from shuffled lines, or in lines of one's own: any order in which each line follows is right.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Core, LineJudgement, ProofJudgement, ProofLine } from '../../core/core.ts';
import { Counterexample } from '../../drawing/counterexample.tsx';
import { Marked, Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import type { Graded } from '../../core/items.ts';
import { mathOf } from '../../drawing/mathml.ts';
import { answerOf, isOpen, openName, withAnswer, withTexts, withVerdict } from '../../memory/kept.ts';
import { keepLinesApart } from '../../core/typed-text.ts';
import { asSentence } from '../../core/sentence.ts';
import { Hints, ShowAnswer } from '../help.tsx';
import { type Item, type Scene, Slot, SlotCopy } from '../item.tsx';
import { useLatest } from '../latest.ts';
import { TwoReadings } from '../readings.tsx';
import { useWhenRunning } from '../waiting.ts';

export interface ProofData extends Graded {
  title: string;
  /** all lines to choose from, in the shuffled order in which they stand */
  lines: (ProofLine & { letter: string })[];
  /** the ids of the proof's own lines in order, and of those that do not belong with what is false of them */
  proof: string[];
  others: { id: string; isFalse: boolean }[];
  goal: string;
  /** what an equation may name */
  names: string[];
  hints: number;
}

/** The name under which the answer is kept: a proof is one item. */
export const whole = 'whole';

/** A line in the order: the id of one of the author's, or "= " and an equation of the learner's own. */
type Placed = string;
const isOwn = (line: Placed) => line.startsWith('= ');
const equationOf = ({ lines }: ProofData, line: Placed): string =>
  isOwn(line) ? line.slice(2) : (lines.find(({ id }) => id === line)?.equation ?? '');

export function orderFrom(text: string | undefined): Placed[] {
  try {
    const order: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(order) && order.every((each) => typeof each === 'string') ? order : [];
  } catch {
    return [];
  }
}

type State = ProofJudgement['lines'][number]['state'];
const icons: Record<State, string> = { follows: '✓', 'not-yet': '…', false: '✗' };
const words: Record<State, string> = { follows: 'Follows.', 'not-yet': 'Not yet.', false: 'False.' };
const heads = ['left side', 'right side'] as const;

/** The verdict on one placed line. */
interface LineVerdict {
  state: State;
  missing: string[];
  counterexample: ProofJudgement['lines'][number]['counterexample'];
}

const judgeOwn = (
  core: Core,
  data: ProofData,
  text: string,
  above: readonly string[],
  others: string[] = [],
) => core.judgeLine({ text, above: [...above], names: data.names, others });

/** The verdict on each line of the order, and whether they prove it. */
function judgeOrder(core: Core, data: ProofData, order: readonly Placed[]) {
  const { goal, names } = data;
  const lines = data.lines.map(({ id, equation, needs }) => ({ id, equation, needs }));
  const judged = core.judgeProof({ lines, order: order.filter((line) => !isOwn(line)), goal, names });
  const verdicts: LineVerdict[] = [];
  for (const line of order) {
    const given = judged.lines.find(({ id }) => id === line);
    if (given) verdicts.push(given);
    else {
      const above = order.slice(0, verdicts.length).filter((_, k) => verdicts[k]?.state !== 'false');
      const { linked } = judgeOwn(
        core,
        data,
        line.slice(2),
        above.map((each) => equationOf(data, each)),
      );
      verdicts.push({ state: linked ? 'follows' : 'not-yet', missing: [], counterexample: null });
    }
  }
  return { verdicts, complete: judged.complete && verdicts.every(({ state }) => state === 'follows') };
}

function Proof(scene: Scene<ProofData>) {
  const { id, data, kept, change, core } = scene;
  const { lines } = data;
  const order = orderFrom(kept.texts.order);
  const text = JSON.stringify(order);
  const own = kept.texts.line ?? '';
  const answer = answerOf(kept, whole);
  const [said, setSaid] = useState<{ kind?: VerdictKind; text: string; turn: number }>({ text: '', turn: 0 });
  const [refused, setRefused] = useState<LineJudgement>();
  const root = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const shown = useRef<HTMLElement>(null);
  const focusOn = useRef<{ line: Placed; task: string } | undefined>(undefined);
  // The page as delivered has each line once, in the proof itself; those to choose from are copies of them.
  const [hasCopies, setCopies] = useState(false);
  useLayoutEffect(() => setCopies(true), []);

  const isChecked = answer.checked === text && order.length > 0;
  const once = useLatest<ReturnType<typeof judgeOrder>>();
  const judge = (running: Core) => once(text, () => judgeOrder(running, data, order));
  const judged = core && isChecked ? judge(core) : undefined;

  // A line that moves takes the focus along: at once, before the next key.
  useLayoutEffect(() => {
    const { current } = focusOn;
    focusOn.current = undefined;
    if (!current) return;
    const item = [...(root.current?.querySelectorAll<HTMLElement>('li[data-line]') ?? [])].find(
      ({ dataset }) => dataset.line === current.line,
    );
    item?.querySelector<HTMLElement>(`button[data-task="${current.task}"]`)?.focus();
  });

  const say = (sentence: string, kind?: VerdictKind) =>
    setSaid(({ turn }) => ({ text: asSentence(sentence), turn: turn + 1, ...(kind ? { kind } : {}) }));
  const nameOf = (line: Placed): string => {
    if (!isOwn(line)) return `line ${lines.find((each) => each.id === line)?.letter ?? '?'}`;
    return `your line ${order.filter(isOwn).indexOf(line) + 1}`;
  };
  const arrange = (to: Placed[], sentence: string) => {
    change((now) => withTexts(now, { order: to.length > 0 ? JSON.stringify(to) : undefined }));
    say(sentence);
  };
  const place = (line: Placed) => {
    focusOn.current = { line, task: 'up' };
    const to = [...order, line];
    arrange(to, `${nameOf(line)} is now at place ${to.length} of ${to.length}`);
  };
  const takeOut = (line: Placed) => {
    const to = order.filter((each) => each !== line);
    if (!isOwn(line)) {
      focusOn.current = { line, task: 'add' };
      arrange(to, `${nameOf(line)} is taken out`);
      return;
    }
    const goesBack = own.trim() === '';
    if (goesBack) change((now) => withTexts(now, { line: line.slice(2) }));
    input.current?.focus();
    arrange(to, `${nameOf(line)} is taken out${goesBack ? '; its text stands in the box below' : ''}`);
  };
  const shift = (line: Placed, by: 1 | -1) => {
    const at = order.indexOf(line);
    const other = order[at + by];
    if (other === undefined) {
      say(`${nameOf(line)} stands ${by < 0 ? 'first' : 'last'} already`);
      return;
    }
    focusOn.current = { line, task: by < 0 ? 'up' : 'down' };
    arrange(
      order.with(at, other).with(at + by, line),
      `${nameOf(line)} is now at place ${at + by + 1} of ${order.length}`,
    );
  };

  /** With a pointer a line is also drawn by its grip; the buttons do all of it too. */
  const drag = (line: Placed, event: PointerEvent) => {
    const { current: within } = root;
    if (event.button !== 0 || !within) return;
    event.preventDefault();
    within.setPointerCapture(event.pointerId);
    const ended = new AbortController();
    let now = order;
    within.addEventListener(
      'pointermove',
      ({ clientX, clientY }) => {
        const under = document.elementFromPoint(clientX, clientY);
        const rest = now.filter((each) => each !== line);
        let to: Placed[];
        if (under?.closest('.choices') && within.contains(under) && !isOwn(line)) to = rest;
        else if (under?.closest('.placed, .nothing-placed') && within.contains(under)) {
          const items = [...within.querySelectorAll<HTMLElement>('.placed > li')].filter(
            ({ dataset }) => dataset.line !== line,
          );
          const at = items.findIndex((each) => {
            const { top, height } = each.getBoundingClientRect();
            return clientY < top + height / 2;
          });
          to = rest.toSpliced(at < 0 ? rest.length : at, 0, line);
        } else return;
        if (JSON.stringify(to) === JSON.stringify(now)) return;
        now = to;
        change((before) => withTexts(before, { order: to.length > 0 ? JSON.stringify(to) : undefined }));
      },
      { signal: ended.signal },
    );
    const end = () => {
      ended.abort();
      if (now === order) return;
      const at = now.indexOf(line);
      say(
        at < 0
          ? `${nameOf(line)} is taken out`
          : `${nameOf(line)} is now at place ${at + 1} of ${now.length}`,
      );
    };
    for (const type of ['pointerup', 'pointercancel'] as const)
      within.addEventListener(type, end, { signal: ended.signal });
  };

  const check = (running: Core) => {
    if (order.length === 0) {
      say('add lines to your proof, then check', 'empty');
      return;
    }
    setSaid(({ turn }) => ({ text: '', turn: turn + 1 }));
    const { verdicts, complete } = judge(running);
    const hasFault = verdicts.some(({ state }) => state !== 'follows');
    if (complete || hasFault) {
      const mark = complete ? 'right' : 'wrong';
      change((now) => withVerdict(now, whole, { mark, text, mistakes: [], isFresh: false }));
    } else change((now) => withAnswer(now, whole, { checked: text }));
  };

  const addOwn = (running: Core) => {
    const above = order.map((line) => equationOf(data, line));
    const line = judgeOwn(
      running,
      data,
      own,
      above,
      lines.map(({ equation }) => equation),
    );
    setRefused(undefined);
    if (line.verdict === 'empty') return say('type an equation, left = right', 'empty');
    if (line.verdict === 'unreadable') {
      setRefused(line);
      return say(line.message, 'unreadable');
    }
    if (line.verdict === 'fails') {
      setRefused(line);
      return say('your line is false: both sides differ on the batch shown below it', 'wrong');
    }
    if (line.trivial) return say('both sides of your line are written alike, so it says nothing', 'wrong');
    const same = lines[line.same]?.id;
    if (same !== undefined && order.includes(same))
      return say(`your line says what ${nameOf(same)} says already`, 'wrong');
    if (order.some((each) => isOwn(each) && each.slice(2) === own))
      return say('this line stands there already', 'wrong');
    if (same === undefined && !line.linked) {
      const first = order.length === 0 ? 'Start with a line from above' : 'Start from a side of one of them';
      return say(
        `your line is true, but none of its sides stands in a line of your proof. ${first}`,
        'wrong',
      );
    }
    const added = same ?? `= ${own}`;
    const to = [...order, added];
    change((now) => withTexts(now, { order: JSON.stringify(to), line: undefined }));
    const where = `place ${to.length} of ${to.length}`;
    say(
      same
        ? `your line is ${nameOf(same)}, now at ${where}`
        : `true. It is now your line ${to.filter(isOwn).length}, at ${where}`,
    );
    return undefined;
  };

  const checking = useWhenRunning(core, check);
  const adding = useWhenRunning(core, addOwn);

  const item = (line: Placed, isPlaced: boolean) => {
    const rank = order.indexOf(line);
    const verdict = isPlaced ? judged?.verdicts[rank] : undefined;
    const name = nameOf(line);
    const letter = lines.find((each) => each.id === line)?.letter;
    return (
      <li class={`line${isOwn(line) ? ' own' : ''}`} key={line} data-line={line} data-state={verdict?.state}>
        <span class="grip live-only" aria-hidden="true" onPointerDown={(event) => drag(line, event)}>
          ⠿
        </span>
        <span class="letter">{letter === undefined ? 'yours' : `${letter})`}</span>
        {isOwn(line) ? (
          <div class="equation math" role="group" aria-label="Formula">
            {core ? <Equation core={core} data={data} text={line.slice(2)} /> : line.slice(2)}
          </div>
        ) : (
          <SlotCopy name={`math.${line}`} as="div" class="equation" />
        )}
        <span class="line-buttons live-only">
          {isPlaced ? (
            <>
              <button
                type="button"
                class="quiet"
                data-task="up"
                aria-label={`Move up ${name}`}
                aria-disabled={rank === 0}
                onClick={() => shift(line, -1)}
              >
                ↑
              </button>
              <button
                type="button"
                class="quiet"
                data-task="down"
                aria-label={`Move down ${name}`}
                aria-disabled={rank === order.length - 1}
                onClick={() => shift(line, 1)}
              >
                ↓
              </button>
              <button
                type="button"
                class="quiet"
                data-task="remove"
                aria-label={`Remove ${name}`}
                onClick={() => takeOut(line)}
              >
                ×
              </button>
            </>
          ) : (
            <button
              type="button"
              class="quiet"
              data-task="add"
              aria-label={`Add ${name}`}
              onClick={() => place(line)}
            >
              Add
            </button>
          )}
        </span>
        <div class="line-verdict">
          {verdict && (
            <LineSays key={verdict.state} line={line} verdict={verdict} data={data} nameOf={nameOf} />
          )}
        </div>
      </li>
    );
  };

  const kind = judged
    ? judged.verdicts.some(({ state }) => state !== 'follows')
      ? 'wrong'
      : 'right'
    : undefined;
  return (
    <div class="proof" ref={root} data-done={answer.best === 'right' || isOpen(kept, whole) ? '' : undefined}>
      <h3 id={`${id}-title`}>{data.title}</h3>
      <Slot name="claim" />
      <div class="proof-work live-only" role="group" aria-labelledby={`${id}-title`}>
        <p class="rule-line">
          Put the lines that you need in an order in which each follows from those above it. Some do not
          belong.
        </p>
        <p class="list-name" id={`${id}-choices`}>
          Lines to choose from
        </p>
        <ul class="choices" role="list" aria-labelledby={`${id}-choices`}>
          {hasCopies && lines.filter((line) => !order.includes(line.id)).map((line) => item(line.id, false))}
        </ul>
        <p class="list-name" id={`${id}-placed`}>
          Your proof
        </p>
        <ol class="placed" role="list" aria-labelledby={`${id}-placed`}>
          {order.map((line) => item(line, true))}
        </ol>
        <p class="nothing-placed" hidden={order.length > 0}>
          No line yet. Add the one to start from.
        </p>
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
        {checking.isWaiting || adding.isWaiting ? (
          <Verdict kind="waiting" turn="waiting">
            The core is starting; this is judged as soon as it runs.
          </Verdict>
        ) : judged && said.text === '' ? (
          <Verdict kind={kind} turn={`check ${said.turn}`}>
            {judged.complete
              ? 'Every line follows, and the last step is there: this is a proof.'
              : kind === 'right'
                ? 'So far every line follows. What is to be proved is not there yet.'
                : firstFault(order, judged.verdicts, nameOf)}
          </Verdict>
        ) : (
          <div class="verdict" role="status" data-verdict={said.kind}>
            {said.kind ? (
              <Said key={said.turn} {...said} kind={said.kind} refused={refused} own={own} />
            ) : (
              <span>{said.text}</span>
            )}
          </div>
        )}
        <form
          class="own-line"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            adding.ask();
          }}
        >
          <label for={`${id}-own`}>Or your own next line: left = right</label>
          <div class="answer-row">
            <input
              id={`${id}-own`}
              ref={input}
              type="text"
              autocomplete="off"
              spellcheck={false}
              autocapitalize="off"
              value={own}
              aria-describedby={`${id}-own-read`}
              aria-invalid={refused?.verdict === 'unreadable' ? 'true' : undefined}
              onInput={({ currentTarget }) => {
                setRefused(undefined);
                if (said.kind) setSaid({ text: '', turn: said.turn });
                change((now) => withTexts(now, { line: currentTarget.value }));
              }}
              onPaste={keepLinesApart}
            />
            <button type="submit">Add my line</button>
            <details class="rule">
              <summary aria-label="What can I type?">?</summary>
              <p>{`It may use ${data.names.join(', ')}, and one of its sides must stand in a line above.`}</p>
            </details>
          </div>
          <p class="read-as" id={`${id}-own-read`}>
            {core && own !== '' && <Equation core={core} data={data} text={own} lead="read as " />}
          </p>
          <div class="evidence">
            {refused?.counterexample && <Counterexample example={refused.counterexample} heads={heads} />}
          </div>
        </form>
      </div>
      <div class="help">
        <Hints count={data.hints} name={whole} slots="hints" {...{ kept, change }} />
      </div>
      <details class="answer" open={isOpen(kept, whole)}>
        <summary ref={shown}>The proof</summary>
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
    </div>
  );
}

function firstFault(
  order: readonly Placed[],
  verdicts: readonly LineVerdict[],
  nameOf: (line: Placed) => string,
) {
  const at = verdicts.findIndex(({ state }) => state !== 'follows');
  const reason = verdicts[at]?.state === 'false' ? 'is false' : 'does not follow yet';
  return asSentence(`${nameOf(order[at] ?? '')} ${reason}`);
}

interface SaidProps {
  kind: VerdictKind;
  text: string;
  refused: LineJudgement | undefined;
  own: string;
}

function Said({ kind, text, refused, own }: SaidProps) {
  const lead: Partial<Record<VerdictKind, [string, string]>> = {
    empty: ['…', 'No answer yet.'],
    unreadable: ['?', 'Not readable.'],
    wrong: ['✗', 'Not yet.'],
  };
  const [icon, word] = lead[kind] ?? ['', ''];
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

/** Both sides of an equation as they were read; nothing where they could not be. */
function Equation({
  core,
  data,
  text,
  lead = '',
}: {
  core: Core;
  data: ProofData;
  text: string;
  lead?: string;
}) {
  const read = core.read({ text, form: 'equation', names: data.names });
  const { tree, right } = read;
  if (!tree || !right) return lead === '' ? <>{text}</> : <TwoReadings read={read} />;
  return (
    <span>
      {lead}
      {mathOf(tree)} = {mathOf(right)}
    </span>
  );
}

interface LineProps {
  line: Placed;
  verdict: LineVerdict;
  data: ProofData;
  nameOf: (line: Placed) => string;
}

function LineSays({ line, verdict, data, nameOf }: LineProps) {
  const { state, missing, counterexample } = verdict;
  const needed = missing.map(nameOf);
  const list = needed.length > 1 ? `${needed.slice(0, -1).join(', ')} and ${needed.at(-1)}` : needed[0];
  return (
    <>
      <p>
        <span class="icon" aria-hidden="true">
          {icons[state]}
        </span>
        <strong>{words[state]}</strong>{' '}
        {state === 'not-yet'
          ? isOwn(line)
            ? 'True, but none of its sides stands in a line above it.'
            : `True, but it does not follow yet: it needs ${list} above it.`
          : isOwn(line)
            ? 'One of its sides stands in a line above.'
            : null}
        {state !== 'not-yet' && !isOwn(line) && (
          <>
            {state === 'follows' && !data.proof.includes(line) ? 'But it is not needed. ' : ''}
            <SlotCopy name={`because.${line}`} />
          </>
        )}
      </p>
      {counterexample && <Counterexample example={counterexample} heads={heads} />}
    </>
  );
}

export const item: Item<ProofData> = {
  View: Proof,
  accepts(data, name, text, core) {
    if (name === 'line' || name === openName(whole)) return true;
    if (name !== 'order') return false;
    const order = orderFrom(text);
    const known = data.lines.map(({ id }) => id);
    const own = (line: Placed) => isOwn(line) && judgeOwn(core, data, line.slice(2), []).verdict === 'holds';
    return (
      order.length > 0 &&
      new Set(order).size === order.length &&
      order.every((line) => known.includes(line) || own(line))
    );
  },
};
