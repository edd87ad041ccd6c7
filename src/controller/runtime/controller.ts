/**
 * Workers that take keys from a queue and reconcile them.
 * @module
 */
import type { Clock } from '../../clock.ts';
import type { WorkQueue } from './work-queue.ts';

/** What a reconcile asks for; one that throws is repeated with back-off, unless what it throws is terminal. */
export type Result = { readonly kind: 'Done' } | { readonly kind: 'RequeueAfter'; readonly ms: number };

/** Repeating what led to this cannot help: it is counted, and the key waits for a change. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export interface ControllerOptions {
  readonly queue: WorkQueue;
  /** Reconciles at the same time; never two of one key. */
  readonly workers: number;
  readonly reconcile: (key: string, reconcileId: string) => Promise<Result>;
  readonly newId: () => string;
  readonly clock: Clock;
  /** What it throws is ignored. */
  readonly onReconciled: (outcome: Reconciled) => void;
}

export interface Reconciled {
  readonly key: string;
  readonly reconcileId: string;
  readonly result: Result['kind'] | 'Error' | 'TerminalError';
  readonly durationMs: number;
  readonly error?: unknown;
}

type Outcome = Pick<Reconciled, 'result' | 'error'>;

/** What follows from one reconcile. Never rejects. */
const attempt = async ({ queue, reconcile }: ControllerOptions, key: string, reconcileId: string): Promise<Outcome> => {
  try {
    const result = await reconcile(key, reconcileId);
    queue.forget(key);
    if (result.kind === 'RequeueAfter') queue.addAfter(key, result.ms);
    return { result: result.kind };
  } catch (error) {
    if (error instanceof TerminalError) {
      queue.forget(key);
      return { result: 'TerminalError', error };
    }
    queue.addRateLimited(key);
    return { result: 'Error', error };
  }
};

const report = ({ onReconciled }: ControllerOptions, outcome: Reconciled): void => {
  try {
    onReconciled(outcome);
  } catch {
    // A metric or log line that cannot be written must not end a worker.
  }
};

const work = async (options: ControllerOptions): Promise<void> => {
  const { queue, clock, newId } = options;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    const reconcileId = newId();
    const startMs = clock.now();
    const outcome = await attempt(options, key, reconcileId);
    queue.done(key);
    report(options, { key, reconcileId, durationMs: clock.now() - startMs, ...outcome });
  }
};

/** Runs until the queue is shut down and all workers have ended what they were at. */
export const runController = async (options: ControllerOptions): Promise<void> => {
  await Promise.all(Array.from({ length: options.workers }, () => work(options)));
};
