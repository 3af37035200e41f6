/** @jsxImportSource preact */
// Where batch norm stands in a block, what a bias before it does, and how it folds away: one neuron, three views.

import { figure } from '../drawing/figure.tsx';
import { biasView } from './placement-and-bias/bias.tsx';
import { foldingView } from './placement-and-bias/folding.tsx';
import { placementView } from './placement-and-bias/placement.tsx';
import { fields } from './placement-and-bias/state.ts';

const views = { placement: placementView, bias: biasView, folding: foldingView };

export const placementAndBias = figure({
  kind: 'placement-and-bias',
  fields,
  view(scene) {
    const { controls, state } = scene;
    const view = views[state.tab](scene);
    return {
      ...view,
      controls: (
        <>
          {controls.choice('tab', 'Look at', {
            placement: 'placement',
            bias: 'a bias before it',
            folding: 'folding it away',
          })}
          {view.controls}
        </>
      ),
    };
  },
});
