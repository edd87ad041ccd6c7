/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { CallscribeError, catalogue, type ErrorCode } from '../../errors.ts';
import { transcriptOf } from '../deliver/test-transcript.ts';
import { PLAIN_PRICE } from '../test-spec.ts';
import type { Row } from '../types.ts';
import { type RowFacts, rowOf } from './row.ts';
import {
  afterError,
  audioOf as fileOf,
  type FailurePolicy,
  interruptedRow,
  shownStage,
  type State,
  unusedReservation,
  type Working,
} from './state.ts';
import { audioOf, NOW_MS, recordingOf, reservationOf, rowWith } from './test-recording.ts';

const audio = audioOf();
const reservation = reservationOf();
const transcript = transcriptOf();
const usage = { requestId: 'req-1', billedMs: 60_000 };
const heard = { utterances: [], usage };
const held = { reservation, usage, transcript };
const row = rowWith();

const facts: RowFacts = {
  recording: recordingOf(),
  provider: 'generic',
  model: 'phone_call',
  agents: 'Hashed',
  price: PLAIN_PRICE,
  nowMs: NOW_MS,
};
const policy: FailurePolicy = { maxAttempts: 3, backoffMs: (attempt) => attempt * 1000 };

const at = {
  Fetch: { stage: 'Fetch', attempt: 1 },
  Screen: { stage: 'Screen', attempt: 1, audio },
  Reserve: { stage: 'Reserve', attempt: 1, audio },
  Transcribe: { stage: 'Transcribe', attempt: 1, audio, reservation },
  Attribute: { stage: 'Attribute', attempt: 1, audio, reservation, heard },
  Deliver: { stage: 'Deliver', attempt: 1, held },
  Settle: { stage: 'Settle', attempt: 1, row },
} as const satisfies Readonly<Record<string, Working>>;

type Name = keyof typeof at;

const error = (code: ErrorCode, options: ConstructorParameters<typeof CallscribeError>[2] = {}): CallscribeError =>
  new CallscribeError(code, 'what happened', options);

const outcomeOf = (state: State): Partial<Row> => {
  if (state.stage !== 'Settle') throw new Error(`it came to ${state.stage}`);
  return state.row;
};

const NONE: Partial<Row> = { status: 'failed', costMicros: 0, costUnknownMicros: 0 };
const PAID: Partial<Row> = { status: 'failed', costMicros: 4100, costUnknownMicros: 0 };
const UNKNOWN: Partial<Row> = { status: 'unknown', costMicros: 0, costUnknownMicros: 4100 };

