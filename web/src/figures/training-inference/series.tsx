/** @jsxImportSource preact */
// Mean and variance over the batches: of each batch, of the distribution, and as they run.

import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { TimeChart } from '../../drawing/time-chart.tsx';
import { bounds, type Model, type State, steps } from './model.ts';

/** From the left edge to the right one, where both drawings of the figure begin and end. */
export const sidesOf = (width: number) => ({ from: width < 480 ? 30 : 40, to: width - 18 });

const Legend = () => (
  <g class="legend" aria-hidden="true">
    <path class="dots" d="M8 14h0" />
    <text class="start" x={16} y={18}>
      a batch
    </text>
    <path class="line" d="M74 14h20" />
    <text class="start" x={100} y={18}>
      running
    </text>
    <path class="truth" d="M162 14h20" />
    <text class="start" x={188} y={18}>
      the distribution
    </text>
  </g>
);

export interface DrawingProps {
  model: Model;
  width: number;
  set: (change: Partial<State>) => void;
}

interface LevelProps extends Pick<DrawingProps, 'model' | 'set'> {
  of: 'mean' | 'var';
  when: 'before' | 'after';
  scale: Scale;
  at: number;
}

/** A handle for the mean or variance of the distribution, before or after its shift. */
function Level({ model, set, of, when, scale, at }: LevelProps) {
  const name = `${of}_${when}` as const;
  return (
    <Handle
      scale={scale}
      value={model[name]}
      bounds={bounds[of]}
      at={at}
      vertical
      label={`${of === 'mean' ? 'mean' : 'variance'} of the distribution ${when} the shift`}
      quantity={`q-${of}`}
      onMove={(to) => set({ [name]: to })}
    >
      <rect class="level" x="-14" y="-5" width="28" height="10" rx="5" />
    </Handle>
  );
}

export function Series({ model, width, set }: DrawingProps) {
  const { step, shift_at, batch_mean, batch_var, running_mean, running_var } = model;
  const { mean_before, mean_after, var_before, var_after } = model;
  const time: Scale = { least: 0, most: steps, ...sidesOf(width) };
  const means: Scale = { least: -3, most: 9, from: 208, to: 58 };
  const vars: Scale = { least: 0, most: 12, from: 398, to: 250 };
  const at = (batch: number) => pixelOf(time, batch);
  const part = { model, set };
  const [early, late] = [at(shift_at / 2), at(steps - 5)];
  return (
    <Picture width={width} height={440} role="group" label="Mean and variance over the batches">
      <Legend />
      <line class="now" x1={at(step)} x2={at(step)} y1={50} y2={vars.from} />
      <line class="shift" x1={at(shift_at + 0.5)} x2={at(shift_at + 0.5)} y1={42} y2={vars.from} />
      <TimeChart
        time={time}
        values={means}
        quantity="q-mean"
        label="running mean"
        dots={batch_mean}
        line={running_mean}
        truth={{ before: mean_before, after: mean_after, shift_at }}
      />
      <TimeChart
        time={time}
        values={vars}
        quantity="q-var"
        label="running variance"
        dots={batch_var}
        line={running_var}
        truth={{ before: var_before, after: var_after, shift_at }}
      />
      <Axis scale={time} at={vars.from} />
      <text class="axis end" x={time.to} y={vars.from + 33}>
        batches
      </text>
      <Level {...part} of="mean" when="before" scale={means} at={early} />
      <Level {...part} of="mean" when="after" scale={means} at={late} />
      <Level {...part} of="var" when="before" scale={vars} at={early} />
      <Level {...part} of="var" when="after" scale={vars} at={late} />
      <Handle
        scale={{ ...time, from: at(0.5), to: at(steps + 0.5) }}
        value={shift_at}
        bounds={bounds.shift}
        at={40}
        label="last batch before the shift"
        quantity=""
        onMove={(to) => set({ shift_at: to })}
      >
        <path class="level" d="M-7 -6h14l-7 12z" />
      </Handle>
      <Handle
        scale={time}
        value={step}
        bounds={bounds.step}
        at={vars.from}
        label="batches so far"
        quantity=""
        onMove={(to) => set({ step: to })}
      />
    </Picture>
  );
}
