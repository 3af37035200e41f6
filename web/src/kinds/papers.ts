// The kinds of items that can be printed for a class. Only what prints them loads this.

import type { Paper } from './paper.tsx';
import { paper as practice } from './practice/paper.tsx';
import { paper as proof } from './proof/paper.tsx';
import { paper as quiz } from './quiz/paper.tsx';
import { paper as worksheet } from './worksheet/paper.tsx';

export const papers: Readonly<Record<string, Paper>> = { practice, worksheet, proof, quiz };
