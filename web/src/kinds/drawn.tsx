/** @jsxImportSource preact */
// The button that draws other numbers, and the line that says what was drawn.

import type { Drawing } from './draw.ts';

export const NewNumbers = ({ drawing: { isDrawing, draw } }: { drawing: Drawing }) => (
  <button
    type="button"
    class="quiet"
    data-task="draw"
    aria-disabled={isDrawing}
    onClick={() => !isDrawing && void draw()}
  >
    New numbers
  </button>
);

export const DrawnNote = ({ drawing }: { drawing: Drawing | undefined }) => (
  <p class="sheet-note" role="status">
    {drawing?.isDrawing ? 'Drawing other numbers…' : drawing?.note}
    {drawing?.undo && drawing.note && !drawing.isDrawing ? (
      <>
        {' '}
        <button type="button" class="link" onClick={drawing.undo}>
          Undo
        </button>
      </>
    ) : null}
  </p>
);
