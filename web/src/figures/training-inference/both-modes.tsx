/** @jsxImportSource preact */
// One example in both modes: its y in training depends on its batch, in inference it does not.

import { largestOf } from '../../core/values.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { bounds } from './model.ts';
import { type DrawingProps, sidesOf } from './series.tsx';

const rows = { inputs: 42, training: 112, inference: 152, outputs: 168 };

export function BothModes({ model, width, set }: DrawingProps) {
  const { x, step, others, y_training, last, inference } = model;
  const sides = sidesOf(width);
  const inputs: Scale = { least: bounds.x.least, most: bounds.x.most, ...sides };
  const reach = Math.ceil(Math.max(4, Math.abs(inference.y), largestOf(y_training)) / 4) * 4;
  const outputs: Scale = { least: -reach, most: reach, ...sides };
  const inside = (value: number) => Math.min(inputs.most, Math.max(inputs.least, value));
  return (
    <div class="drawing">
      <Picture width={width} height={196} role="group" label="One example in both modes">
        <text class="start" x={sides.from} y={rows.inputs - 22}>
          one example x, here in batch {step}
        </text>
        <Axis scale={inputs} at={rows.inputs} />
        {Array.from(others, (value, k) => (
          <circle key={k} class="q-x fill past" cx={pixelOf(inputs, inside(value))} cy={rows.inputs} r="4" />
        ))}
        <Handle
          scale={inputs}
          value={x}
          bounds={bounds.x}
          at={rows.inputs}
          label="x, the example"
          onMove={(to) => set({ x: to })}
        />
        <text class="start" x={sides.from} y={rows.training - 14}>
          y in training, by its batch
        </text>
        {Array.from(y_training, (y, k) => (
          <circle
            key={k}
            class={`q-y fill${k === last ? '' : ' past'}`}
            cx={pixelOf(outputs, y)}
            cy={rows.training}
            r={k === last ? 6 : 4.5}
          />
        ))}
        <text class="start" x={sides.from} y={rows.inference - 14}>
          y in inference, whatever the batch
        </text>
        <rect
          class="q-y fill"
          x={pixelOf(outputs, inference.y) - 5.5}
          y={rows.inference - 5.5}
          width="11"
          height="11"
        />
        <Axis scale={outputs} at={rows.outputs} />
      </Picture>
    </div>
  );
}
