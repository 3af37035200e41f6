/** @jsxImportSource preact */
// Two networks that train side by side. As the page is delivered it shows how the first race ended.

import { useMemo } from 'preact/hooks';
import { formatNumber } from '../../core/format.ts';
import { type Arm, arms, type Choice, choices, firstChoice, inWords } from '../../core/race.ts';
import { Surface } from '../../drawing/surface.tsx';
import { withTexts } from '../../memory/kept.ts';
import { type Item, type Scene, Slot } from '../item.tsx';
import { Losses, pointsOf, stillEvery } from './losses.tsx';
import { type Training, useTraining } from './training.ts';

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

const rates = choices.rate.toSorted((a, b) => a - b);
const rateInWords = (rate: number) => (rate < 0.1 ? '1/32' : formatNumber(rate));

const field = (name: keyof typeof choices, text: string | undefined): number => {
  const value = Number(text);
  return (choices[name] as readonly number[]).includes(value) ? value : firstChoice[name];
};
const seedFrom = (text: string | undefined) =>
  /^[1-9]\d{0,5}$/.test(text ?? '') ? Number(text) : firstChoice.seed;

/** What changes a choice: the names and their new values. */
type Choose = (changed: Partial<Choice>) => void;

function Race({ id, data, kept, change, core, surroundings }: Scene<RaceData>) {
  const { texts } = kept;
  const choice: Choice = {
    rate: field('rate', texts.rate),
    gain: field('gain', texts.gain),
    layers: field('layers', texts.layers),
    seed: seedFrom(texts.seed),
  };
  const training = useTraining(choice, surroundings);
  const { frame, lineOf, hasBegun, said, isRunning } = training;
  const choose: Choose = (changed) => {
    training.clear();
    const chosen = Object.entries(changed).map(([name, value]) => [
      name,
      value === firstChoice[name as keyof Choice] ? undefined : String(value),
    ]);
    change((now) => withTexts(now, Object.fromEntries(chosen)));
  };
  const still = useMemo(
    () => ({
      none: pointsOf(data.still.none.line, 0, stillEvery),
      batch: pointsOf(data.still.batch.line, 0, stillEvery),
    }),
    [data],
  );
  // The page shows the first race until another is chosen or run.
  const isFirst = Object.entries(firstChoice).every(
    ([name, value]) => choice[name as keyof Choice] === value,
  );
  const noLines = { none: '', batch: '' };
  const lines = frame ? { none: lineOf('none'), batch: lineOf('batch') } : isFirst ? still : noLines;
  return (
    <section class="race" aria-labelledby={`${id}-title`}>
      <h4 id={`${id}-title`}>{data.title}</h4>
      <p class="try live-only">
        <strong>Try this. </strong>
        <Slot name="try" as="span" />
      </p>
      <div class="race-arms">
        {arms.map((arm, k) => (
          <Network key={arm} isDrawn={k < training.drawn} {...{ arm, training, isFirst, data }} />
        ))}
      </div>
      <Losses lines={lines} />
      <div class="figure-controls live-only" role="group" aria-label="Controls of the race">
        <RateSlider id={`${id}-rate`} rate={choice.rate} choose={choose} />
        <button type="button" class="main" disabled={core === undefined} onClick={training.train}>
          {isRunning ? 'Start again' : 'Train both'}
        </button>
        <button type="button" onClick={() => choose({ seed: choice.seed + 1 })}>
          Another seed
        </button>
      </div>
      <p class="sentence" role="status">
        {said || (hasBegun || !isFirst ? '' : data.sentence)}
      </p>
      <details class="figure-more">
        <summary>More</summary>
        <MoreControls {...{ id, choice, choose }} />
        <Slot name="says" />
      </details>
    </section>
  );
}

interface NetworkProps {
  arm: Arm;
  training: Training;
  isDrawn: boolean;
  isFirst: boolean;
  data: RaceData;
}

/** The predictions of a network on the plane, and its accuracy. */
const Network = ({ arm, training: { frame, data: points }, isDrawn, isFirst, data }: NetworkProps) => (
  <figure>
    {points && frame && isDrawn ? (
      <Surface
        tones={frame.arms[arm].tones}
        points={points}
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
);

const RateSlider = ({ id, rate, choose }: { id: string; rate: number; choose: Choose }) => (
  <div class="slider">
    <label for={id}>learning rate</label>
    <output for={id}>{rateInWords(rate)}</output>
    <input
      type="range"
      id={id}
      min={0}
      max={rates.length - 1}
      step={1}
      value={rates.findIndex((each) => each === rate)}
      aria-valuetext={rateInWords(rate)}
      onInput={({ currentTarget }) => choose({ rate: rates[Number(currentTarget.value)] ?? 1 })}
    />
  </div>
);

const legends = { gain: 'initial weights, times the usual size', layers: 'hidden layers' } as const;

const MoreControls = ({ id, choice, choose }: { id: string; choice: Choice; choose: Choose }) => (
  <div class="figure-controls live-only" role="group" aria-label="More controls">
    {(['gain', 'layers'] as const).map((name) => (
      <fieldset class="choice" key={name}>
        <legend>{legends[name]}</legend>
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
);

export const item: Item<RaceData> = {
  View: Race,
  accepts: (_, name, text) =>
    name === 'seed'
      ? seedFrom(text) === Number(text)
      : Object.hasOwn(choices, name) && field(name as keyof typeof choices, text) === Number(text),
};
