/**
 * Waiting for what another process does.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 150;

/** What `look` gives as soon as it gives something. `describe` tells what was there instead when the time is over. */
export const waitUntil = async <T>(
  look: () => Promise<T | undefined>,
  timeoutMs: number,
  describe: () => string,
): Promise<T> => {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadlineMs) throw new Error(`not within ${timeoutMs} ms: ${describe()}`);
    await delay(POLL_MS);
  }
};
