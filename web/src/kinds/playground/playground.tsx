/** @jsxImportSource preact */
// Two networks side by side over the same data, seed and batches, set up and trained by the learner. As the page is
// delivered it shows how the networks of the first preset ended.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type NumbersTable, Table } from '../../drawing/figure.tsx';
import { Surface } from '../../drawing/surface.tsx';
import { withTexts } from '../../memory/kept.ts';
import type { Data, Layers } from '../../core/laboratory.ts';
import {
  type Arm,
  arms,
  type Ask,
  guessOf,
  inFullWords,
  Losses,
  type Playing,
  type Seen,
  sentenceOf,
  type Told,
  Track,
} from '../../core/playground.ts';
import { type Item, type Scene, Slot } from '../item.tsx';
import { Controls } from './controls.tsx';
import { Activations, Gradients, OverSteps, type Path } from './plots.tsx';
import {
  acceptsText,
  type ArmName,
  armOf,
  armSettings,
  baseOf,
  classesOf,
  firstOf,
  hiddenRate,
  lineOf,
  matters,
  type Preset,
  runSettings,
  settings,
  sharedSettings,
  type State,
  stateOf,
  textsFor,
  textsForPreset,
  trainingKey,
  viewSettings,
} from './settings.ts';

export interface PlaygroundData {
  presets: Preset[];
  /** how the networks of the first preset ended: their smoothed losses, and what became of each in words */
  still: Record<Arm, { path: Path; words: string }>;
  sentence: string;
}

type Both<Each> = Record<Arm, Each>;

/** What has been seen so far of a training. */
interface Watched {
  data: Data | undefined;
  seen: Seen | undefined;
  losses: Both<Losses>;
  /** rate / |w|² of the hidden weights: their geometric mean */
  effective: Both<Track>;
  /** that one example has its label, since it was chosen */
  example: Both<Track>;
}

const nothingWatched = (): Watched => ({
  data: undefined,
  seen: undefined,
  losses: { a: new Losses(), b: new Losses() },
  effective: { a: new Track(), b: new Track() },
  example: { a: new Track(), b: new Track() },
});

function effectiveRate(rate: number, { square_norm }: Layers): number {
  const logs = Array.from(square_norm, (each) => Math.log(rate / each));
  return Math.exp(logs.reduce((sum, each) => sum + each, 0) / logs.length);
}

/** Adds what is seen now. */
function watch(watched: Watched, seen: Seen, state: State): void {
  watched.seen = seen;
  for (const arm of arms) {
    const { losses, layers, probability } = seen.arms[arm];
    watched.losses[arm].add(losses);
    if (layers) watched.effective[arm].add(seen.step, effectiveRate(hiddenRate(armOf(state, arm)), layers));
    watched.example[arm].add(seen.step, probability);
  }
}

const exampleOf = (state: State) => Math.min(Number(state.example), Number(state.examples));

const askOf = (state: State): Ask => ({
  mode: state.statistics as Ask['mode'],
  example: exampleOf(state) - 1,
  with_plane: state.data !== 'glyphs',
});

const paceOf = ({ speed }: State) => (speed === 'most' ? Number.POSITIVE_INFINITY : Number(speed));

const lossBounds = { least: 0.01, most: 1 };

