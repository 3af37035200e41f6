// Builds a block `quiz`.

import { item, type QuizData } from '../../src/kinds/quiz/quiz.tsx';
import { type QuizBlock, schema } from '../../src/kinds/quiz/schema.ts';
import { wholeBlock } from '../graded.ts';
import { kind } from '../item.tsx';
import { sheetData } from '../sheet.ts';

export const quiz = kind<QuizBlock>({
  schema,
  View: item.View,
  name: ({ id }) => id,
  items: (parsed) => wholeBlock(parsed, { kind: 'quiz', block: parsed.block }, 'choice'),
  sheet: ({ check }) => check,
  sheetAt: ['check'],
  data: ({ title, correct, check }, { numbered }): QuizData => ({
    title: numbered(title),
    correct,
    checkTitle: check.title,
    sheet: sheetData(check),
  }),
});
