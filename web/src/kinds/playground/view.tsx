/** @jsxImportSource preact */
// The drawing below the two networks: their losses, or another chosen view of the training.

import { type Arm, guessOf, type Track } from '../../core/playground.ts';
import { Activations, Gradients, OverSteps, type Path } from './plots.tsx';
import { classesOf, type State } from './settings.ts';
import { type Both, exampleOf, type Watched } from './watched.ts';

const lossBounds = { least: 0.01, most: 1 };

/** The drawing of the chosen view. */
export function View({
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
