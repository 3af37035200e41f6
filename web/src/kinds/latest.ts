// A cache of one result. Judging may take a tenth of a second on a phone: what was judged when Check was pressed is not
// judged again when it is drawn.

import { useRef } from 'preact/hooks';

/** A function that computes a result, or returns the latest one where the key is the same. */
export function useLatest<Result>(): (key: string, compute: () => Result) => Result {
  const latest = useRef<{ key: string; result: Result } | undefined>(undefined);
  return (key, compute) => {
    if (latest.current?.key !== key) latest.current = { key, result: compute() };
    return latest.current.result;
  };
}
