/**
 * Posts transcripts to the interaction, through the client of Genesys Cloud: login, rate limit and time limits are its.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Receipt } from '../types.ts';
import type { Destination } from './destination.ts';
import { failureOfStatus, isTaken } from './failure.ts';
import { interactionBody } from './interaction-body.ts';

/** The part of `GenesysClient` that is used here. */
export type GenesysRequest = (
  method: 'POST',
  path: string,
  body: unknown,
  signal: AbortSignal,
) => Promise<{ readonly status: number }>;

export interface GenesysInteractionOptions {
  readonly request: GenesysRequest;
  /** From `/` on, at the API's address. */
  readonly path: string;
  readonly now: () => number;
}

const NAME = 'genesysInteraction';

/** The status of a success that the client could not read as JSON: the transcript was taken all the same. */
const takenStatus = (error: unknown): number | undefined =>
  error instanceof CallscribeError && error.status !== undefined && isTaken(error.status) ? error.status : undefined;

/** The client is at fault or Genesys Cloud is, and not the transcript. A login may be refused with any 4xx. */
const PASSING: ReadonlySet<string> = new Set(['CSC_GENESYS_AUTH', 'CSC_GENESYS_UNAVAILABLE', 'CSC_GENESYS_PROTOCOL']);

const failureOf = (error: unknown): unknown => {
  if (!(error instanceof CallscribeError)) return error;
  const { code, status, retryAfterMs } = error;
  if (status !== undefined && code !== 'CSC_GENESYS_AUTH') return failureOfStatus(NAME, status, retryAfterMs);
  if (!PASSING.has(code)) return error;
  const options = {
    cause: error,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return new CallscribeError('CSC_DELIVERY_UNAVAILABLE', `${NAME}: ${error.message}`, options);
};

export const genesysInteraction = ({ request, path, now }: GenesysInteractionOptions): Destination => ({
  name: NAME,
  deliver: async (transcript, signal): Promise<Receipt> => {
    const body = interactionBody(transcript);
    try {
      const { status } = await request('POST', path, body, signal);
      return { destination: NAME, status, atMs: now() };
    } catch (error) {
      signal.throwIfAborted();
      const status = takenStatus(error);
      if (status === undefined) throw failureOf(error);
      return { destination: NAME, status, atMs: now() };
    }
  },
});
