// Actions that need the core wait until it runs.

import { useEffect, useState } from 'preact/hooks';
import type { Core } from '../core/core.ts';

export interface Asked {
  /** does it now, or when the core runs */
  ask: () => void;
  isWaiting: boolean;
}

export function useWhenRunning(core: Core | undefined, act: (core: Core) => void): Asked {
  const [isWaiting, setWaiting] = useState(false);
  useEffect(() => {
    if (!core || !isWaiting) return;
    setWaiting(false);
    act(core);
  }, [core, isWaiting]);
  return { isWaiting, ask: () => (core ? act(core) : setWaiting(true)) };
}
