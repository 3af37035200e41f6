// Separation: at 20 seeds of every problem (200 in npm run test:long), no mistake comes within 4 allowances of the right answer or of another
// mistake, but for those that coincide by mathematics.

import { beforeAll, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import { lessonItems } from '../../web/render/items.ts';
import type { Core } from '../../web/src/core/core.ts';
import { drawGivens, type ValuePart } from '../../web/src/core/items.ts';
import { readGivens } from '../../web/src/core/scenario.ts';

const items = await lessonItems('web/lesson');
const drawn = items.flatMap((item) =>
  item.kind === 'part' && item.part.kind === 'value' && item.problem.drawn.length > 0
    ? [{ id: item.id, problem: item.problem, part: item.part satisfies ValuePart }]
    : [],
);

/**
 * Two mistakes that both show and yet lead to the same answer, with the reason. (Those that do not show, because the
 * answer is the same with and without them, coincide with the truth.)
 */
const alike: Record<string, string> = {
  'eps-outside-root = eps-forgotten': 'with eps = 0 the roots agree',
  'gamma-forgotten = dy-for-dx-hat': 'dx_hat = dy, written in one line or in the next',
  'mean-detached = bias-gradient-not-zero': 'the variance path adds up to 0 over the batch',
  'statistics-detached = bias-gradient-not-zero': 'the same',
  'statistics-detached = mean-detached': 'the same; and with a constant dy there is no variance path',
  'running-not-updated = running-in-training': 'the batch statistics are replaced by the running ones',
  'batch-replaces-running = running-in-training':
    'the distance between batch and running mean is 0 either way',
  'unbiased-variance = unbiased-running-variance': 'the same factor m/(m - 1) in the running variance',
  'unbiased-variance = variance-not-averaged': 'm - 1 = 1 for a batch of two',
  'absolute-deviation = deviation-for-variance': 'both deviations of a batch of two are equal',
  'gamma-forgotten = gamma-beta-exchanged': 'where beta is 1, it is as good as no gamma',
  'eps-outside-root = running-variance-for-deviation': 'the root of a running variance of 1 is 1',
  'm-minus-1-in-gradient = half-forgotten': 'for a batch of two both double the path through the variance',
  'noise-cancelled = beta-forgotten': 'the shift alone moves the mean of the output',
  'not-divided = x-for-x-hat': 'the mean does not change a standard deviation',
};

const seeds = process.env.LONG_TESTS === undefined ? 20 : 200;

let core: Core;
beforeAll(async () => {
  core = await loadBuiltCore();
});

test('there are many problems to draw', () => expect(drawn.length).toBeGreaterThanOrEqual(40));

test.each([...new Set(drawn.map(({ problem }) => problem.id))])('%s', (id) => {
  const parts = drawn.filter(({ problem }) => problem.id === id);
  const always = new Map<string, string>();
  for (let seed = 1; seed <= seeds; ++seed) {
    const typed = drawGivens(core, (parts[0] as (typeof parts)[number]).problem, seed);
    for (const { id: item, problem, part } of parts) {
      const givens = readGivens(core, { ...typed, ...part.with }, problem);
      const { least, nearest, coinciding } = core.separation({ givens, ...part.question });
      expect(least, `${item}, seed ${seed}: ${nearest.join(' and ')}`).toBeGreaterThanOrEqual(4);
      // By mathematics, not by accident: the same pairs at every seed.
      const pairs = coinciding.map((pair) => pair.join(' = '));
      expect(pairs.join('\n'), `${item}, seed ${seed}`).toBe(always.get(item) ?? pairs.join('\n'));
      always.set(item, pairs.join('\n'));
      const unseen = new Set(coinciding.flatMap(([a, b]) => (a === 'right' ? [b] : [])));
      for (const [a, b] of coinciding) {
        if (a !== 'right' && !unseen.has(a) && !unseen.has(b))
          expect(Object.keys(alike), `${item}: ${a} = ${b}`).toContain(`${a} = ${b}`);
      }
    }
  }
});
