// What the lesson kept when it was one page: all of its state as one fragment, under the names of that time.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyUnits } from './arbitrary.ts';
import { earlierTexts, subjectToday, textToday } from '../../../web/src/memory/earlier.ts';

describe('the state of the lesson as one page', () => {
  test('comes back by its blocks', () => {
    const earlier =
      '#bn1&all&forward-explorer.gamma=3&forward-explorer.hide=beta,next&forward-explorer.prediction=-2' +
      '&problem-2.dgamma=1.5%2F%E2%88%9A3.5&problem-2.givens=%7B%22x%22%3A%221,%202,%203,%206%22%7D' +
      '&quiz-bias.choice=A&worksheet-backward.batch_mean=4' +
      '&proof-zero-sum.order=%5B%22mean%22,%22%3D%20sum(x)%20%3D%20m%22%5D&proof-zero-sum.line=a%20%3D';
    expect(earlierTexts(earlier)).toEqual([
      { subject: 'forward-explorer', texts: { gamma: '3', hide: 'beta,next', prediction: '-2' } },
      { subject: 'problem-2', texts: { dgamma: '1.5/√3.5', givens: '{"x":"1, 2, 3, 6"}' } },
      { subject: 'quiz-bias', texts: { choice: 'A' } },
      { subject: 'worksheet-backward', texts: { batch_mean: '4' } },
      { subject: 'proof-zero-sum', texts: { order: '["mean","= sum(x) = m"]', line: 'a =' } },
    ]);
  });

  test.each([
    ['example-1', 'example-forward'],
    ['example-2', 'example-scale-and-shift'],
    ['example-3', 'example-two-values'],
  ])('%s is called %s today', (before, today) => {
    expect(earlierTexts(`#bn1&all&${before}.givens=%7B%22x%22%3A%221,%207%22%7D`)).toEqual([
      { subject: today, texts: { givens: '{"x":"1, 7"}' } },
    ]);
  });

  test('other names are what they were, those that every object knows too', () => {
    for (const name of ['problem-1', 'example-forward', 'constructor', '__proto__', ''])
      expect(subjectToday(name)).toBe(name);
  });

  test('texts under both names of a block come together', () => {
    expect(earlierTexts('#bn1&all&example-3.givens=1&problem-1.a=2&example-two-values.seed=3')).toEqual([
      { subject: 'example-two-values', texts: { givens: '1', seed: '3' } },
      { subject: 'problem-1', texts: { a: '2' } },
    ]);
  });

  test('a state larger than a link is taken over too', () => {
    const parts = Array.from({ length: 12_000 }, (_, k) => `&problem-1.p${k}=2`).join('');
    const [found] = earlierTexts(`#bn1&all${parts}`);
    expect(Object.keys(found?.texts ?? {})).toHaveLength(12_000);
  });

  test.each(['', '#', 'scribble', '#bn2&all&problem-1.a=1', '#bn1&all', '#bn1&all&%&a=1', '{"cleared":0}'])(
    '“%s” holds nothing',
    (fragment) => expect(earlierTexts(fragment)).toEqual([]),
  );

  test('what is broken in it does not take the rest away, and nothing in it throws', () => {
    expect(earlierTexts('#bn1&all&%&problem-1.a=1&q.z=%E0%A4%A')).toEqual([
      { subject: 'problem-1', texts: { a: '1' } },
    ]);
    fc.assert(
      fc.property(anyUnits, (text) => {
        expect(earlierTexts(`#bn1&all&problem-1.a=1&${text}`)[0]).toMatchObject({ subject: 'problem-1' });
      }),
    );
  });
});

describe('the order of a proof', () => {
  test('was an object by number, and is a list', () => {
    expect(textToday('order', '{"0":"mean","1":"= sum(x) = m"}')).toBe('["mean","= sum(x) = m"]');
    expect(earlierTexts('#bn1&all&proof-bias.order=%7B%220%22%3A%22b%22,%221%22%3A%22a%22%7D')).toEqual([
      { subject: 'proof-bias', texts: { order: '["b","a"]' } },
    ]);
  });

  test('stays where it is a list already, cannot be read, or is the order of options', () => {
    for (const text of ['["mean"]', '{"0":', 'BADC', '']) expect(textToday('order', text)).toBe(text);
  });

  test('is the only text that is written in another way', () => {
    expect(textToday('givens', '{"x":"1, 2"}')).toBe('{"x":"1, 2"}');
  });
});
