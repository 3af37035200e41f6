// The practice problems' answers in the forms in which learners write them: right, wrong, and what cannot be read or is not
// what was asked for. The expected verdicts are worked out by hand.

import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import { lessonItems } from '../../web/render/items.ts';
import type { Core } from '../../web/src/core/core.ts';
import { judgePart } from '../../web/src/core/items.ts';
import { forward } from '../browser/formulas.ts';

interface Part {
  id: string;
  right: string[];
  wrong: string[];
  /** What cannot be read, and the place that is marked; ⎵ for the end. */
  unreadable: [text: string, marked: string][];
  /** What can be read, but is not what is asked for: more values, or fewer. */
  unjudged?: [text: string, says: string][];
}

const items = await lessonItems('web/lesson');
const ofPractice = items.flatMap((item) =>
  item.kind === 'part' && item.listed.page === 'practice.html' ? [item] : [],
);

const y = forward({ x: [12, 14, 18, 20], gamma: 1.5, beta: 0.5, eps: 0 }).y;
const outputs = {
  right: [
    '-1.397, -0.4487, 1.449, 2.397', // as the page prints them
    '[−1.397; −0.4487; 1.449; 2.397]',
    '[-1.397 -0.4487 1.449 2.397]',
    '0.5 - 6/√10, 0.5 - 3/√10, 0.5 + 3/√10, 0.5 + 6/√10',
    '1.5 * [-4, -2, 2, 4] / sqrt(10) + 0.5',
    'γ * (x - mean(x)) / √10 + β',
    y.join(', '),
  ],
  wrong: ['-1.397, -0.4487, 1.449, 2.5', '0, 0, 0, 0', y.map((value) => value + 10).join(', ')],
  unreadable: [
    ['y', 'y'],
    ['-1.397, -0.4487, , 2.397', ','],
  ] as [string, string][],
  unjudged: [['-1.397, -0.4487, 1.449', '4 values are asked for, and 3 were read']] as [string, string][],
};

