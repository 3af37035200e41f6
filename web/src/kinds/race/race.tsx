/** @jsxImportSource preact */
// Two networks that train side by side. As the page is delivered it shows how the first race ended.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Picture } from '../../drawing/picture.tsx';
import { Surface } from '../../drawing/surface.tsx';
import { formatNumber } from '../../core/format.ts';
import type { Data } from '../../core/laboratory.ts';
import { withTexts } from '../../memory/kept.ts';
import {
  type Arm,
  arms,
  type Choice,
  choices,
  firstChoice,
  type Frame,
  frames,
  inWords,
  sentenceOf,
  smoothed,
  steps,
} from '../../core/race.ts';
import { type Item, type Scene, Slot } from '../item.tsx';

export interface RaceData {
  title: string;
  /** how the first race ended: every third of the smoothed losses, and the share of right points of each network */
  still: Record<Arm, { line: number[]; correct: number | null }>;
  sentence: string;
}

const names: Record<Arm, string> = { none: 'without', batch: 'with batch normalization' };
export const inFull: Record<Arm, string> = { ...names, none: 'without batch normalization' };

/** Pixels of a picture, whatever its size on the page. */
export const pictureSize = 240;

/** How long a race is shown, however fast it was computed. */
const shownFor = 5000;

const rates = choices.rate.toSorted((a, b) => a - b);
const rateInWords = (rate: number) => (rate < 0.1 ? '1/32' : formatNumber(rate));

const field = (name: keyof typeof choices, text: string | undefined): number => {
  const value = Number(text);
  return (choices[name] as readonly number[]).includes(value) ? value : firstChoice[name];
};
const seedFrom = (text: string | undefined) =>
  /^[1-9]\d{0,5}$/.test(text ?? '') ? Number(text) : firstChoice.seed;

/** What has been seen so far of a race that runs or has run, ready to be drawn. */
interface Seen {
  data?: Data;
  frames: Frame[];
  /** the losses so far */
  losses: Record<Arm, number[]>;
  /** how many of them are drawn, and how, up to each frame */
  drawn: Record<Arm, number>;
  lines: Record<Arm, string[]>;
}

/** ln 2 is the loss of a guess between two classes. */
const guess = Math.LN2;
const plot = { width: 600, height: 150, left: 34, right: 592, top: 10, bottom: 126, most: 1 };
const x = (step: number) => plot.left + ((plot.right - plot.left) * step) / steps;
const y = (loss: number) => plot.bottom - ((plot.bottom - plot.top) * Math.min(plot.most, loss)) / plot.most;

const rounded = (value: number) => Math.round(10 * value) / 10;

/** Of the still lines every third step is drawn: no eye sees the difference, and the page is read sooner. */
export const stillEvery = 3;

/** The points of a line, from this step on; `every`: the steps between two of its losses. */
const pointsOf = (line: readonly number[], from = 0, every = 1) =>
  line
    .slice(from)
    .map((loss, k) => `${rounded(x(from + every * k))},${rounded(y(loss))}`)
    .join(' ');

/** `lines`: the points of each. */
function Losses({ lines }: { lines: Record<Arm, string> }) {
  return (
    <Picture
      class="training-plot"
      width={plot.width}
      height={plot.height}
      label="The smoothed loss of both networks over the steps"
      stretches
    >
      <path class="axis-line" d={`M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}`} />
      <path class="guess" d={`M${plot.left} ${y(guess)}H${plot.right}`} />
      <text class="end over" x={plot.right} y={y(guess) - 10}>
        a guess: ln 2
      </text>
      {[0, 0.5, 1].map((loss) => (
        <text key={loss} class="end" x={plot.left - 6} y={y(loss) + 4}>
          {loss}
        </text>
      ))}
      <text class="end" x={plot.right} y={plot.height - 2}>
        {steps} steps
      </text>
      {arms.map((arm) => (
        <polyline key={arm} class={`training-line ${arm}`} points={lines[arm]} />
      ))}
    </Picture>
  );
}

