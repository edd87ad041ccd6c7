/**
 * The answer of the generic contract: `{results: [{speakerLabel, transcript, startTimeMs, endTimeMs, channel?}]}`. Read
 * strictly, since something that only looks like a transcript must not be stored as one. Beside it a service may give figures
 * of its own: `requestId`, `audioSeconds` and `billedSeconds`. These only inform, so what cannot be read of them is left out.
 * @module
 */
import { CallscribeError } from '../../../errors.ts';
import type { Heard, Usage, Utterance } from '../../types.ts';

type JSONObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JSONObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names the field and never its value: that may be what was said. */
const malformed = (what: string): CallscribeError =>
  new CallscribeError('CSC_STT_PROTOCOL', `the speech service answered with success, but ${what}`);

const textOf = (result: JSONObject, field: string, at: number): string => {
  const value = result[field];
  if (typeof value === 'string') return value;
  throw malformed(`results[${at}].${field} is no text`);
};

/** Whole milliseconds within the audio: services round, and run over its end by a frame. */
const timeOf = (result: JSONObject, field: string, at: number, durationMs: number): number => {
  const value = result[field];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(`results[${at}].${field} is no number`);
  return Math.min(durationMs, Math.max(0, Math.round(value)));
};

const channelOf = (result: JSONObject, at: number): { channel?: number } => {
  const { channel } = result;
  if (channel === undefined || channel === null) return {};
  if (typeof channel === 'number' && Number.isInteger(channel) && channel >= 0) return { channel };
  throw malformed(`results[${at}].channel is no number of a channel`);
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed('the answer is no JSON');
  }
};

/** Ids are shown in the report, so one that is longer than any real one is no id. */
const LONGEST_ID = 128;

const idIn = ({ requestId }: JSONObject): Pick<Usage, 'requestId'> =>
  typeof requestId === 'string' && requestId !== '' && requestId.length <= LONGEST_ID ? { requestId } : {};

/** No recording is longer: what is, is no figure. */
const LONGEST_MS = 31 * 86_400_000;

/** Whole milliseconds of a field that is a number of seconds, or that number as a text. */
const msIn = (answer: JSONObject, field: string): number | undefined => {
  const value = answer[field];
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined;
  const ms = Math.round(seconds * 1000);
  return ms <= LONGEST_MS ? ms : undefined;
};

const usageOf = (answer: JSONObject): Usage => {
  const [audioMs, billedMs] = [msIn(answer, 'audioSeconds'), msIn(answer, 'billedSeconds')];
  return {
    ...idIn(answer),
    ...(audioMs !== undefined && { audioMs }),
    ...(billedMs !== undefined && { billedMs }),
  };
};

/**
 * @param durationMs length of the audio; no utterance goes beyond it
 * @throws CallscribeError `CSC_STT_PROTOCOL`
 */
export const parseAnswer = (text: string, durationMs: number): Heard => {
  const answer = parsed(text);
  if (!isObject(answer) || !Array.isArray(answer['results'])) throw malformed('the answer has no list of results');
  const utterances = (answer['results'] as readonly unknown[]).map((result, at): Utterance => {
    if (!isObject(result)) throw malformed(`results[${at}] is no object`);
    const startMs = timeOf(result, 'startTimeMs', at, durationMs);
    const endMs = timeOf(result, 'endTimeMs', at, durationMs);
    return {
      speaker: textOf(result, 'speakerLabel', at),
      ...channelOf(result, at),
      startMs,
      endMs: Math.max(startMs, endMs),
      text: textOf(result, 'transcript', at),
    };
  });
  return { utterances, usage: usageOf(answer) };
};
