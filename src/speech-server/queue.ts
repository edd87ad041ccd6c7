/**
 * The queue in front of the worker thread: one transcription at a time, a bounded number waiting, the next ones refused.
 * @module
 */
import { Worker } from 'node:worker_threads';
import type { ModelPaths } from './models.ts';
import type { Job, Outcome, Utterance } from './worker.ts';

export type Transcribed =
  | { readonly kind: 'Done'; readonly results: readonly Utterance[] }
  | { readonly kind: 'Unsupported'; readonly message: string };

export interface TranscriptionQueue {
  readonly isFull: () => boolean;
  /** Jobs that wait or are being worked on. */
  readonly depth: () => number;
  /** True until the worker thread ended by itself, which it does only when the engine crashed. */
  readonly isAlive: () => boolean;
  /** Rejects when `signal` is aborted before the work began, and when the engine fails. */
  transcribe(path: string, signal: AbortSignal): Promise<Transcribed>;
  close(): Promise<void>;
}

interface Waiting {
  readonly job: Job;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: Transcribed) => void;
  readonly reject: (error: unknown) => void;
}

const startWorker = async (paths: ModelPaths): Promise<Worker> => {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: paths });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return worker;
};

/** @param maxWaiting how many may wait beside the one that is worked on */
export const createTranscriptionQueue = async (paths: ModelPaths, maxWaiting: number): Promise<TranscriptionQueue> => {
  const worker = await startWorker(paths);
  const waiting: Waiting[] = [];
  let current: Waiting | undefined;
  let ids = 0;
  let alive = true;

  const next = (): void => {
    current = waiting.shift();
    if (!current) return;
    if (current.signal.aborted) {
      current.reject(current.signal.reason);
      next();
    } else worker.postMessage(current.job);
  };

  const end = (outcome: Outcome): void => {
    const done = current;
    if (outcome.kind === 'Ready' || done?.job.id !== outcome.id) return;
    next();
    if (outcome.kind === 'Failed') done.reject(new Error(outcome.message));
    else done.resolve(outcome);
  };

  const failAll = (error: unknown): void => {
    alive = false;
    for (const job of [...(current ? [current] : []), ...waiting.splice(0)]) job.reject(error);
    current = undefined;
  };

  worker.on('message', end);
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error('the speech engine ended')));

  const depth = (): number => waiting.length + (current ? 1 : 0);
  return {
    depth,
    isFull: () => depth() > maxWaiting,
    isAlive: () => alive,
    transcribe: (path, signal) =>
      new Promise((resolve, reject) => {
        if (!alive) {
          reject(new Error('the speech engine ended'));
          return;
        }
        ids += 1;
        waiting.push({ job: { id: ids, path }, signal, resolve, reject });
        if (!current) next();
      }),
    close: async () => {
      await worker.terminate();
    },
  };
};