function Race({ id, data, kept, change, core, surroundings }: Scene<RaceData>) {
  const { texts } = kept;
  const choice: Choice = {
    rate: field('rate', texts.rate),
    gain: field('gain', texts.gain),
    layers: field('layers', texts.layers),
    seed: seedFrom(texts.seed),
  };
  const [seen, setSeen] = useState<Seen>();
  const [shown, setShown] = useState(0);
  /** The first drawing of a surface takes longest, so each has a frame of its own. */
  const [drawn, setDrawn] = useState(0);
  const [said, setSaid] = useState('');
  const [isRunning, setRunning] = useState(false);
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), []);

  const choose = (change_: Partial<Record<keyof Choice, number>>) => {
    stop.current?.();
    setRunning(false);
    setSeen(undefined);
    setSaid('');
    change((now) =>
      withTexts(
        now,
        Object.fromEntries(
          Object.entries(change_).map(([name, value]) => [
            name,
            value === firstChoice[name as keyof Choice] ? undefined : String(value),
          ]),
        ),
      ),
    );
  };

  const train = () => {
    stop.current?.();
    const now: Seen = {
      frames: [],
      losses: { none: [], batch: [] },
      drawn: { none: 0, batch: 0 },
      lines: { none: [], batch: [] },
    };
    /** Each frame adds to what is drawn, so that showing one costs no more than another. */
    const take = (frame: Frame) => {
      now.frames.push(frame);
      for (const arm of arms) {
        now.losses[arm].push(...frame.arms[arm].losses);
        const line = smoothed(now.losses[arm]);
        const before = now.lines[arm].at(-1) ?? '';
        now.lines[arm].push(`${before} ${pointsOf(line, now.drawn[arm])}`);
        now.drawn[arm] = line.length;
      }
    };
    let hasEnded = false;
    const start = performance.now();
    setRunning(true);
    setSaid('');
    const end = surroundings.race(choice, (message) => {
      if ('seen' in message) {
        if ('step' in message.seen) take(message.seen);
        else now.data = message.seen;
        if (now.frames.length === 1) {
          setSeen(now);
          setDrawn(0);
        }
      } else if ('reason' in message) {
        setRunning(false);
        setSaid(`The networks could not be trained: ${message.reason}.`);
      } else hasEnded = true;
    });
    let request = 0;
    const play = () => {
      const due = Math.floor(((performance.now() - start) / shownFor) * frames);
      const at = Math.min(due, now.frames.length - 1);
      setShown(at);
      if (at >= 0) setDrawn((count) => Math.min(count + 1, arms.length));
      const last = now.frames.at(-1);
      if (hasEnded && last && at === now.frames.length - 1) {
        setRunning(false);
        setSaid(sentenceOf(choice, last));
      } else request = requestAnimationFrame(play);
    };
    play();
    stop.current = () => {
      end();
      cancelAnimationFrame(request);
    };
  };

  const still = useMemo(
    () => ({
      none: pointsOf(data.still.none.line, 0, stillEvery),
      batch: pointsOf(data.still.batch.line, 0, stillEvery),
    }),
    [data],
  );
  const frame = seen?.frames[Math.max(0, shown)];
  const linesUpTo = (arm: Arm) => seen?.lines[arm][Math.max(0, shown)] ?? '';
  // The page shows the first race until another is chosen or run.
  const isFirst = Object.entries(firstChoice).every(
    ([name, value]) => choice[name as keyof Choice] === value,
  );
  return (
    <section class="race" aria-labelledby={`${id}-title`}>
      <h4 id={`${id}-title`}>{data.title}</h4>
      <p class="try live-only">
        <strong>Try this. </strong>
        <Slot name="try" as="span" />
      </p>
      <div class="race-arms">
        {arms.map((arm, k) => (
          <figure key={arm}>
            {seen?.data && frame && k < drawn ? (
              <Surface
                tones={frame.arms[arm].tones}
                points={seen.data}
                label={`What the network ${inFull[arm]} says of the plane: ${inWords(frame.arms[arm].correct)}`}
              />
            ) : (
              <Slot name={`picture.${arm}`} class={isFirst ? 'picture' : 'picture not-yet'} />
            )}
            <figcaption>
              <span class={`training-key ${arm}`} aria-hidden="true" /> {names[arm]}:{' '}
              {frame
                ? inWords(frame.arms[arm].correct)
                : isFirst
                  ? inWords(data.still[arm].correct ?? Number.NaN)
                  : 'not trained yet'}
            </figcaption>
          </figure>
        ))}
      </div>
      <Losses
        lines={
          frame
            ? { none: linesUpTo('none'), batch: linesUpTo('batch') }
            : isFirst
              ? still
              : { none: '', batch: '' }
        }
      />
      <div class="figure-controls live-only" role="group" aria-label="Controls of the race">
        <div class="slider">
          <label for={`${id}-rate`}>learning rate</label>
          <output for={`${id}-rate`}>{rateInWords(choice.rate)}</output>
          <input
            type="range"
            id={`${id}-rate`}
            min={0}
            max={rates.length - 1}
            step={1}
            value={rates.findIndex((rate) => rate === choice.rate)}
            aria-valuetext={rateInWords(choice.rate)}
            onInput={({ currentTarget }) => choose({ rate: rates[Number(currentTarget.value)] ?? 1 })}
          />
        </div>
        <button type="button" class="main" disabled={core === undefined} onClick={train}>
          {isRunning ? 'Start again' : 'Train both'}
        </button>
        <button type="button" onClick={() => choose({ seed: choice.seed + 1 })}>
          Another seed
        </button>
      </div>
      <p class="sentence" role="status">
        {said || (seen || !isFirst ? '' : data.sentence)}
      </p>
      <details class="figure-more">
        <summary>More</summary>
        <div class="figure-controls live-only" role="group" aria-label="More controls">
          {(
            [
              ['gain', 'initial weights, times the usual size'],
              ['layers', 'hidden layers'],
            ] as const
          ).map(([name, legend]) => (
            <fieldset class="choice" key={name}>
              <legend>{legend}</legend>
              {choices[name]
                .toSorted((a, b) => a - b)
                .map((value) => (
                  <label key={value}>
                    <input
                      type="radio"
                      name={`${id}-${name}`}
                      value={value}
                      checked={choice[name] === value}
                      onInput={() => choose({ [name]: value })}
                    />
                    {value}
                  </label>
                ))}
            </fieldset>
          ))}
          <p>Seed {choice.seed}</p>
        </div>
        <Slot name="says" />
      </details>
    </section>
  );
}

export const item: Item<RaceData> = {
  View: Race,
  accepts: (_, name, text) =>
    name === 'seed'
      ? seedFrom(text) === Number(text)
      : Object.hasOwn(choices, name) && field(name as keyof typeof choices, text) === Number(text),
};
