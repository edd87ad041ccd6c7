/**
 * Workers that take keys from a queue and reconcile them.
 * @module
 */
import type { Clock } from '../../clock.ts';
import type { WorkQueue } from './work-queue.ts';

/** What a reconcile asks for; one that throws is repeated with back-off. */
export type Result = { readonly kind: 'Done' } | { readonly kind: 'RequeueAfter'; readonly ms: number };

export interface ControllerOptions {
  readonly queue: WorkQueue;
  /** Reconciles at the same time; never two of one key. */
  readonly workers: number;
  readonly reconcile: (key: string, reconcileId: string) => Promise<Result>;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly onReconciled: (outcome: Reconciled) => void;
}

export interface Reconciled {
  readonly key: string;
  readonly reconcileId: string;
  readonly result: Result['kind'] | 'Error';
  readonly durationMs: number;
  readonly error?: unknown;
}

const attempt = async ({ queue, reconcile }: ControllerOptions, key: string, reconcileId: string): Promise<Result> => {
  const result = await reconcile(key, reconcileId);
  queue.forget(key);
  if (result.kind === 'RequeueAfter') queue.addAfter(key, result.ms);
  return result;
};

const work = async (options: ControllerOptions): Promise<void> => {
  const { queue, clock, newId, onReconciled } = options;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    const reconcileId = newId();
    const startMs = clock.now();
    try {
      const { kind } = await attempt(options, key, reconcileId);
      onReconciled({ key, reconcileId, result: kind, durationMs: clock.now() - startMs });
    } catch (error) {
      queue.addRateLimited(key);
      onReconciled({ key, reconcileId, result: 'Error', durationMs: clock.now() - startMs, error });
    }
    queue.done(key);
  }
};

/** Runs until the queue is shut down and all workers have ended what they were at. */
export const runController = async (options: ControllerOptions): Promise<void> => {
  await Promise.all(Array.from({ length: options.workers }, () => work(options)));
};
