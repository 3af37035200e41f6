/** @jsxImportSource preact */
// The button that draws other numbers, and the line that says what was drawn.

import { useRef } from 'preact/hooks';
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

export function DrawnNote({ drawing }: { drawing: Drawing | undefined }) {
  const line = useRef<HTMLParagraphElement>(null);
  const undo = () => {
    drawing?.undo?.();
    line.current?.focus(); // the button goes
  };
  return (
    <p class="sheet-note" role="status" tabIndex={-1} ref={line}>
      {drawing?.isDrawing ? 'Drawing other numbers…' : drawing?.note}
      {drawing?.undo && drawing.note && !drawing.isDrawing ? (
        <>
          {' '}
          <button type="button" class="link" onClick={undo}>
            Undo
          </button>
        </>
      ) : null}
    </p>
  );
}
