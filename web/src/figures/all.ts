// Every figure there is, for the build and for tests. The browser never needs them all: it has load.ts.

import type { Figure } from '../drawing/figure.tsx';
import { loaders } from './load.ts';

export const figures: readonly Figure[] = await Promise.all(Object.values(loaders).map((load) => load()));