/** The drawing of the chosen view. */
function View({
  state,
  watched,
  still,
}: {
  state: State;
  watched: Watched | undefined;
  still: Both<Path> | undefined;
}) {
  const until = Number(state.steps);
  const classes = classesOf(state.data as string);
  const guess = { value: Math.log(classes), name: `a guess: ${guessOf(classes)}` };
  const layersOf = (arm: Arm) => watched?.seen?.arms[arm].layers;
  const [a, b] = [layersOf('a'), layersOf('b')];
  if (state.view === 'activations')
    return a && b ? (
      <Activations
        layers={{ a, b }}
        label="The mean and the standard deviation of what enters the activations, by layer"
      />
    ) : null;
  if (state.view === 'gradients')
    return a && b ? (
      <Gradients
        layers={{ a, b }}
        label="The norm of the gradient by the weights of each layer, for the first batch"
      />
    ) : null;
  if (state.view === 'effective')
    return watched ? (
      <OverSteps
        label="The learning rate over the squared length of the hidden weights, over the steps"
        paths={{ a: pathOf(watched.effective.a), b: pathOf(watched.effective.b) }}
        scale="log"
        bounds={{ least: 0.01, most: 0.1 }}
        until={until}
      />
    ) : null;
  if (state.view === 'example')
    return watched ? (
      <OverSteps
        label={`The probability that each network gives the label of example ${exampleOf(state)}, over the steps`}
        paths={{ a: pathOf(watched.example.a), b: pathOf(watched.example.b) }}
        scale="share"
        until={until}
        guess={{ value: 1 / classes, name: 'a guess' }}
      />
    ) : null;
  const paths = watched ? { a: pathOf(watched.losses.a.track), b: pathOf(watched.losses.b.track) } : still;
  return paths ? (
    <OverSteps
      label="The smoothed loss of both networks over the steps"
      paths={paths}
      scale="log"
      bounds={lossBounds}
      until={until}
      guess={guess}
    />
  ) : null;
}

const pathOf = ({ steps, values }: Track): Path => ({ steps, values });

const finite = (value: number | undefined) =>
  value === undefined ? '' : Number.isFinite(value) ? value : 'not finite';

/** The numbers of each layer. */
function layersTable(state: State, { step, arms: both }: Seen): NumbersTable {
  const rates = { a: hiddenRate(armOf(state, 'a')), b: hiddenRate(armOf(state, 'b')) };
  const most = Math.max(...arms.map((arm) => both[arm].layers?.gradient_norm.length ?? 0));
  return {
    caption: `The layers after ${step} ${step === 1 ? 'step' : 'steps'}, on the first batch`,
    corner: 'layer',
    columns: arms.flatMap((arm) =>
      ['mean', 'spread', 'gradient', 'rate/|w|²'].map((head) => ({ head: `${arm.toUpperCase()}: ${head}` })),
    ),
    rows: Array.from({ length: most }, (_, k) => ({
      label: k === most - 1 ? 'output' : String(k + 1),
      values: arms.flatMap((arm) => {
        const { layers } = both[arm];
        const hidden = layers?.mean.length ?? 0;
        const isOutput = k === most - 1;
        const square = isOutput ? undefined : layers?.square_norm[k];
        return [
          finite(isOutput ? undefined : layers?.mean[k]),
          finite(isOutput ? undefined : layers?.spread[k]),
          finite(
            isOutput ? layers?.gradient_norm[hidden] : k < hidden ? layers?.gradient_norm[k] : undefined,
          ),
          finite(square === undefined ? undefined : rates[arm] / square),
        ];
      }),
    })),
  };
}

