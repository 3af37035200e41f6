// A cache of one result, and its filling ahead. Judging may take a tenth of a second on a phone: what was judged when Check was
// pressed is not judged again when it is drawn, and what is typed is judged while its learner looks at it.

import { useEffect, useRef } from 'preact/hooks';

/** How long nobody has typed, in milliseconds, until it is computed what Check will ask for. */
const rest = 250;

/** A function that computes a result, or returns the latest one where the key is the same. */
export function useLatest<Result>(): (key: string, compute: () => Result) => Result {
  const latest = useRef<{ key: string; result: Result } | undefined>(undefined);
  return (key, compute) => {
    if (latest.current?.key !== key) latest.current = { key, result: compute() };
    return latest.current.result;
  };
}

/** Computes ahead what will be asked for, when it has stayed the same for a moment; nothing where there is no key. */
export function useAhead(key: string | undefined, compute: () => void): void {
  useEffect(() => {
    if (key === undefined) return undefined;
    const waiting = setTimeout(compute, rest);
    return () => clearTimeout(waiting);
  }, [key]);
}
