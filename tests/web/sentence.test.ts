// Sentences of the core as the page writes them.

import { describe, expect, test } from 'vitest';
import { asSentence } from '../../web/src/core/sentence.ts';

describe('a sentence', () => {
  test.each([
    ['look again at value 2', 'Look again at value 2.'],
    ['a batch is normalized with the biased variance', 'A batch is normalized with the biased variance.'],
    ['it is the value minus the mean', 'It is the value minus the mean.'],
    ['mean minus value', 'Mean minus value.'],
    ['divided by m − 1', 'Divided by m − 1.'],
    ['momentum keeps a part of the old value', 'Momentum keeps a part of the old value.'],
    ['batch statistics in inference', 'Batch statistics in inference.'],
    ['dividing by 0?', 'Dividing by 0?'],
    ['each x has the share 1/m in the mean', 'Each x has the share 1/m in the mean.'],
    ['“x” is no function', '“x” is no function.'],
    ['', ''],
  ])('that begins with a word takes a capital: %s', (text, sentence) => {
    expect(asSentence(text)).toBe(sentence);
  });

  test.each([
    'γ forgotten',
    'γ multiplies, β is added',
    'β’s is the plain sum',
    'ε is added to the variance, inside the root',
    'x̂ is multiplied by γ',
    'dx̂ is γ dy',
    'x for x̂',
    'y is linear in γ',
    'b acts before normalization, β after it',
    'm times that',
    'x_hat stands here, not x',
    'running_var (channel 1): expected a variance >= 0',
    'dy for dx̂',
    'dgamma carries x_hat',
    'eps: expected a number >= 0, got -1',
    'gamma multiplies',
    'momentum^t is the weight that the start keeps',
    'mean(dy) is missing',
    'steps * (1 - momentum) is too much',
    '∂L/∂b is 0 in training',
    '1/m forgotten',
    '% divides by 100',
  ])('that begins with a symbol keeps it: %s', (text) => {
    expect(asSentence(text)).toBe(`${text}.`);
  });
});