/** The training as it is watched, and what can be done with it. */
function useTraining(
  { core, surroundings }: Pick<Scene, 'core' | 'surroundings'>,
  state: State,
  first: State,
) {
  const [, draw] = useState(0);
  const [isRunning, setRunning] = useState(false);
  const [said, setSaid] = useState('');
  const latest = useRef(state);
  latest.current = state;
  const own = useRef<{ playing?: Playing; watched?: Watched; training: number; frame: number }>({
    training: 0,
    frame: 0,
  }).current;

  /** In the next frame, however much is told before it. */
  const drawSoon = () => {
    own.frame ||= requestAnimationFrame(() => {
      own.frame = 0;
      draw((turn) => turn + 1);
    });
  };
  const hear = (told: Told) => {
    if (told.training !== undefined && told.training !== own.training) return;
    if ('reason' in told) {
      delete own.watched;
      setRunning(false);
      setSaid(`The networks could not be trained: ${told.reason}.`);
    } else if ('paused' in told) {
      setRunning(false);
      const seen = own.watched?.seen;
      if (seen) setSaid(sentenceOf(seen, guessOf(classesOf(latest.current.data as string))));
    } else if (own.watched) {
      if ('data' in told) own.watched.data = told.data;
      else watch(own.watched, told.seen, latest.current);
      drawSoon();
    }
  };
  const begin = () => {
    own.playing ??= surroundings.playground(hear);
    own.watched = nothingWatched();
    own.training += 1;
    setRunning(false);
    setSaid('');
    const { current } = latest;
    own.playing.order({
      begin: { a: runSettings(current, 'a'), b: runSettings(current, 'b') },
      ask: askOf(current),
      training: own.training,
    });
  };
  const run = () => {
    const { current } = latest;
    if (!own.watched || (own.watched.seen?.step ?? 0) >= Number(current.steps)) begin();
    setRunning(true);
    setSaid('');
    own.playing?.order({ pace: paceOf(current), until: Number(current.steps) });
  };

  useEffect(
    () => () => {
      own.playing?.end();
      cancelAnimationFrame(own.frame);
    },
    [],
  );
  // What trains begins anew when it changes. The first networks stand as the page came until something is done.
  const key = useMemo(() => trainingKey(state), [state]);
  const firstKey = useMemo(() => trainingKey(first), [first]);
  const isStill = own.training === 0 && key === firstKey;
  useEffect(() => {
    if (core && !isStill) begin();
  }, [core === undefined, key]);
  const ask = useMemo(() => JSON.stringify(askOf(state)), [state]);
  useEffect(() => {
    if (!own.watched) return;
    own.watched.example = { a: new Track(), b: new Track() };
    own.playing?.order({ ask: askOf(latest.current) });
  }, [ask]);
  useEffect(() => {
    if (isRunning) run();
  }, [state.speed, state.steps]);

  return {
    watched: own.watched,
    isStill,
    isRunning,
    said,
    begin,
    run,
    pause: () => own.playing?.order({ pace: 0, until: 0 }),
    step: () => {
      if (!own.watched) begin();
      setSaid('');
      own.playing?.order({ step: 1 });
    },
  };
}

const armNames = Object.keys(armSettings) as ArmName[];
const armName: Both<string> = { a: 'A', b: 'B' };

const viewOptions = Object.entries(viewSettings.view.options).map(([value, words]) => (
  <option key={value} value={value}>
    {words}
  </option>
));

