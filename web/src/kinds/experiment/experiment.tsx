/** @jsxImportSource preact */
// An experiment: first the learner's prediction, then what 30 seeds showed when the page was built, and the same again on
// the learner's own machine.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Verdict } from '../../drawing/verdict.tsx';
import {
  besideChance,
  comparesNetworks,
  countOf,
  type Results,
  resultsOf,
  seedsIn,
} from '../../core/evidence.ts';
import { withTexts } from '../../memory/kept.ts';
import { type Item, type Scene, Slot, SlotCopy } from '../item.tsx';
import { inWords, Plot, plotWidth } from './plot.tsx';
import type { PlotBlock } from './schema.ts';

export interface PartData {
  tab: string | undefined;
  measures: string;
  /** how many options there are, and which one is right */
  options: number;
  right: number;
  /** the drawings made when the page was built: their files and what they show in words */
  stills: { file: string; height: number; alt: string }[];
  plots: PlotBlock[];
  claims: { text: string; holds: string; count: number }[];
}

export interface ExperimentData {
  title: string;
  seeds: number;
  parts: PartData[];
}

/** How many seeds a learner can run; their numbers follow those of the page. */
export const seedCounts = [10, 30, 100] as const;

const predictionName = (part: number) => `prediction.${part}`;
/** kept in place of a prediction by learners who asked to see the result */
const seen = 'seen';

interface ClaimsProps {
  claims: readonly { text: string; holds: string; count: number }[];
  seeds: number;
}

function Claims({ claims, seeds }: ClaimsProps) {
  return (
    <ul class="claims">
      {claims.map(({ text, holds, count }, k) => {
        const chance = k === 0 && comparesNetworks(holds) ? besideChance(seeds, count) : '';
        return (
          <li key={text}>
            In{' '}
            <strong>
              {count} of {seeds}
            </strong>{' '}
            seeds {text}
            {chance && ` (${chance})`}.
          </li>
        );
      })}
    </ul>
  );
}

/** Runs the seeds on the learner's machine, and shows their results. */
function Own({
  id,
  part,
  first,
  surroundings,
}: { id: string; part: PartData; first: number } & Pick<Scene, 'surroundings'>) {
  const [count, setCount] = useState<number>(seedCounts[0]);
  const [done, setDone] = useState<number>();
  const [results, setResults] = useState<Results>();
  const [said, setSaid] = useState('');
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), []);

  const halt = (sentence: string) => {
    stop.current?.();
    stop.current = undefined;
    setDone(undefined);
    setSaid(sentence);
  };
  const run = () => {
    const seeds = Array.from({ length: count }, (_, k) => first + k);
    setDone(0);
    setSaid('');
    stop.current = surroundings.measure(part.measures, seeds, (message) => {
      if ('done' in message) setDone(message.done);
      else if ('reason' in message) halt(`The experiment could not be run: ${message.reason}.`);
      else {
        const all = resultsOf(message.measured);
        setResults(all);
        const [claim] = part.claims;
        halt(claim ? `In ${countOf(claim.holds, all)} of ${seedsIn(all)} seeds ${claim.text}.` : 'Done.');
      }
    });
  };
  return (
    <div class="experiment-own">
      <div class="figure-controls" role="group" aria-label="Run it here">
        <label>
          seeds{' '}
          <select
            value={String(count)}
            disabled={done !== undefined}
            onInput={({ currentTarget }) => setCount(Number(currentTarget.value))}
          >
            {seedCounts.map((each) => (
              <option key={each} value={String(each)}>
                {each}
              </option>
            ))}
          </select>
        </label>
        {done === undefined ? (
          <button type="button" onClick={run}>
            Run it here
          </button>
        ) : (
          <button type="button" onClick={() => halt(`Stopped after ${done} of ${count} seeds.`)}>
            Stop
          </button>
        )}
        {done !== undefined && (
          <progress max={count} value={done} aria-label="seeds that have run">
            {done} of {count}
          </progress>
        )}
      </div>
      <p class="sentence" role="status">
        {said}
      </p>
      {results && (
        <>
          {part.plots.map((plot) => (
            <Plot
              key={plot.measure}
              plot={plot}
              results={results}
              label={`On this machine: ${inWords(plot, results)}`}
            />
          ))}
          <Claims
            claims={part.claims.map(({ text, holds }) => ({ text, holds, count: countOf(holds, results) }))}
            seeds={seedsIn(results)}
          />
        </>
      )}
      <p class="run-note" id={`${id}-note`}>
        Seeds {first} to {first + count - 1}: other data, batches and weights than those above.
      </p>
    </div>
  );
}

