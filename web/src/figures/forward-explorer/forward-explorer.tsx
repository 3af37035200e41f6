/** @jsxImportSource preact */
// The forward pass on three number lines: the batch as it comes, normalised, and scaled and shifted.

import { BatchButtons } from '../../drawing/batch-buttons.tsx';
import { list, number, stops } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Formula, Normalized, Num, Symbol } from '../../drawing/math.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { formatNumber } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';

const bounds = { least: -10, most: 10, step: 0.1 };

const fields = {
  x: list([2, 4, 6, 8], bounds, [2, 6]),
  gamma: number(2, -10, 10, 0.1),
  beta: number(1, -10, 10, 0.1),
  eps: stops(0, [0, 1e-5, 1e-3, 0.01, 0.1, 1, 10]),
  /** which example is spelled out */
  chosen: number(0, 0, 5, 1),
  /** which batch comes next */
  seed: number(0, 0, 1e6, 1),
};

/** Round ends for an axis that holds all values: ±10, or more where y needs it. */
function reachOf(values: Float64Array): number {
  const most = Math.max(10, ...values.map(Math.abs));
  return Math.ceil(most / 10) * 10;
}

export const forwardExplorer = figure({
  kind: 'forward-explorer',
  fields,
  view({ core, state, set, controls, width }) {
    const { x, gamma, beta, eps } = state;
    const m = x.length;
    const chosen = Math.min(state.chosen, m - 1);
    const { batch_mean, batch_var, x_hat, y } = core.forwardTrace({ x, gamma: [gamma], beta: [beta], eps });
    const [mean = 0] = batch_mean;
    const [variance = 0] = batch_var;
    const of = (formula: string) => only(core.evaluate(formula, { batch_var, x_hat, y, eps }).shown);
    const std = of('sqrt(batch_var)');
    const x_hat_mean = of('mean(x_hat)');
    const x_hat_std = of('sqrt(mean((x_hat - mean(x_hat))^2))');
    const y_mean = of('mean(y)');
    const y_std = of('sqrt(mean((y - mean(y))^2))');
    const isIdentity = core.evaluate('max(abs(y - x))', { x: Float64Array.from(x), y }).shown[0] === 0;

    const next = () => {
      const seed = state.seed + 1;
      const draws = core.normalBatches({ seed, batches: 1, m, mean: seed % 2 === 0 ? 3 : -2, std: 2.5 });
      const rounded = Array.from(draws, (value) => Math.min(10, Math.max(-10, Number(value.toFixed(1)))));
      return { seed, x: rounded };
    };

    const reach = reachOf(y);
    const left = width < 480 ? 26 : 40;
    const scale: Scale = { least: -reach, most: reach, from: left, to: width - 16 };
    const lines = { x: 84, x_hat: 184, y: 284 };
    const at = (value: number) => pixelOf(scale, value);
    const spread = (line: number, middle: number, half: number, words: string) => (
      <g>
        <line
          class="q-var line spread"
          x1={at(middle - half)}
          x2={at(middle + half)}
          y1={line - 24}
          y2={line - 24}
        />
        <line class="q-mean line" x1={at(middle)} x2={at(middle)} y1={line - 32} y2={line} />
        <text class="q-mean fill over-lines" x={at(middle)} y={line - 38}>
          {words}
        </text>
      </g>
    );

    return {
      controls: (
        <>
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {controls.slider('beta', <span class="q-beta">β beta</span>)}
          {controls.slider('eps', 'ε eps')}
        </>
      ),
      more: (
        <div class="actions">
          <BatchButtons controls={controls} x={x} bounds={bounds} fewest={2} longest={6} />
          {controls.button('undo', 'Set γ and β so that y = x', () => ({
            gamma: of('sqrt(batch_var + eps)'),
            beta: mean,
          }))}
          {controls.button('next', 'Next batch', next)}
        </div>
      ),
      drawing: (
        <Picture width={width} height={322} role="group" label="Number lines of x, x_hat and y">
          {Array.from(x, (value, i) => (
            <polyline
              key={i}
              class={`thread${i === chosen ? ' chosen' : ''}`}
              points={`${at(value)},${lines.x} ${at(valueAt(x_hat, i))},${lines.x_hat} ${at(valueAt(y, i))},${lines.y}`}
            />
          ))}
          <Axis scale={scale} at={lines.x} />
          <Axis scale={scale} at={lines.x_hat} />
          <Axis scale={scale} at={lines.y} />
          <text class="q-x fill row-label" x={6} y={lines.x + 5}>
            x
          </text>
          <text class="q-x_hat fill row-label" x={6} y={lines.x_hat + 5}>
            x̂
          </text>
          <text class="q-y fill row-label" x={6} y={lines.y + 5}>
            y
          </text>
          {spread(lines.x, mean, std, `μ = ${formatNumber(mean)}, σ = ${formatNumber(std)}`)}
          {spread(
            lines.x_hat,
            x_hat_mean,
            x_hat_std,
            `mean ${formatNumber(x_hat_mean)}, spread ${formatNumber(x_hat_std)}`,
          )}
          {spread(lines.y, y_mean, y_std, `mean ${formatNumber(y_mean)}, spread ${formatNumber(y_std)}`)}
          {Array.from(x_hat, (value, i) => (
            <circle key={i} class="q-x_hat fill" cx={at(value)} cy={lines.x_hat} r={i === chosen ? 6 : 4.5} />
          ))}
          {Array.from(y, (value, i) => (
            <circle key={i} class="q-y fill" cx={at(value)} cy={lines.y} r={i === chosen ? 6 : 4.5} />
          ))}
          {x.map((value, i) => (
            <Handle
              key={i}
              scale={scale}
              value={value}
              bounds={bounds}
              at={lines.x}
              label={`x ${i + 1}`}
              onMove={(to) => set({ x: x.with(i, to) })}
              onChosen={() => set({ chosen: i })}
            />
          ))}
        </Picture>
      ),
      formulas: (
        <>
          <Normalized
            of="x_hat"
            sub={String(chosen + 1)}
            x={valueAt(x, chosen)}
            mean={mean}
            variance={variance}
            eps={eps}
            value={valueAt(x_hat, chosen)}
          />
          <Formula>
            <Symbol of="y" sub={String(chosen + 1)} />
            <mo>=</mo>
            <Num value={gamma} of="gamma" />
            <mo>·</mo>
            <Num value={valueAt(x_hat, chosen)} of="x_hat" bracket />
            <mo>+</mo>
            <Num value={beta} of="beta" bracket />
            <mo>=</mo>
            <Num value={valueAt(y, chosen)} of="y" />
          </Formula>
        </>
      ),
      tables: [
        {
          caption: 'The batch, normalised, scaled and shifted',
          corner: 'i',
          columns: [
            { head: 'x', quantity: 'x' },
            { head: 'x_hat', quantity: 'x_hat' },
            { head: 'y', quantity: 'y' },
          ],
          rows: [
            ...x.map((value, i) => ({
              label: String(i + 1),
              values: [value, valueAt(x_hat, i), valueAt(y, i)],
            })),
            { label: 'mean', values: [mean, x_hat_mean, y_mean] },
            { label: 'standard deviation', values: [std, x_hat_std, y_std] },
          ],
        },
      ],
      sentence: [
        `The batch has mean ${formatNumber(mean)} and standard deviation ${formatNumber(std)};`,
        `x_hat has mean ${formatNumber(x_hat_mean)} and standard deviation ${formatNumber(x_hat_std)};`,
        `y has mean ${formatNumber(y_mean)} and standard deviation ${formatNumber(y_std)}.`,
        isIdentity ? 'For this batch y = x.' : '',
        eps > 0 && x_hat_std < 0.995
          ? `Next to eps = ${formatNumber(eps)} the variance ${formatNumber(variance)} is small, so the spread of x_hat falls short of 1.`
          : '',
      ]
        .filter(Boolean)
        .join(' '),
    };
  },
});