describe('afterError', () => {
  it.each<[Name, ErrorCode, Partial<Row>, again: string]>([
    ['Fetch', 'CSC_MEDIA_UNAVAILABLE', NONE, 'Fetch'],
    ['Fetch', 'CSC_MEDIA_UNSUPPORTED', NONE, ''],
    ['Fetch', 'CSC_RECORDING_DELETED', { ...NONE, status: 'skipped' }, ''],
    ['Fetch', 'CSC_INTERNAL', NONE, 'Fetch'],
    ['Screen', 'CSC_INTERNAL', NONE, 'Reserve'],
    ['Reserve', 'CSC_INTERNAL', NONE, 'Reserve'],
    ['Transcribe', 'CSC_STT_UNAVAILABLE', NONE, 'Reserve'],
    ['Transcribe', 'CSC_STT_REJECTED', NONE, ''],
    ['Transcribe', 'CSC_STT_AUTH', NONE, ''],
    ['Transcribe', 'CSC_STT_TIMEOUT', UNKNOWN, 'Reserve'],
    ['Transcribe', 'CSC_STT_CONNECTION_LOST', UNKNOWN, 'Reserve'],
    ['Transcribe', 'CSC_STT_PROTOCOL', PAID, ''],
    // Nobody foresaw it, so nobody knows whether the audio had left.
    ['Transcribe', 'CSC_INTERNAL', UNKNOWN, 'Reserve'],
    // The service did its work: another try would be paid for again.
    ['Attribute', 'CSC_INTERNAL', PAID, ''],
    ['Attribute', 'CSC_NO_AGENT', PAID, ''],
  ])('at %s, %s is %j, and begins again with %j', (stage, code, charge, again) => {
    const next = afterError(at[stage], error(code), facts, policy);
    const isOmission = catalogue[code].omission;
    expect(outcomeOf(next)).toMatchObject({
      ...charge,
      attempt: 1,
      errorCode: code,
      outcome: again ? '' : isOmission ? 'Skipped' : 'Failed',
    });
    const wait = next.stage === 'Settle' ? next.next : undefined;
    expect(wait?.stage === 'Wait' ? wait.next.stage : '').toBe(again);
  });

  it.each<[Name, durationMs: number, channels: number]>([
    ['Fetch', 60_000, 0],
    ['Transcribe', 61_500, 2],
    ['Attribute', 61_500, 2],
  ])('at %s, the row has what is known of the audio by then', (stage, durationMs, channels) => {
    const next = afterError(at[stage], error('CSC_INTERNAL'), facts, policy);
    expect(outcomeOf(next)).toMatchObject({
      recordingId: 'r-1',
      conversationId: 'c-1',
      queueId: 'q-1',
      provider: 'generic',
      model: 'phone_call',
      atMs: NOW_MS,
      durationMs,
      channels,
    });
  });

  it('keeps the file for another try at the service', () => {
    expect(fileOf(afterError(at.Transcribe, error('CSC_STT_UNAVAILABLE'), facts, policy))).toBe(audio);
    expect(fileOf(afterError(at.Transcribe, error('CSC_STT_REJECTED'), facts, policy))).toBeUndefined();
  });

  it('ends with the last attempt', () => {
    const last = { ...at.Transcribe, attempt: 3, reservation: reservationOf({ attempt: 3 }) };
    const next = afterError(last, error('CSC_STT_TIMEOUT'), facts, policy);
    expect(next).not.toHaveProperty('next');
    expect(outcomeOf(next)).toMatchObject({ ...UNKNOWN, attempt: 3, outcome: 'Failed' });
  });

  it.each([
    ['what the policy says', {}, 2000],
    ['longer where that was asked for', { retryAfterMs: 9000 }, 9000],
    ['not shorter because of a small wish', { retryAfterMs: 0 }, 2000],
  ])('waits before the next attempt: %s', (_, options, waitMs) => {
    const next = afterError({ ...at.Fetch, attempt: 2 }, error('CSC_MEDIA_UNAVAILABLE', options), facts, policy);
    expect(next).toMatchObject({ next: { stage: 'Wait', attempt: 3, waitMs, next: { stage: 'Fetch', attempt: 3 } } });
  });

  it('holds a transcript that is not taken, whatever the reason', () => {
    for (const code of ['CSC_DELIVERY_REJECTED', 'CSC_DELIVERY_UNAVAILABLE', 'CSC_INTERNAL'] as const) {
      expect(afterError(at.Deliver, error(code), facts, policy)).toMatchObject({
        stage: 'Held',
        held,
        error: { code },
      });
    }
  });
});

describe('a request to slow down', () => {
  it.each<[Name, ErrorCode]>([
    ['Fetch', 'CSC_GENESYS_RATE_LIMITED'],
    ['Fetch', 'CSC_RECORDING_NOT_READY'],
    ['Transcribe', 'CSC_STT_RATE_LIMITED'],
  ])('at %s uses no attempt and begins the same step again', (stage, code) => {
    expect(afterError({ ...at[stage], attempt: 3 }, error(code), facts, policy)).toMatchObject({
      stage: 'Wait',
      attempt: 3,
      next: { ...at[stage], attempt: 3 },
    });
  });

  it.each([
    [{}, [1000, 2000, 3000]],
    [{ retryAfterMs: 2500 }, [2500, 2500, 3000]],
    [{ retryAfterMs: 0 }, [1000, 2000, 3000]],
  ])('is followed by waits that grow: %j', (options, expected) => {
    const waits: number[] = [];
    let state: Working = at.Transcribe;
    for (let time = 0; time < 3; time += 1) {
      const next = afterError(state, error('CSC_STT_RATE_LIMITED', options), facts, policy);
      if (next.stage !== 'Wait') throw new Error('it does not wait');
      waits.push(next.waitMs);
      state = next.next;
    }
    expect(waits).toEqual(expected);
  });
});

