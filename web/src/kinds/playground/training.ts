// The training as it is shown, and the commands to it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { guessOf, type Playing, sentenceOf, type Told, Track } from '../../core/playground.ts';
import type { Scene } from '../item.tsx';
import { classesOf, runSettings, type State, trainingKey } from './settings.ts';
import { askOf, nothingWatched, paceOf, watch, type Watched } from './watched.ts';

export type Training = ReturnType<typeof useTraining>;

export function useTraining(
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

  /** Draws in the next frame, once, however many reports arrive before it. */
  const drawSoon = () => {
    own.frame ||= requestAnimationFrame(() => {
      own.frame = 0;
      draw((turn) => turn + 1);
    });
  };
  const endPlaying = () => {
    own.playing?.end();
    delete own.playing;
  };
  const hear = (told: Told) => {
    if (told.training !== undefined && told.training !== own.training) return;
    if ('reason' in told) {
      // Where no training could begin another try begins with everything: the laboratory, and the worker.
      if (told.training === undefined) endPlaying();
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
  // A changed setting restarts the training. The still page stays until the learner does something.
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
