/**
 * Which recordings of a conversation are transcribed, and why the others are not. Pure.
 *
 * The recording of the trunk stands for the call. Where a station recorded the same speech again, one of the two is used. What was
 * recorded beside the call is used only where there is nothing else.
 * @module
 */
import type { ErrorCode } from '../../errors.ts';
import { RANKS } from './recording.ts';
import type { FileState, RecordingFacts, SkipReason } from './recording.ts';

export type Choice =
  | { readonly kind: 'Take'; readonly facts: RecordingFacts }
  | ({ readonly kind: 'Skip'; readonly facts: RecordingFacts } & SkipReason)
  /** It is not ready, or depends on one that is not. */
  | { readonly kind: 'Wait'; readonly facts: RecordingFacts }
  /** It is archived, and can be brought back. */
  | { readonly kind: 'Restore'; readonly facts: RecordingFacts };

export interface ChooseContext {
  /** Recordings that are being worked on already: they stay chosen. */
  readonly taken: ReadonlySet<string>;
  readonly minDurationSeconds?: number | undefined;
  /** True where archived recordings are to be brought back. */
  readonly restores: boolean;
  /** True when the time is over: nothing is waited for any more. */
  readonly isLast: boolean;
}

const GONE: Readonly<Partial<Record<FileState, ErrorCode>>> = {
  Archived: 'CSC_RECORDING_ARCHIVED',
  Restoring: 'CSC_RECORDING_ARCHIVED',
  Deleted: 'CSC_RECORDING_DELETED',
  Faulty: 'CSC_RECORDING_ERROR',
};

const skip = (facts: RecordingFacts, code: ErrorCode, why?: string): Choice => ({ kind: 'Skip', facts, code, why });

/** More than half of the shorter one. Where nobody says when they were, recordings are taken for recordings of the same time. */
const areAtTheSameTime = (one: RecordingFacts, other: RecordingFacts): boolean => {
  const [from, to] = [one.startAtMs, other.startAtMs];
  const [end, otherEnd] = [one.endAtMs, other.endAtMs];
  if (from === undefined || to === undefined || end === undefined || otherEnd === undefined) return true;
  const sharedMs = Math.min(end, otherEnd) - Math.max(from, to);
  return sharedMs * 2 > Math.min(end - from, otherEnd - to);
};

/** How well a recording stands for the call beside the others; what is being worked on stands best. */
const standing = ({ recordingId, rank }: RecordingFacts, { taken }: ChooseContext): number =>
  taken.has(recordingId) ? -1 : rank;

const isAlive = ({ isAudio, state }: RecordingFacts, { isLast }: ChooseContext): boolean =>
  isAudio && (state === 'Playable' || (state === 'Unready' && !isLast));

/** What happens to a recording in whose place another one is used. */
const replaced = (facts: RecordingFacts, by: RecordingFacts, code: ErrorCode): Choice => {
  // The other one may turn out to be of no use.
  if (by.state !== 'Playable') return { kind: 'Wait', facts };
  return skip(facts, code, `recording ${by.recordingId} is used`);
};

const ofState = (facts: RecordingFacts, { restores, isLast }: ChooseContext): Choice | undefined => {
  if (!facts.isAudio) return skip(facts, 'CSC_RECORDING_NOT_AUDIO');
  if (restores && !isLast && facts.state === 'Archived') return { kind: 'Restore', facts };
  if (restores && !isLast && facts.state === 'Restoring') return { kind: 'Wait', facts };
  const code = GONE[facts.state];
  return code && skip(facts, code);
};

/** Stations and trunks hear whole calls: they are the same only where they are of the same time. */
const rivalOf = (
  facts: RecordingFacts,
  alive: readonly RecordingFacts[],
  context: ChooseContext,
): RecordingFacts | undefined => {
  const better = alive
    .filter((other) => standing(other, context) < standing(facts, context))
    .toSorted((one, other) => standing(one, context) - standing(other, context));
  if (facts.rank > RANKS.station) return better[0];
  // Two recordings of the trunk are two recordings, unless one of them came later and the other is being worked on.
  return better.find((other) => other.rank !== facts.rank && areAtTheSameTime(facts, other));
};

const choiceOf = (facts: RecordingFacts, alive: readonly RecordingFacts[], context: ChooseContext): Choice => {
  const byState = ofState(facts, context);
  if (byState) return byState;
  const rival = rivalOf(facts, alive, context);
  if (rival) {
    const code = facts.rank > RANKS.station ? 'CSC_RECORDING_NOT_SELECTED' : 'CSC_RECORDING_COPY';
    return replaced(facts, rival, code);
  }
  if (facts.state === 'Unready') {
    return context.isLast ? skip(facts, 'CSC_RECORDING_NOT_READY') : { kind: 'Wait', facts };
  }
  const { announcedDurationMs: announcedMs } = facts;
  const isTooShort = announcedMs > 0 && announcedMs < (context.minDurationSeconds ?? 0) * 1000;
  return isTooShort ? skip(facts, 'CSC_RECORDING_TOO_SHORT') : { kind: 'Take', facts };
};

/** What becomes of each of the recordings of one conversation. */
export const choose = (recordings: readonly RecordingFacts[], context: ChooseContext): readonly Choice[] => {
  const alive = recordings.filter((facts) => isAlive(facts, context));
  return recordings.map((facts) => choiceOf(facts, alive, context));
};
