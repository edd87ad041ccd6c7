/**
 * The last look at a recording before money is spent on it. Pure.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Audio, Recording } from '../types.ts';

export interface ScreenOptions {
  /** `spec.selection.minDurationSeconds`; nothing is too short without it. */
  readonly minDurationSeconds?: number | undefined;
}

export interface Refusal {
  readonly error: CallscribeError;
  /** True for an intended omission, false for a failure. */
  readonly skip: boolean;
}

export type Screen = (recording: Recording, audio: Audio) => Refusal | undefined;

/** Says why the audio is not to be paid for, if so. Judges by the measured length, not by the announced one. */
export const createScreen =
  ({ minDurationSeconds = 0 }: ScreenOptions): Screen =>
  (recording, audio) => {
    if (audio.durationMs === 0 || audio.channels === 0) {
      return { skip: true, error: new CallscribeError('CSC_MEDIA_EMPTY', 'the file has no audio in it') };
    }
    if (audio.durationMs < minDurationSeconds * 1000) {
      const message = `${audio.durationMs} ms are fewer than the ${minDurationSeconds} s of selection.minDurationSeconds`;
      return { skip: true, error: new CallscribeError('CSC_RECORDING_TOO_SHORT', message) };
    }
    if (!recording.conversation.participants.some(({ kind }) => kind === 'agent')) {
      const message = 'no participant of the conversation is an agent or another user of the organisation';
      return { skip: false, error: new CallscribeError('CSC_NO_AGENT', message) };
    }
    return undefined;
  };
