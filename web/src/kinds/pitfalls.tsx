/** @jsxImportSource preact */
// The pitfalls of mistakes, each folded in place.

import type { Mistake } from '../core/core.ts';
import { type Around, Nodes } from './item.tsx';

export function Pitfalls({ mistakes, around }: { mistakes: readonly Mistake[]; around: Around }) {
  const names = [...new Set(mistakes.map(({ pitfall }) => pitfall))];
  return (
    <>
      {names.map((name) => {
        const found = around.pitfall(name);
        return (
          found && (
            <details class="pitfall" key={name}>
              <summary>{found.title}</summary>
              <Nodes nodes={found.nodes} />
            </details>
          )
        );
      })}
    </>
  );
}
