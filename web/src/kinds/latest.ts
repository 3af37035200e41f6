// Judging may take a tenth of a second on a phone: what Check has judged is not judged again when it is drawn.

import { useRef } from 'preact/hooks';

/** A function that computes a result, or gives the latest one again where it is asked for under the same key. */
export function useLatest<Result>(): (key: string, compute: () => Result) => Result {
  const latest = useRef<{ key: string; result: Result } | undefined>(undefined);
  return (key, compute) => {
    if (latest.current?.key !== key) latest.current = { key, result: compute() };
    return latest.current.result;
  };
}