function Part({ scene, k }: { scene: Scene<ExperimentData>; k: number }) {
  const { id, data, kept, change, core, surroundings } = scene;
  const part = data.parts[k] as PartData;
  const name = predictionName(k);
  const { [name]: chosen } = kept.texts;
  const isLive = core !== undefined;
  const isShown = !isLive || chosen !== undefined;
  /** an option that is chosen and not checked yet */
  const [marked, setMarked] = useState<string>();
  const [attempt, setAttempt] = useState({ turn: 0, isEmpty: false });
  const result = useRef<HTMLParagraphElement>(null);
  const selected = marked ?? chosen;
  const isChecked = chosen !== undefined && chosen !== seen && selected === chosen;
  const isRight = isChecked && Number(chosen) === part.right;
  const keep = (text: string) => change((now) => withTexts(now, { [name]: text }));

  // The button that was pressed is gone.
  useLayoutEffect(() => {
    if (attempt.turn > 0 && chosen === seen) result.current?.focus();
  }, [attempt.turn, chosen]);

  const check = () => {
    const isEmpty = selected === undefined || selected === seen;
    setAttempt(({ turn }) => ({ turn: turn + 1, isEmpty }));
    if (isEmpty) return;
    keep(selected);
    setMarked(undefined);
  };
  const showResult = () => {
    setAttempt(({ turn }) => ({ turn: turn + 1, isEmpty: false }));
    setMarked(undefined);
    keep(seen);
  };
  const seedsShowed = (
    <>
      The seeds showed: <SlotCopy name={`parts.${k}.options.${part.right}.text`} />.
    </>
  );
  return (
    <div class="experiment-part">
      <form
        autocomplete="off"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          check();
        }}
      >
        <fieldset class="prediction">
          <Slot as="legend" name={`parts.${k}.question`} />
          {Array.from({ length: part.options }, (_, option) => (
            <label key={option}>
              <input
                type="radio"
                class="live-only"
                name={`${id}-${name}`}
                value={option}
                checked={selected === String(option)}
                onInput={() => {
                  setMarked(String(option));
                  setAttempt(({ turn }) => ({ turn, isEmpty: false }));
                }}
              />
              <Slot as="span" name={`parts.${k}.options.${option}.text`} />
            </label>
          ))}
        </fieldset>
        {isLive && (
          <div class="actions">
            <button type="submit">Check</button>
            {!isShown && (
              <button type="button" class="quiet" onClick={showResult}>
                Show the result
              </button>
            )}
          </div>
        )}
        {isLive && (
          <Verdict
            kind={isChecked ? (isRight ? 'right' : 'wrong') : attempt.isEmpty ? 'empty' : undefined}
            word={isChecked && !isRight ? 'Not this time.' : undefined}
            turn={attempt.turn}
            about={selected}
          >
            {isChecked ? !isRight && seedsShowed : 'Choose one of the options, then check.'}
          </Verdict>
        )}
        {isLive && chosen === seen && selected === seen && (
          <p ref={result} tabIndex={-1}>
            {seedsShowed}
          </p>
        )}
      </form>
      <div class="experiment-seen" hidden={!isShown}>
        {part.stills.map(({ file, height, alt }, plot) => (
          <figure key={file}>
            <figcaption>{part.plots[plot]?.title}</figcaption>
            <img src={file} loading="lazy" width={plotWidth} height={height} alt={alt} />
          </figure>
        ))}
        {k === 0 && (
          <p class="run-note">
            Each dot is one seed. The line across is the median; half of the seeds lie along the bar.
          </p>
        )}
        <Claims claims={part.claims} seeds={data.seeds} />
        <Slot name={`parts.${k}.says`} />
        {isLive && isShown && (
          <Own id={`${id}-${k}`} part={part} first={data.seeds + 1} surroundings={surroundings} />
        )}
      </div>
    </div>
  );
}

/** The parts one below the other, as the page comes; live, one at a time. */
function Experiment(scene: Scene<ExperimentData>) {
  const { id, data, kept, change, core } = scene;
  const chosen = Math.max(
    0,
    data.parts.findIndex(({ tab }) => tab !== undefined && tab === kept.texts.part),
  );
  const isLive = core !== undefined;
  return (
    <details class="experiment">
      <summary id={`${id}-title`}>{data.title}</summary>
      {isLive && data.parts.length > 1 && (
        <fieldset class="choice">
          <legend>networks</legend>
          {data.parts.map(({ tab = '' }, k) => (
            <label key={tab}>
              <input
                type="radio"
                name={`${id}-part`}
                checked={k === chosen}
                onInput={() => change((now) => withTexts(now, { part: k === 0 ? undefined : tab }))}
              />
              {tab}
            </label>
          ))}
        </fieldset>
      )}
      {data.parts.map(({ tab }, k) => (
        <div key={tab ?? ''} hidden={isLive && k !== chosen}>
          {!isLive && tab !== undefined && <p class="tab-name">{tab}</p>}
          <Part scene={scene} k={k} />
        </div>
      ))}
    </details>
  );
}

export const item: Item<ExperimentData> = {
  View: Experiment,
  accepts({ parts }, name, text) {
    if (name === 'part') return parts.some(({ tab }) => tab === text);
    const k = parts.findIndex((_, part) => predictionName(part) === name);
    const option = Number(text);
    return k >= 0 && (text === seen || (/^\d$/.test(text) && option < (parts[k]?.options ?? 0)));
  },
};
