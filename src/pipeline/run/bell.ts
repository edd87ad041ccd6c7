/**
 * Wakes whoever waits for a change. A race between long tasks would remember each waiter in each of them until they end.
 * @module
 */
export interface Bell {
  ring(): void;
  /** Resolves the next time that it rings. */
  next(): Promise<void>;
}

export const createBell = (): Bell => {
  let waiters = Promise.withResolvers<void>();
  return {
    ring: () => {
      waiters.resolve();
      waiters = Promise.withResolvers<void>();
    },
    next: () => waiters.promise,
  };
};
