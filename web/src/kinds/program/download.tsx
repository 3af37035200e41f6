/** @jsxImportSource preact */
// The button that makes a file for Python of a program, and why there is none.

import { useState } from 'preact/hooks';
import type { Programs } from '../../core/programs.ts';
import { part } from './part.ts';

interface Props {
  programs: Programs | string | undefined;
  title: string;
  task: string;
  /** the program as it stands */
  code: () => string;
  save: (text: string) => void;
}

export function Download({ programs, title, task, code, save }: Props) {
  const [failed, setFailed] = useState('');
  const download = async (running: Programs) => {
    setFailed('');
    try {
      const { pythonFileOf } = await part(import('./python-file.ts'));
      save(pythonFileOf(running, title, task, code()));
    } catch (error) {
      setFailed((error as Error).message);
    }
  };
  const isReady = typeof programs === 'object';
  const reason = typeof programs === 'string' ? programs : failed;
  return (
    <>
      <button
        type="button"
        class="quiet"
        aria-disabled={!isReady}
        onClick={() => isReady && void download(programs)}
      >
        Download as .py
      </button>
      <p role="status">{reason !== '' && `There is no file: ${reason}.`}</p>
    </>
  );
}
