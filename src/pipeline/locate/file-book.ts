/**
 * What is known of the files of recordings whose batch request may still bring more.
 * @module
 */
import type { BatchResult } from '../genesys/client.ts';

export class FileBook {
  /** Recordings that are being worked on, with what resolves when their request is complete. */
  readonly #open = new Map<string, Promise<void>>();
  /** Recordings that turned out to have several files. */
  readonly #split = new Set<string>();

  /** A recording is worked on from here on. */
  open(recordingId: string, done: Promise<void>): void {
    this.#open.set(recordingId, done);
    void done.then(() => this.#open.delete(recordingId));
  }

  /** Takes note of the results of a conversation; those of its recordings that are being worked on. */
  update(results: readonly BatchResult[]): ReadonlySet<string> {
    const ids = results.filter(({ url }) => url !== undefined).map(({ recordingId = '' }) => recordingId);
    for (const id of ids) if (ids.filter((other) => other === id).length > 1) this.#split.add(id);
    return new Set(ids.filter((id) => this.#open.has(id)));
  }

  /** Whether a recording has several files, once its request is complete. Rejects with the reason of the signal. */
  async isSplit(recordingId: string, signal: AbortSignal): Promise<boolean> {
    const done = this.#open.get(recordingId);
    if (done) await untilAborted(done, signal);
    return this.#split.has(recordingId);
  }
}

const untilAborted = async (promise: Promise<void>, signal: AbortSignal): Promise<void> => {
  const aborted = Promise.withResolvers<void>();
  const onAbort = (): void => aborted.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([promise, aborted.promise]);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
};
