/**
 * The last look at a recording before money is spent on it: what nobody can transcribe is not paid for, and two channels with the
 * same sound are paid for as one.
 * @module
 */
import type { Sound } from '../../audio/sound.ts';
import { CallscribeError } from '../../errors.ts';
import type { Length } from '../money/pricing.ts';
import type { Screened } from '../recording/drive.ts';
import type { Audio, Recording } from '../types.ts';

/** The part of `spec.selection` that matters here. */
export interface ScreenRules {
  /** Nothing is too short without it. */
  readonly minDurationSeconds?: number | undefined;
}

export interface ScreenOptions extends ScreenRules {
  /** Undefined for a file that cannot be decoded here. */
  readonly listen: (path: string) => Promise<Sound | undefined>;
  /** The first channel as a file of its own. */
  readonly fold: (audio: Audio) => Promise<Audio>;
}

export interface Refusal {
  readonly error: CallscribeError;
  /** True for an intended omission, false for a failure. */
  readonly skip: boolean;
}

export type Screen = (recording: Recording, audio: Audio) => Promise<Screened>;

/** -60 dB of full scale: half the level of the quietest line noise, and far below any speech that a service could hear. */
const SILENCE = 0.001;
/** -40 dB: what two encoders of one signal differ by at most. The echo of the other side is ten times that and more. */
const ALIKE = 0.0001;

const skip = (code: 'CSC_MEDIA_EMPTY' | 'CSC_RECORDING_TOO_SHORT' | 'CSC_MEDIA_SILENT', message: string): Refusal => ({
  skip: true,
  error: new CallscribeError(code, message),
});

/** Why a recording of this length is not to be paid for, if so. Needs no file, so that a dry run can ask as well. Pure. */
export const refusalOf = (
  { conversation }: Recording,
  { durationMs, channels }: Length,
  { minDurationSeconds = 0 }: ScreenRules,
): Refusal | undefined => {
  if (durationMs === 0 || channels === 0) return skip('CSC_MEDIA_EMPTY', 'the file has no audio in it');
  if (durationMs < minDurationSeconds * 1000) {
    const message = `${durationMs} ms are fewer than the ${minDurationSeconds} s of selection.minDurationSeconds`;
    return skip('CSC_RECORDING_TOO_SHORT', message);
  }
  if (!conversation.participants.some(({ kind }) => kind === 'agent')) {
    const message = 'no participant of the conversation is an agent or another user of the organisation';
    return { skip: false, error: new CallscribeError('CSC_NO_AGENT', message) };
  }
  return undefined;
};

export const isSilent = ({ loudest }: Sound): boolean => loudest < SILENCE;

/** True where two channels carry one signal. */
export const isFakeStereo = ({ channels }: Length, { difference }: Sound): boolean =>
  channels === 2 && difference < ALIKE;

/** Judges by what the file really is, not by what was announced. */
export const createScreen =
  ({ listen, fold, ...rules }: ScreenOptions): Screen =>
  async (recording, audio) => {
    const refusal = refusalOf(recording, audio, rules);
    if (refusal) return { kind: 'Unfit', ...refusal };
    const sound = await listen(audio.path);
    if (sound && isSilent(sound)) {
      return { kind: 'Unfit', ...skip('CSC_MEDIA_SILENT', 'no moment of the recording is louder than -60 dB') };
    }
    return { kind: 'Fit', audio: sound && isFakeStereo(audio, sound) ? await fold(audio) : audio };
  };
