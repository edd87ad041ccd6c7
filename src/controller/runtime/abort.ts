/**
 * Signals that follow other signals and let go of them again: a listener on the signal of the whole process must not stay behind
 * for each request.
 * @module
 */
import type { Timers } from './timers.ts';

export interface Follower extends Disposable {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

/** A signal that is aborted with `outer`, or by itself. */
export const follow = (outer?: AbortSignal): Follower => {
  const controller = new AbortController();
  const passOn = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', passOn, { once: true });
  if (outer?.aborted) passOn();
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => outer?.removeEventListener('abort', passOn),
  };
};

export interface Limit {
  readonly ms: number;
  readonly outer?: AbortSignal | undefined;
  readonly reason: () => Error;
}

/** A signal that is aborted with `outer`, or with `reason()` when `ms` have passed. */
export const deadline = (timers: Timers, { ms, outer, reason }: Limit): Follower => {
  const follower = follow(outer);
  const cancel = timers.after(ms, () => follower.abort(reason()));
  return {
    ...follower,
    [Symbol.dispose]: () => {
      cancel();
      follower[Symbol.dispose]();
    },
  };
};