const parts: Part[] = [
  {
    // Deviations from the mean add up to 0; 0.005 is allowed.
    id: 'problem-1/sum-x-hat',
    right: ['0', '0.0', '0.004', '−0.004', '1 - 1', '0.1 + 0.2 - 0.3', 'sum(x - mean(x))'],
    wrong: ['1', '0.03', '−0.03'],
    unreadable: [
      ['x_hat', 'x_hat'],
      ['1..2', '1..'],
    ],
  },
  {
    // The variance of 1, 2, 4, 9 is 9.5, so 9.5 / (9.5 + 0.5); 1 % is allowed.
    id: 'problem-1/mean-square',
    right: [
      '0.95',
      '.95',
      '0,95',
      '9.5/10',
      '19/20',
      '95 %',
      '9.5e-1',
      String(0.95 * 1.004),
      '9.5 / (9.5 + eps)',
    ],
    wrong: ['1', '0', '0.98', '0.92'],
    unreadable: [
      ['9.5 / (9.5 + 0.5', '('],
      ['mean(x_hat^2)', 'x_hat'],
    ],
  },
  {
    // (0.2 (−2) − 0.4 (−1) + 0.1 · 0 + 0.5 · 3) / √3.5
    id: 'problem-2/dgamma',
    right: [
      '0.8018',
      '1.5/sqrt(3.5)',
      '1.5/√3.5',
      '3/√14',
      '8.018e-1',
      '1.5 ÷ 3.5^0.5',
      String(1.5 / Math.sqrt(3.5)),
    ],
    wrong: ['-0.8018', '−0.8018', '1.5', '0.4'],
    unreadable: [
      ['dgamma', 'dgamma'],
      ['1.5/√', '⎵'],
    ],
  },
  {
    // 0.2 − 0.4 + 0.1 + 0.5
    id: 'problem-2/dbeta',
    right: ['0.4', '0.4 per batch', '2/5', '40%', '4*10^-1', '0.2 − 0.4 + 0.1 + 0.5', 'sum(dy)'],
    wrong: ['-0.4', '1.2', '0'],
    unreadable: [['dbeta', 'dbeta']],
  },
  {
    // 5 (1 − 0.9³)
    id: 'problem-3/running-mean',
    right: [
      '1.355',
      '5*(1-0.9^3)',
      '5(1-0.9^3)',
      '1,36',
      '1.35',
      '5·(1−0.9³)',
      '5 - 3.645',
      '271/200',
      '5 * (1 - α^steps)',
    ],
    wrong: ['0.5', '3.645', '5'],
    unreadable: [
      ['new_running_mean', 'new_running_mean'],
      ['5/2(1-0.9^3)', '5/2(1-0.9^3)'],
    ],
  },
  {
    id: 'problem-3/window',
    right: ['10', '10.0', '10 batches', '~10', 'about 10', '1e1', '1/(1-0.9)', '1/(1 - momentum)', '1000 %'],
    wrong: ['9', '19', '0.1', '9 batches', '~19'],
    unreadable: [
      ['10 bananas', 'bananas'],
      ['1/(1 - 1)', '1/(1 - 1)'],
    ],
  },
  {
    // Exactly 4 · 256.
    id: 'problem-4/bn-operations',
    right: [
      '1024',
      '1,024',
      '1024 FLOPs',
      '4*256 = 1024',
      '4 neurons',
      '4*256',
      '4·256',
      '4 × neurons',
      '2^10',
      '2^2 * 256',
      '1.024e3',
    ],
    wrong: ['1023', '1024.5', '512', '256', '1,023', '1023 FLOPs'],
    unreadable: [
      ['4 neuronz', 'neuronz'],
      ['4*256 = 1025', '4*256 = 1025'],
    ],
    unjudged: [['[4, 256]', 'ne number is asked for, and 2 were read']],
  },
  {
    // Exactly 2 · 256 · 256.
    id: 'problem-4/linear-operations',
    right: ['131072', '131 072', '2^17', '2*256*256', '2·256²', '2^(16 + 1)', '2 * inputs * neurons'],
    wrong: ['65536', '2^16', '131071'],
    unreadable: [
      ['2^', '⎵'],
      ['131072.0.0', '131072.0.'],
    ],
    unjudged: [['131072; 5', 'ne number is asked for, and 2 were read']],
  },
  {
    // 4 / 512, and 3 % are allowed.
    id: 'problem-4/ratio',
    right: [
      '0.0078125',
      '1/128',
      '0.78 %',
      '0.78 per cent',
      '7.8 ‰',
      '1:128',
      '0.78125%',
      '2^-7',
      '2^(−7)',
      '7.8e-3',
      '1024/131072',
    ],
    // 0.78 is the share in per cent, without the sign for it.
    wrong: ['128', '0.0081', '128:1', '0.85 per cent', '0.78'],
    unreadable: [
      ['0.78 per nothing', 'per'],
      ['1/128th', '1/128th'],
    ],
  },
  { id: 'problem-5/y', ...outputs },
  { id: 'problem-5/y-without-bias', ...outputs },
  {
    id: 'problem-5/db',
    right: ['0', '0.0', '-0', '5 - 5', '0 %'],
    wrong: ['0.5', '1', '-0.2'],
    unreadable: [
      ['sum(dx)', '(dx)'],
      ['nothing', 'nothing'],
    ],
  },
  {
    // The gradients add up to 1.2, γ is 1.5, the frozen variance 25.
    id: 'problem-5/db-frozen',
    right: ['0.36', '0.36.', '9/25', '36 %', '1.5/√25*1.2', 'gamma / sqrt(running_var) * sum(dy)'],
    wrong: ['0', '1.2', '-0.36', '0.300', '0.072', '0.12'],
    unreadable: [
      ['sum(dx_frozen)', '(dx_frozen)'],
      ['0.3..6', '0.3.'],
    ],
  },
  {
    // The gradient of W is (0.1205, −0.09037): at a right angle to (3, 4).
    id: 'problem-6/right-angle',
    right: ['0', '0.0', '3 * 0.1205 - 4 * 0.0904'],
    wrong: ['0.15', '5'],
    unreadable: [['0.15 +', '⎵']],
  },
  {
    // x = 15, 2, 20, 7 has the mean 11 and the variance 48.5, so that gradient has the length 0.1506; a tenth of it.
    id: 'problem-6/longer-weights',
    right: ['0.01506', '0.0151', 'sqrt(0.1205^2 + 0.09037^2) / 10'],
    wrong: ['0.1506', '1.506', '0.0002269'],
    unreadable: [['0.15/', '⎵']],
  },
  {
    // 25 + 400 · 0.1506²
    id: 'problem-6/after-a-step',
    right: ['34.07', '34.1', '5^2 + (20 * 0.1506)^2'],
    wrong: ['25', '15.93', '25.45', '64.2'],
    unreadable: [['(34', '(']],
  },
  {
    // 20 / 34.07
    id: 'problem-6/effective-rate',
    right: ['0.5869', '0.587', '20/34.07'],
    wrong: ['0.8', '3.426'],
    unreadable: [['20 / / 34', '/']],
  },
  {
    // W is all step: twice the rate over four times the square of its length.
    id: 'problem-6/rate-doubled',
    right: ['0.5', '1/2', '.500'],
    wrong: ['2', '1/4', '1', '4'],
    unreadable: [['1/', '⎵']],
  },
  {
    // 6 / √16
    id: 'problem-7/noise-of-mean',
    right: ['1.5', '6/4', '6/√16', 'population_std/sqrt(m)'],
    wrong: ['0.375', '2.25', '6'],
    unreadable: [['6/', '⎵']],
  },
  {
    id: 'problem-7/batch-for-noise',
    right: ['100', '144', '10^2'],
    wrong: ['99', '16', '10'],
    unreadable: [],
  },
  {
    // From 6 to 8, with a standard deviation of √6.5.
    id: 'problem-8/drift-without',
    right: ['0.7845', '0.784', '2/√6.5', '2 / sqrt(mean((u - 6)^2))'],
    wrong: ['2', '0.3077', '0.3922', '-0.7845'],
    unreadable: [['2/√', '⎵']],
  },
  { id: 'problem-8/drift-with', right: ['0', '0.0'], wrong: ['0.7845', '1'], unreadable: [['0..1', '0..']] },
  {
    id: 'problem-8/drift-noisy',
    right: ['-2', '−2', 'beta'],
    wrong: ['0', '-3', '2'],
    unreadable: [['-', '⎵']],
  },
  {
    id: 'problem-8/more-drift',
    right: ['1, 1', '1.5, -2', '0.1, 100'],
    wrong: ['1, 0', '5, 0.5', '1.5, -0.78'],
    unreadable: [],
  },
];

