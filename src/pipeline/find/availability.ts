/**
 * How far the data of details jobs are complete: read once, or waited for.
 * @module
 */
import type { Clock } from '../../clock.ts';
import type { GenesysClient } from '../genesys/client.ts';
import { isWithoutJobs } from './by-job.ts';

export interface AvailabilityOptions {
  readonly client: Pick<GenesysClient, 'detailsAvailability'>;
  readonly clock: Clock;
  /** How long the end of the window is waited for; not at all without it. */
  readonly waitMs?: number | undefined;
  /** Called with the date until which there are data, as long as that is not enough, and without one when the wait is over. */
  readonly onWait?: (availableMs?: number) => void;
}

const POLL_MS = 5 * 60_000;
const SHORTEST_POLL_MS = 30_000;

/**
 * The availability date in milliseconds since the epoch, after it has passed `toMs` or the wait for that was in vain; undefined
 * where there are no details jobs.
 */
export const availabilityOf = async (
  { client, clock, waitMs = 0, onWait = () => {} }: AvailabilityOptions,
  toMs: number,
  signal: AbortSignal,
): Promise<number | undefined> => {
  const deadlineAtMs = clock.now() + waitMs;
  try {
    for (;;) {
      const availableMs = await client.detailsAvailability(signal);
      const leftMs = deadlineAtMs - clock.now();
      if (availableMs >= toMs || leftMs <= 0) return availableMs;
      onWait(availableMs);
      await clock.sleep(Math.max(SHORTEST_POLL_MS, Math.min(POLL_MS, leftMs)), signal);
    }
  } catch (error) {
    if (isWithoutJobs(error)) return undefined;
    throw error;
  } finally {
    onWait();
  }
};
