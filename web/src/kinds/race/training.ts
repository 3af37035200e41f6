// A race as it is shown: it trains in a worker, and is played back at a fixed pace.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Data } from '../../core/laboratory.ts';
import { type Arm, arms, type Choice, type Frame, frames, sentenceOf, smoothed } from '../../core/race.ts';
import type { Around } from '../item.tsx';
import { pointsOf } from './losses.tsx';

/** How long a race is shown, however fast it was computed. */
const shownFor = 5000;

/** The frames received so far of a race, ready to be drawn. */
class Seen {
  data: Data | undefined;
  readonly frames: Frame[] = [];
  /** the points of the line of each network, up to each frame */
  readonly lines: Record<Arm, string[]> = { none: [], batch: [] };
  /** the losses so far, and how many of them are drawn */
  private readonly losses: Record<Arm, number[]> = { none: [], batch: [] };
  private readonly drawn: Record<Arm, number> = { none: 0, batch: 0 };

  /** Each frame extends the lines of the one before, so that every frame costs the same. */
  add(frame: Frame): void {
    this.frames.push(frame);
    for (const arm of arms) {
      this.losses[arm].push(...frame.arms[arm].losses);
      const line = smoothed(this.losses[arm]);
      const before = this.lines[arm].at(-1) ?? '';
      this.lines[arm].push(`${before} ${pointsOf(line, this.drawn[arm])}`);
      this.drawn[arm] = line.length;
    }
  }
}

export interface Training {
  /** undefined while the race stands as the page came, or another was chosen */
  data: Data | undefined;
  hasBegun: boolean;
  frame: Frame | undefined;
  /** the points of a line up to the frame */
  lineOf: (arm: Arm) => string;
  /** how many of the two surfaces are drawn: the first drawing of one takes longest, so each has a frame of its own */
  drawn: number;
  said: string;
  isRunning: boolean;
  train: () => void;
  /** stops, and shows nothing */
  clear: () => void;
}

export function useTraining(choice: Choice, { race }: Pick<Around, 'race'>): Training {
  const [seen, setSeen] = useState<Seen>();
  const [shown, setShown] = useState(0);
  const [drawn, setDrawn] = useState(0);
  const [said, setSaid] = useState('');
  const [isRunning, setRunning] = useState(false);
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), []);

  const train = () => {
    stop.current?.();
    const now = new Seen();
    let hasEnded = false;
    let request = 0;
    const start = performance.now();
    setRunning(true);
    setSaid('');
    const end = race(choice, (message) => {
      if ('seen' in message) {
        if ('step' in message.seen) now.add(message.seen);
        else now.data = message.seen;
        if (now.frames.length === 1) {
          setSeen(now);
          setDrawn(0);
        }
      } else if ('reason' in message) {
        cancelAnimationFrame(request);
        setRunning(false);
        setSaid(`The networks could not be trained: ${message.reason}.`);
      } else hasEnded = true;
    });
    const play = () => {
      const due = Math.floor(((performance.now() - start) / shownFor) * frames);
      const at = Math.min(due, now.frames.length - 1);
      setShown(at);
      if (at >= 0) setDrawn((count) => Math.min(count + 1, arms.length));
      const last = now.frames.at(-1);
      if (hasEnded && last && at === now.frames.length - 1) {
        setRunning(false);
        setSaid(sentenceOf(choice, last));
      } else request = requestAnimationFrame(play);
    };
    play();
    stop.current = () => {
      end();
      cancelAnimationFrame(request);
    };
  };
  const at = Math.max(0, shown);
  return {
    data: seen?.data,
    hasBegun: seen !== undefined,
    frame: seen?.frames[at],
    lineOf: (arm) => seen?.lines[arm][at] ?? '',
    drawn,
    said,
    isRunning,
    train,
    clear() {
      stop.current?.();
      setRunning(false);
      setSeen(undefined);
      setSaid('');
    },
  };
}