let core: Core;
beforeAll(async () => {
  core = await loadBuiltCore();
}, 60_000);

test('every question of the practice page is here', () => {
  expect(parts.map(({ id }) => id)).toEqual(ofPractice.map(({ id }) => id));
});

describe.each(parts.map((part) => [part.id, part] as const))(
  '%s',
  (id, { right, wrong, unreadable, unjudged = [] }) => {
    const judge = (text: string) => {
      const { problem, part } = ofPractice.find((item) => item.id === id) as (typeof ofPractice)[number];
      return judgePart(core, part, text, problem.given, problem);
    };

    test.each(right)('right: %s', (text) => expect(judge(text)).toMatchObject({ verdict: 'right' }));
    test.each(wrong)('wrong: %s', (text) => expect(judge(text)).toMatchObject({ verdict: 'wrong' }));

    test.each(unreadable)('unreadable: %s, marked at %s', (text, marked) => {
      const { verdict, value, range } = judge(text);
      expect({ verdict, value }).toEqual({ verdict: 'unreadable', value: null });
      expect(text.slice(range.begin, range.end) || '⎵').toBe(marked);
    });

    test.each(unjudged)('not what is asked for: %s', (text, says) => {
      const { verdict, value, message } = judge(text);
      expect(verdict).toBe('unreadable');
      expect(value).not.toBeNull();
      expect(message).toContain(says);
    });
  },
);