function Playground({ id, name, data, kept, change, core, surroundings }: Scene<PlaygroundData>) {
  const { presets } = data;
  const { preset, state } = useMemo(() => stateOf(presets, kept.texts), [presets, kept.texts]);
  const first = useMemo(() => baseOf(firstOf(presets)), [presets]);
  const training = useTraining({ core, surroundings }, state, first);
  const { watched, isStill, isRunning, said } = training;
  const [link, setLink] = useState<string | true>();
  const [isTableShown, showTable] = useState(false);

  const set = (changed: string, value: string) => {
    setLink(undefined);
    change((now) => withTexts(now, textsFor(preset, { [changed]: value })));
  };
  const choose = (next: Preset | undefined) => {
    setLink(undefined);
    if (next) change((now) => withTexts(now, textsForPreset(presets, next)));
  };
  const guess = guessOf(classesOf(state.data as string));
  const seen = watched?.seen;
  const wordsOf = (arm: Arm): string => {
    if (isStill) return data.still[arm].words;
    return seen ? inFullWords(seen.arms[arm], guess) : '';
  };
  const step = isStill ? Number(first.steps) : (seen?.step ?? 0);
  const controls = (names: readonly string[], most?: Record<string, number>) => (
    <Controls
      key={preset.id}
      id={id}
      names={names}
      state={state}
      onChange={set}
      {...(most ? { most } : {})}
    />
  );
  // What a look at the networks does not change is not drawn again with it.
  const head = useMemo(() => {
    const base = baseOf(preset);
    const isChanged = Object.keys(settings).some((each) => each !== 'view' && state[each] !== base[each]);
    return (
      <>
        <div class="playground-head live-only">
          <label for={`${id}-preset`}>Set up</label>
          <select
            id={`${id}-preset`}
            value={preset.id}
            onInput={({ currentTarget }) => choose(presets.find((each) => each.id === currentTarget.value))}
          >
            {presets.map((each) => (
              <option key={each.id} value={each.id}>
                {each.title}
              </option>
            ))}
          </select>
          {isChanged && <span class="changed">changed</span>}
        </div>
        {presets.map((each, k) => (
          <p key={each.id} class="live-only" hidden={each !== preset}>
            <Slot name={`presets.${k}.says`} as="span" />
          </p>
        ))}
      </>
    );
  }, [state, preset]);
  const lines = useMemo(() => ({ a: lineOf(state, 'a'), b: lineOf(state, 'b') }), [state]);
  const changes = useMemo(
    () => (
      <>
        {arms.map((arm) => (
          <details key={arm} class="figure-more live-only">
            <summary>Change {armName[arm]}</summary>
            {controls(
              armNames.filter((each) => matters(armOf(state, arm), each)).map((each) => `${arm}.${each}`),
            )}
          </details>
        ))}
        <details class="figure-more live-only">
          <summary>Change the data and the batches of both</summary>
          {controls(Object.keys(sharedSettings).filter((each) => each !== 'steps'))}
        </details>
      </>
    ),
    [state, preset],
  );
  return (
    <section class="playground" aria-label="Two networks side by side">
      {head}
      <div class="playground-arms">
        {arms.map((arm) => {
          const tones = seen?.arms[arm].tones;
          return (
            <figure key={arm}>
              <p class="playground-arm">
                <span class={`training-key ${arm}`} aria-hidden="true" />
                <strong>{armName[arm]}</strong> {lines[arm]}
              </p>
              {isStill ? (
                <Slot name={`picture.${arm}`} class="picture" />
              ) : watched?.data && tones ? (
                <Surface
                  tones={tones}
                  points={watched.data}
                  {...(state.view === 'example' ? { chosen: exampleOf(state) - 1 } : {})}
                  label={`What ${armName[arm]} says of the plane: ${wordsOf(arm)}`}
                />
              ) : state.data === 'glyphs' ? null : (
                <div class="surface" />
              )}
              <figcaption>{wordsOf(arm)}</figcaption>
            </figure>
          );
        })}
      </div>
      <div class="figure-controls playground-play live-only" role="group" aria-label="Training">
        <button
          type="button"
          class="main"
          disabled={core === undefined}
          onClick={isRunning ? training.pause : training.run}
        >
          {isRunning ? 'Pause' : 'Play'}
        </button>
        <button type="button" disabled={core === undefined} onClick={training.step}>
          Step
        </button>
        <span class="playground-step">
          {step} of {state.steps} steps
        </span>
      </div>
      <p class="sentence" role="status">
        {said || (isStill ? data.sentence : '')}
      </p>
      <div class="playground-view live-only">
        <label for={`${id}-view`}>{viewSettings.view.label}</label>
        <select
          id={`${id}-view`}
          value={state.view}
          onInput={({ currentTarget }) => {
            // What the page came with are losses alone.
            if (isStill && currentTarget.value !== 'loss') training.begin();
            set('view', currentTarget.value);
          }}
        >
          {viewOptions}
        </select>
      </div>
      <div class="playground-drawing">
        <View
          state={state}
          watched={isStill ? undefined : watched}
          still={isStill ? { a: data.still.a.path, b: data.still.b.path } : undefined}
        />
      </div>
      {changes}
      <details class="figure-more live-only" onToggle={({ currentTarget }) => showTable(currentTarget.open)}>
        <summary>More</summary>
        {controls(['speed', 'steps', 'statistics', 'example'], { example: Number(state.examples) })}
        {isTableShown && seen && !isRunning && <Table table={layersTable(state, seen)} />}
        <div class="figure-actions">
          <button type="button" onClick={training.begin}>
            Start again
          </button>
          <button type="button" onClick={() => choose(preset)}>
            Reset
          </button>
          <button
            type="button"
            onClick={() => void surroundings.copyLink(name, id).then((copied) => setLink(copied))}
          >
            Copy link to this state
          </button>
          <span class="copied" role="status">
            {link === true ? 'The link is in the clipboard.' : link && 'Copy it from this box:'}
          </span>
          {typeof link === 'string' && (
            <input type="text" readOnly value={link} aria-label="Link to this state" />
          )}
        </div>
      </details>
    </section>
  );
}

export const item: Item<PlaygroundData> = {
  View: Playground,
  accepts: ({ presets }, name, text) => acceptsText(presets, name, text),
};
