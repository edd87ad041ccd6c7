/**
 * What a dry run does with a recording instead of having it transcribed: finds out what it would cost. Nothing is sent to the speech
 * service, and nothing is downloaded that Genesys has announced.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Length } from '../money/pricing.ts';
import { EXPECTED_CHANNELS } from '../money/rates.ts';
import type { Recording } from '../types.ts';
import { closeWith } from './books.ts';
import type { RunState } from './context.ts';
import { knownBy } from './reserve.ts';

/** The key of a file that has all channels. */
const COMBINED = 'S';

/** A file for each channel tells how many there are; one file alone does not. */
const announcedChannels = ({ mediaUris }: Recording): number | undefined =>
  mediaUris.size > 1 && !mediaUris.has(COMBINED) ? mediaUris.size : undefined;

/** The length that decides the price: as announced, or from the first bytes of the file where that is not enough. */
const lengthOf = async ({ verbs, settings, signal }: RunState, recording: Recording): Promise<Length> => {
  const { announcedDurationMs: durationMs, isBrief = false } = recording;
  const channels = announcedChannels(recording);
  const isEnough = !isBrief && durationMs > 0 && (channels !== undefined || !settings.price.perChannel);
  const probed = isEnough ? undefined : await verbs.probe(recording, signal);
  return probed ?? { durationMs, channels: channels ?? EXPECTED_CHANNELS };
};

/** Gives the recording the outcome that it would have before money is spent, or `CSC_DRY_RUN` and its price. */
export const priceOnly = async (state: RunState, recording: Recording): Promise<void> => {
  const { recordingId } = recording;
  const standing = state.claims.look({ recordingId });
  if (standing.kind === 'Done') {
    const { by: transcribedBy, error } = knownBy(standing.by, recordingId);
    return closeWith(state, recording, { outcome: 'Skipped', error, transcribedBy });
  }
  const length = await lengthOf(state, recording);
  const refusal = state.verbs.foresee(recording, length);
  if (refusal) {
    const outcome = refusal.skip ? 'Skipped' : 'Failed';
    return closeWith(state, recording, { outcome, error: refusal.error, ...length });
  }
  const estimateMicros = state.settings.price.pricing.quote(length).micros;
  const error = new CallscribeError('CSC_DRY_RUN', '');
  return closeWith(state, recording, { outcome: 'Skipped', error, ...length, estimateMicros });
};