describe('an interrupted recording', () => {
  const waiting = (next: Working): Working => ({ stage: 'Wait', attempt: next.attempt, waitMs: 1, next });

  it.each<[name: string, Working, begun: boolean, unused: boolean]>([
    ['before the request', at.Transcribe, false, true],
    ['with the request under way', at.Transcribe, true, false],
    ['asked to slow down by the service', waiting(at.Transcribe), true, true],
    ['before its reservation', at.Reserve, true, false],
    ['before another attempt', waiting(at.Reserve), true, false],
  ])('%s: can its reservation be handed back?', (_, where, begun, unused) => {
    const found = unusedReservation({ stage: 'Interrupted', at: where, begun });
    expect(found).toBe(unused ? reservation : undefined);
  });

  it.each<[ErrorCode, Working, begun: boolean, Partial<Row>]>([
    ['CSC_CANCELLED', at.Fetch, true, { status: 'skipped', outcome: 'Skipped', errorCode: 'CSC_CANCELLED' }],
    ['CSC_CANCELLED', at.Transcribe, false, { status: 'skipped', outcome: 'Skipped', costUnknownMicros: 0 }],
    [
      'CSC_CANCELLED',
      at.Transcribe,
      true,
      { status: 'unknown', outcome: 'Skipped', errorCode: 'CSC_CANCELLED_IN_FLIGHT', costUnknownMicros: 4100 },
    ],
    ['CSC_DEADLINE_EXCEEDED', at.Screen, true, { status: 'failed', outcome: 'Failed', costUnknownMicros: 0 }],
    [
      'CSC_DEADLINE_EXCEEDED',
      at.Transcribe,
      true,
      { status: 'unknown', outcome: 'Failed', errorCode: 'CSC_DEADLINE_EXCEEDED', costUnknownMicros: 4100 },
    ],
    ['CSC_FAILURE_POLICY', waiting(at.Reserve), true, { status: 'skipped', outcome: 'Skipped', durationMs: 61_500 }],
    ['CSC_GENESYS_AUTH', at.Fetch, true, { status: 'failed', outcome: 'Failed' }],
  ])('of a run that ended with %s leaves a row', (code, where, begun, expected) => {
    const left = interruptedRow({ stage: 'Interrupted', at: where, begun }, error(code), facts);
    expect(left).toMatchObject({ attempt: 1, costMicros: 0, ...expected });
  });
});

describe('rows', () => {
  it('of a paid attempt have what the service said of its work', () => {
    const next = afterError(at.Attribute, error('CSC_INTERNAL'), facts, policy);
    expect(outcomeOf(next)).toMatchObject({ usage, providerMicros: 4000, reservedMicros: 4100, billedMs: 61_500 });
  });

  it('of a recording whose queue is not known leave it empty', () => {
    const { queueId: _, ...conversation } = recordingOf().conversation;
    const of = { ...facts, recording: recordingOf('r-1', { conversation }) };
    expect(rowOf(of, 0, { status: 'skipped', outcome: 'Skipped' }).queueId).toBe('');
  });
});

describe('a state', () => {
  it.each<[Working, string]>([
    [at.Fetch, 'Fetch'],
    [{ stage: 'Wait', attempt: 1, waitMs: 5, next: at.Transcribe }, 'Transcribe'],
    [{ stage: 'Wait', attempt: 1, waitMs: 5, next: { stage: 'Wait', attempt: 1, waitMs: 5, next: at.Fetch } }, 'Fetch'],
  ])('shows the step that it waits for', (state, shown) => {
    expect(shownStage(state)).toBe(shown);
  });

  it.each<[State, boolean]>([
    [at.Fetch, false],
    [at.Screen, true],
    [at.Attribute, true],
    [at.Deliver, false],
    [at.Settle, false],
    [{ ...at.Settle, next: at.Reserve }, true],
    [{ stage: 'Wait', attempt: 1, waitMs: 5, next: at.Reserve }, true],
    [{ stage: 'Interrupted', at: at.Transcribe, begun: true }, true],
    [{ stage: 'Done', row }, false],
    [{ stage: 'Unaffordable', attempt: 1, priceMicros: 5 }, false],
    [{ stage: 'Elsewhere', attempt: 1, over: Promise.resolve() }, false],
  ])('knows the file that it keeps', (state, keeps) => {
    expect(fileOf(state)).toBe(keeps ? audio : undefined);
  });
});
