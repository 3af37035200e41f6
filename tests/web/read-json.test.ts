// JSON as Python writes it, and what is said of what is not JSON.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../web/read-json.mjs';

test('whatever JSON.parse reads is read alike', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
      const value: unknown = JSON.parse(text);
      const written = JSON.stringify(value, undefined, indent);
      expect(readJson(written).value).toEqual(JSON.parse(written));
    }),
    { numRuns: 1000 },
  );
  for (const text of [
    '-0',
    '1e400',
    '"\\ud83d\\ude00 \\"\\\\"',
    ' [ ] ',
    '{"a": 1, "a": 2}',
    '{"__proto__": 1}',
  ])
    expect(readJson(text).value).toEqual(JSON.parse(text));
});

test('whatever JSON.parse refuses is refused, but for what Python writes', () => {
  const unit = fc.constantFrom(...'[]{}:,"\\ntrue01.-+eE \n'.split(''));
  const text = fc.string({ unit, maxLength: 12 });
  const reads = (read: (text: string) => unknown, given: string) => {
    try {
      read(given);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError);
      return false;
    }
  };
  fc.assert(
    fc.property(text, (given) => {
      expect(reads(readJson, given)).toBe(reads(JSON.parse, given));
    }),
    { numRuns: 20_000 },
  );
});

test('NaN, Infinity, -Infinity and a byte-order mark', () => {
  const { value } = readJson('\uFEFF{"x": [1.0, NaN, Infinity, -Infinity], "text": "NaN"}\r\n');
  expect(value).toEqual({ x: [1, Number.NaN, Infinity, -Infinity], text: 'NaN' });
});

describe('what is not JSON is refused by line and column', () => {
  test.each([
    ['{"a": [1,\n  2,,]}', 'line 2, column 5: expected a value, got ","'],
    ['[1\n 2]', 'line 2, column 2: expected , or ], got "2"'],
    ['{"a" 1}', 'line 1, column 6: expected :, got "1"'],
    ['{"a": 1', 'line 1, column 8: expected , or }, got the end of the file'],
    ['', 'line 1, column 1: expected a value, got the end of the file'],
    ['[1] 2', 'line 1, column 5: expected the end of the file, got "2"'],
    ['{"a": True}', 'line 1, column 7: expected true, got True, which is no JSON'],
    ['[\n  nan]', 'line 2, column 3: expected NaN, got nan, which is no JSON'],
    ['[None]', 'line 1, column 2: expected null, got None, which is no JSON'],
    [
      "{'a': 1}",
      "line 1, column 2: expected \", got ': JSON has no single quotes. Python's json.dump writes JSON, its str() does not",
    ],
    ['{a: 1}', 'line 1, column 2: expected a name in "quotes", got "a"'],
    [
      '["a\nb"]',
      String.raw`line 1, column 2: expected a text in which a line's end is \n and a backslash is \\, got "a` +
        '\nb"',
    ],
    ['["a]', 'line 1, column 2: expected a text that ends with ", got "\\""'],
    ['[01]', 'line 1, column 2: expected a value, got 01'],
    ['\uFFFD\uFFFD[1]', 'line 1, column 1: expected a value, got \uFFFD\uFFFD (is the file in UTF-8?)'],
  ])('%j', (text, message) => {
    expect(() => readJson(text)).toThrow(new SyntaxError(message));
  });
});

test('a part can be asked for its line', () => {
  const { lineOf } = readJson(
    '[\n {"item": "a",\n  "answer": {"x":\n 1}},\n {"item": "b", "list": [1,\n 2]}]',
  );
  expect(lineOf([])).toBe(1);
  expect(lineOf([0, 'answer'])).toBe(3);
  expect(lineOf([0, 'answer', 'x'])).toBe(4);
  expect(lineOf([1])).toBe(5);
  expect(lineOf([1, 'list', 1])).toBe(5);
  expect(lineOf([1, 'answer'])).toBe(5);
});
