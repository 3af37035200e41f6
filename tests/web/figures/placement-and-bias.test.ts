import { test } from 'vitest';
import { placementAndBias } from '../../../web/src/figures/placement-and-bias.tsx';
import { viewOf } from './view.ts';
test('x', () => { viewOf(placementAndBias, { tab: 'bias' }); });
test('y', () => { viewOf(placementAndBias, { tab: 'folding' }); });
