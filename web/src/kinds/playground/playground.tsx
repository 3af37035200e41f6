/** @jsxImportSource preact */
// Two networks side by side over the same data, seed and batches, set up and trained by the learner. As the page is
// delivered it shows how the networks of the first preset ended.

import { useMemo, useState } from 'preact/hooks';
import { type Arm, arms, guessOf, inFullWords } from '../../core/playground.ts';
import { Surface } from '../../drawing/surface.tsx';
import { withTexts } from '../../memory/kept.ts';
import { type Item, type Scene, Slot } from '../item.tsx';
import { armName, Changes, ChooseView, Head, More, type Set } from './choices.tsx';
import type { Path } from './plots.tsx';
import {
  acceptsText,
  baseOf,
  classesOf,
  firstOf,
  lineOf,
  type Preset,
  type State,
  stateOf,
  textsFor,
  textsForPreset,
} from './settings.ts';
import { type Training, useTraining } from './training.ts';
import { View } from './view.tsx';
import { exampleOf } from './watched.ts';

export interface PlaygroundData {
  presets: Preset[];
  /** how the networks of the first preset ended: their smoothed losses, and what became of each in words */
  still: Record<Arm, { path: Path; words: string }>;
  sentence: string;
}

function Playground({ id, name, data, kept, change, core, surroundings }: Scene<PlaygroundData>) {
  const { presets } = data;
  const { preset, state } = useMemo(() => stateOf(presets, kept.texts), [presets, kept.texts]);
  const first = useMemo(() => baseOf(firstOf(presets)), [presets]);
  const training = useTraining({ core, surroundings }, state, first);
  const { watched, isStill, said } = training;
  const [link, setLink] = useState<string | true>();

  const set: Set = (changed, value) => {
    setLink(undefined);
    change((now) => withTexts(now, textsFor(preset, { [changed]: value })));
  };
  const choose = (next: Preset | undefined) => {
    setLink(undefined);
    if (next) change((now) => withTexts(now, textsForPreset(presets, next)));
  };
  // What does not depend on the progress of the training is not drawn again with it.
  const head = useMemo(() => <Head {...{ id, presets, preset, state, choose }} />, [state, preset]);
  const lines = useMemo(() => ({ a: lineOf(state, 'a'), b: lineOf(state, 'b') }), [state]);
  const changes = useMemo(() => <Changes {...{ id, preset, state, set }} />, [state, preset]);
  return (
    <section class="playground" aria-label="Two networks side by side">
      {head}
      <div class="playground-arms">
        {arms.map((arm) => (
          <Network key={arm} line={lines[arm]} {...{ arm, state, training, data }} />
        ))}
      </div>
      <Play
        isReady={core !== undefined}
        step={isStill ? Number(first.steps) : (watched?.seen?.step ?? 0)}
        {...{ state, training }}
      />
      <p class="sentence" role="status">
        {said || (isStill ? data.sentence : '')}
      </p>
      <ChooseView
        id={`${id}-view`}
        view={state.view}
        onChoose={(view) => {
          // The still page has losses only.
          if (isStill && view !== 'loss') training.begin();
          set('view', view);
        }}
      />
      <div class="playground-drawing">
        <View
          state={state}
          watched={isStill ? undefined : watched}
          still={isStill ? { a: data.still.a.path, b: data.still.b.path } : undefined}
        />
      </div>
      {changes}
      <More
        onReset={() => choose(preset)}
        onCopy={() => void surroundings.copyLink(name, id).then((copied) => setLink(copied))}
        {...{ id, preset, state, set, training, link }}
      />
    </section>
  );
}

interface NetworkProps {
  arm: Arm;
  /** what it is made of */
  line: string;
  state: State;
  training: Training;
  data: PlaygroundData;
}

function Network({ arm, line, state, training: { watched, isStill }, data }: NetworkProps) {
  const seen = watched?.seen?.arms[arm];
  const guess = guessOf(classesOf(state.data as string));
  const words = isStill ? data.still[arm].words : seen ? inFullWords(seen, guess) : '';
  return (
    <figure>
      <p class="playground-arm">
        <span class={`training-key ${arm}`} aria-hidden="true" />
        <strong>{armName[arm]}</strong> {line}
      </p>
      {isStill ? (
        <Slot name={`picture.${arm}`} class="picture" />
      ) : watched?.data && seen?.tones ? (
        <Surface
          tones={seen.tones}
          points={watched.data}
          {...(state.view === 'example' ? { chosen: exampleOf(state) - 1 } : {})}
          label={`What ${armName[arm]} says of the plane: ${words}`}
        />
      ) : state.data === 'glyphs' ? null : (
        <div class="surface" />
      )}
      <figcaption>{words}</figcaption>
    </figure>
  );
}

interface PlayProps {
  isReady: boolean;
  step: number;
  state: State;
  training: Training;
}

const Play = ({ isReady, step, state, training: { isRunning, run, pause, step: goOn } }: PlayProps) => (
  <div class="figure-controls playground-play live-only" role="group" aria-label="Training">
    <button type="button" class="main" disabled={!isReady} onClick={isRunning ? pause : run}>
      {isRunning ? 'Pause' : 'Play'}
    </button>
    <button type="button" disabled={!isReady} onClick={goOn}>
      Step
    </button>
    <span class="playground-step">
      {step} of {state.steps} steps
    </span>
  </div>
);

export const item: Item<PlaygroundData> = {
  View: Playground,
  accepts: ({ presets }, name, text) => acceptsText(presets, name, text),
};
