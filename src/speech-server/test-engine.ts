/**
 * Starts the threads of `test-worker.ts`.
 * @module
 */
import { readdirSync, readlinkSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { startWorkerFrom } from './queue.ts';
import type { TestWorkerData } from './test-worker.ts';

export interface TestEngine {
  /** How the next threads begin; `ready` at first. */
  begin: TestWorkerData['begin'];
  /** Threads that were started. */
  readonly workers: readonly Worker[];
  readonly start: () => Promise<Worker>;
  /** Lets every job go on that says `hold`, those to come as well. */
  openGate(): void;
}

export const createTestEngine = (): TestEngine => {
  const gate = new SharedArrayBuffer(4);
  const lock = new Int32Array(gate);
  const workers: Worker[] = [];
  const engine: TestEngine = {
    begin: 'ready',
    workers,
    start: async () => {
      const data: TestWorkerData = { begin: engine.begin, gate };
      const worker = await startWorkerFrom(new URL('test-worker.ts', import.meta.url), data);
      workers.push(worker);
      return worker;
    },
    openGate: () => {
      Atomics.store(lock, 0, 1);
      Atomics.notify(lock, 0);
    },
  };
  return engine;
};

/** Uploads that this process holds open. Only Linux tells. */
export const openUploads = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('callscribe-upload-');
    } catch {
      return false;
    }
  }).length;
