/**
 * The rows of an interval by a details job: one submission, a few looks whether it is done, large pages with a cursor. It counts by
 * what went on in the interval, and has nothing that is younger than the availability date.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { GenesysClient } from '../genesys/client.ts';
import { backoffMs } from '../retry/backoff.ts';
import type { Window } from '../types.ts';
import type { RowPage } from './by-query.ts';
import { asyncQueryOf } from './selection.ts';
import type { Selection } from './selection.ts';

export interface JobOptions {
  readonly client: Pick<GenesysClient, 'submitDetailsJob' | 'detailsJobState' | 'detailsJobPage' | 'deleteDetailsJob'>;
  readonly selection: Selection;
  readonly clock: Clock;
  readonly random: Random;
}

/** Jobs take three seconds at least. */
const FIRST_POLL_MS = 3000;
const POLL_BACKOFF = { baseMs: 2000, capMs: 30_000 };
/** A job that is not done by then is given up. */
const LONGEST_JOB_MS = 30 * 60_000;
/** A job can fail, or its results expire while they are read. */
const TRIES = 2;
const DELETE_TIMEOUT_MS = 10_000;

const MISSING: ReadonlySet<string> = new Set([
  'CSC_GENESYS_NOT_FOUND',
  'CSC_GENESYS_FORBIDDEN',
  'CSC_GENESYS_BAD_REQUEST',
  'CSC_GENESYS_PROTOCOL',
]);

/** Whether an error says that there are no details jobs here: behind a gateway, or without the permission for them. */
export const isWithoutJobs = (error: unknown): boolean => error instanceof CallscribeError && MISSING.has(error.code);

const gone = (why: string): CallscribeError =>
  new CallscribeError('CSC_GENESYS_NOT_FOUND', `the details job ${why}`, { status: 404 });

const waitUntilDone = async (jobId: string, options: JobOptions, signal: AbortSignal): Promise<void> => {
  const { client, clock, random } = options;
  const deadlineAtMs = clock.now() + LONGEST_JOB_MS;
  for (let polls = 1; clock.now() < deadlineAtMs; polls += 1) {
    await clock.sleep(FIRST_POLL_MS + (polls > 1 ? backoffMs(polls, POLL_BACKOFF, random) : 0), signal);
    const state = await client.detailsJobState(jobId, signal);
    if (state === 'Done') return;
    if (state === 'Gone') throw gone('failed');
  }
  throw gone('was not done in time');
};

const readPages = async function* (jobId: string, options: JobOptions, signal: AbortSignal): AsyncGenerator<RowPage> {
  await waitUntilDone(jobId, options, signal);
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await options.client.detailsJobPage(jobId, cursor, signal);
    ({ cursor } = page);
    yield page.conversations;
  }
};

/** Jobs are tidied away, also by a run that is being stopped. Nobody depends on it. */
const tidy = async (jobId: string, { client }: JobOptions): Promise<void> => {
  await client.deleteDetailsJob(jobId, AbortSignal.timeout(DELETE_TIMEOUT_MS)).catch(() => {});
};

/**
 * All rows of an interval, some of them perhaps twice. Rejects with an error of `isWithoutJobs` where jobs do not work here, and
 * after some rows have come perhaps.
 */
export const jobPages = async function* (
  options: JobOptions,
  slice: Window,
  signal: AbortSignal,
): AsyncGenerator<RowPage> {
  for (let tries = 1; ; tries += 1) {
    const jobId = await options.client.submitDetailsJob(asyncQueryOf(slice, options.selection), signal);
    try {
      yield* readPages(jobId, options, signal);
      return;
    } catch (error) {
      if (tries >= TRIES || !isWithoutJobs(error)) throw error;
    } finally {
      await tidy(jobId, options);
    }
  }
};
