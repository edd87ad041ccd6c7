/**
 * Timers on a clock that only moves forward: wall time may jump, and leases, back-off and watchdogs must not.
 * @module
 */

export interface Timers {
  /** Milliseconds since some fixed moment; never goes back. */
  nowMs(): number;
  /** Calls `callback` once after `ms`, unless the function that is returned is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** Node takes waits of up to 24.8 days; with a longer one its timer fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export const pause = (timers: Timers, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });

/** A signal that is aborted with `outer`, or with `reason()` when `ms` have passed. Dispose of it so that no timer and no listener stays behind. */
export const deadline = (
  timers: Timers,
  {
    ms,
    outer,
    reason,
  }: { readonly ms: number; readonly outer?: AbortSignal | undefined; readonly reason: () => Error },
): { readonly signal: AbortSignal } & Disposable => {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  const cancel = timers.after(ms, () => controller.abort(reason()));
  outer?.addEventListener('abort', abort, { once: true });
  if (outer?.aborted) abort();
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      cancel();
      outer?.removeEventListener('abort', abort);
    },
  };
};
