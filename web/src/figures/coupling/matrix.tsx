/** @jsxImportSource preact */
// The Jacobian as a grid of tinted cells with their numbers; the arrow keys move through it.

import { Picture } from '../../drawing/picture.tsx';
import { formatNumber, subscript } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';

interface MatrixProps {
  /** the width there is */
  width: number;
  m: number;
  /** (m, m) row by row */
  jacobian: Float64Array;
  /** (m) */
  row_sums: Float64Array;
  row: number;
  column: number;
  onChosen: (row: number, column: number) => void;
}

const stepOfKey: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  Home: [0, -8],
  End: [0, 8],
};

/** Moves the focus to the cell that a key leads to; what has the focus is chosen. */
function walk(event: KeyboardEvent & { currentTarget: SVGGElement }, m: number, row: number, column: number) {
  const step = stepOfKey[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey || !step) return;
  event.preventDefault();
  const [to, across] = [row + step[0], column + step[1]].map((each) => Math.min(m - 1, Math.max(0, each)));
  event.currentTarget
    .closest('[role=grid]')
    ?.querySelector<SVGGElement>(`[data-cell="${to},${across}"]`)
    ?.focus();
}

export function Matrix({ width, m, jacobian, row_sums, row, column, onChosen }: MatrixProps) {
  const left = 24;
  const top = 22;
  // On a phone eight cells need all the width there is; the row sums then stand in the table only.
  const sums = (width - left) / (m + 1) >= 38 ? 46 : 0;
  const cell = Math.min(62, (width - left - sums) / m);
  const most = Math.max(...jacobian.map(Math.abs));
  // All cells with as many decimals as leave the largest three digits, or two where there is little room.
  const digits = cell >= 48 ? 3 : 2;
  const decimals = most > 0 ? Math.min(digits, Math.max(0, digits - 1 - Math.floor(Math.log10(most)))) : 0;
  const short = (value: number) => {
    const text = formatNumber(Number(value.toFixed(decimals)));
    return cell >= 40 ? text : text.replace('0.', '.');
  };
  const middle = (k: number, from: number) => from + (k + 0.5) * cell;
  const size = { width: left + m * cell + sums, height: top + m * cell + 2 };
  const each = Array.from({ length: m }, (_, k) => k);

  return (
    <Picture {...size} role="group" label="Jacobian">
      <g aria-hidden="true">
        {each.map((k) => (
          <g key={k}>
            <text class={`q-x fill${k === column ? ' chosen' : ''}`} x={middle(k, left)} y={top - 8}>
              x{subscript(k + 1)}
            </text>
            <text class={`q-y fill${k === row ? ' chosen' : ''}`} x={left / 2} y={middle(k, top) + 4}>
              y{subscript(k + 1)}
            </text>
            {sums > 0 && (
              <text class="row-sum" x={left + m * cell + sums / 2} y={middle(k, top) + 4}>
                {formatNumber(valueAt(row_sums, k), 2)}
              </text>
            )}
          </g>
        ))}
        {sums > 0 && (
          <text class="row-sum" x={left + m * cell + sums / 2} y={top - 8}>
            sum
          </text>
        )}
      </g>
      <g role="grid" aria-label="dy by dx, a row for each y">
        {each.map((i) => (
          <g role="row" key={i}>
            {each.map((j) => {
              const value = valueAt(jacobian, i * m + j);
              const isChosen = i === row && j === column;
              return (
                <g
                  key={j}
                  role="gridcell"
                  class={`cell ${value < 0 ? 'less' : 'more'}${isChosen ? ' chosen' : ''}`}
                  data-cell={`${i},${j}`}
                  tabindex={isChosen ? 0 : -1}
                  aria-selected={isChosen}
                  aria-label={`y ${i + 1} by x ${j + 1}: ${short(value)}`}
                  onFocus={() => onChosen(i, j)}
                  onPointerEnter={({ pointerType }) => pointerType === 'mouse' && onChosen(i, j)}
                  onKeyDown={(event) => walk(event, m, i, j)}
                >
                  <rect
                    x={left + j * cell + 1}
                    y={top + i * cell + 1}
                    width={cell - 2}
                    height={cell - 2}
                    fill-opacity={most > 0 ? ((0.45 * Math.abs(value)) / most).toFixed(3) : 0}
                  />
                  <text x={middle(j, left)} y={middle(i, top) + 4}>
                    {short(value)}
                  </text>
                </g>
              );
            })}
          </g>
        ))}
      </g>
    </Picture>
  );
}
