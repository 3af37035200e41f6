/** @jsxImportSource preact */
// Both chains as boxes and arrows: from left to right, or on a narrow page from top to bottom.

import { formatNumber } from '../../core/format.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow } from '../../drawing/plot.tsx';
import type { Box, Model, Traced } from './model.ts';

interface DotsProps {
  values: Float64Array;
  reach: number;
  x: number;
  y: number;
  half: number;
}

/** The values of a batch as dots on a short number line with 0 marked. */
function Dots({ values, reach, x, y, half }: DotsProps) {
  return (
    <g class="dots">
      <line x1={x - half} x2={x + half} y1={y} y2={y} />
      <line x1={x} x2={x} y1={y - 6} y2={y + 6} />
      {Array.from(values, (value, i) => (
        <circle key={i} class="fill" cx={x + (value / reach) * half} cy={y} r="3.5" />
      ))}
    </g>
  );
}

function Node({ box, x, y, width }: { box: Box; x: number; y: number; width: number }) {
  return (
    <g class={box === 'BN' ? 'node normalization' : box === 'Input' ? 'node input' : 'node'}>
      {box !== 'Input' && (
        <rect x={x - width / 2} y={y - 15} width={width} height="30" rx={box === 'Addition' ? 15 : 4} />
      )}
      <text x={x} y={y + 4.5}>
        {box}
      </text>
    </g>
  );
}

/** The heights within a row of boxes. */
const row = { title: 18, boxes: 54, dots: 90, mean: 116, std: 134, height: 164 };
/** The height that a skip connection needs above the boxes. */
const skipHeight = 22;
const rowHeight = ({ boxes }: Traced) => row.height + (boxes.includes('Addition') ? skipHeight : 0);

interface DrawnChain {
  chain: Traced;
  /** the outputs of all boxes lie between −reach and reach */
  reach: number;
}

/** A chain from left to right; the skip path runs above the boxes. */
function Row({ chain, reach, top, width }: DrawnChain & { top: number; width: number }) {
  const { title, detail, boxes, leaving } = chain;
  const left = 44;
  const end = width - 24;
  const pitch = (end - left) / boxes.length;
  const box = Math.min(92, pitch - 20);
  const at = (k: number) => left + pitch * (k + 0.5);
  const addition = boxes.indexOf('Addition');
  const below = addition > 0 ? skipHeight : 0;
  return (
    <g transform={`translate(0 ${top})`}>
      <text class="start" y={row.title}>
        <tspan class="chain-title">{title}</tspan>
        <tspan dx="8">{detail}</tspan>
      </text>
      <g transform={`translate(0 ${below})`}>
        <text class="start q-mean" y={row.mean}>
          mean
        </text>
        <text class="start q-var" y={row.std}>
          std
        </text>
        {addition > 0 && (
          <g class="skip">
            <path
              class="line"
              d={`M ${at(0)} ${row.boxes - 12} V ${row.boxes - 36} H ${at(addition)} V ${row.boxes - 22}`}
            />
            <Arrow from={[at(addition), row.boxes - 26]} to={[at(addition), row.boxes - 15]} />
            <text x={(at(0) + at(addition)) / 2} y={row.boxes - 41}>
              skip path: the input, unchanged
            </text>
          </g>
        )}
        {leaving.map(({ values, mean, std }, k) => (
          <g key={k}>
            <Arrow
              from={[at(k) + (k === 0 ? 20 : box / 2), row.boxes]}
              to={[k + 1 < boxes.length ? at(k + 1) - box / 2 : at(k) + box / 2 + 20, row.boxes]}
            />
            <Node box={boxes[k] as Box} x={at(k)} y={row.boxes} width={box} />
            <Dots values={values} reach={reach} x={at(k)} y={row.dots} half={pitch / 2 - 6} />
            <text class="q-mean" x={at(k)} y={row.mean}>
              {formatNumber(mean)}
            </text>
            <text class="q-var" x={at(k)} y={row.std}>
              {formatNumber(std)}
            </text>
          </g>
        ))}
      </g>
    </g>
  );
}

/** The heights within a column of boxes. */
const column = { title: 16, first: 52, pitch: 60 };

/** A chain from top to bottom, for narrow pages; the skip path runs at its left. */
function Column({ chain, reach, left, width }: DrawnChain & { left: number; width: number }) {
  const { title, boxes, leaving } = chain;
  const lane = 12;
  const box = 60;
  const middle = lane + box / 2;
  const at = (k: number) => column.first + column.pitch * k;
  const addition = boxes.indexOf('Addition');
  const beside = lane + box + 8;
  return (
    <g transform={`translate(${left} 0)`}>
      <text class="start chain-title" y={column.title}>
        {title}
      </text>
      {addition > 0 && (
        <g class="skip">
          <path class="line" d={`M ${middle - 20} ${at(0)} H 2 V ${at(addition)} H ${lane - 6}`} />
          <Arrow from={[2, at(addition)]} to={[lane, at(addition)]} />
        </g>
      )}
      {leaving.map(({ values, mean, std }, k) => (
        <g key={k}>
          <Arrow from={[middle, at(k) + (k === 0 ? 8 : 15)]} to={[middle, at(k + 1) - 15]} />
          <Node box={boxes[k] as Box} x={middle} y={at(k)} width={box} />
          <text class="start q-mean" x={beside} y={at(k) - 5}>
            μ {formatNumber(mean)}
          </text>
          <text class="start q-var" x={beside} y={at(k) + 11}>
            σ {formatNumber(std)}
          </text>
          <Dots
            values={values}
            reach={reach}
            x={beside + (width - beside) / 2}
            y={at(k) + 24}
            half={(width - beside) / 2 - 4}
          />
        </g>
      ))}
    </g>
  );
}

export function Diagram({ model: { chains, reach }, width }: { model: Model; width: number }) {
  const wide = width >= 640;
  const most = Math.max(...chains.map(({ boxes }) => boxes.length));
  const height = wide ? rowHeight(chains[0]) + rowHeight(chains[1]) : column.first + column.pitch * most + 8;
  const label = chains.map(({ title, boxes }) => `${title}: ${boxes.slice(1).join(', ')}`).join('. ');
  return (
    <Picture width={width} height={height} label={label}>
      {chains.map((chain, k) =>
        wide ? (
          <Row key={k} chain={chain} reach={reach} top={k * rowHeight(chain)} width={width} />
        ) : (
          <Column key={k} chain={chain} reach={reach} left={(k * (width + 8)) / 2} width={(width - 8) / 2} />
        ),
      )}
    </Picture>
  );
}
