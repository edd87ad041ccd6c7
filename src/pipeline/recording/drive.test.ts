/**
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallscribeError, type ErrorCode } from '../../errors.ts';
import { transcriptOf } from '../deliver/test-transcript.ts';
import type { Audio, Reservation, Row } from '../types.ts';
import { drive, type DriveContext, type Verbs } from './drive.ts';
import { type Resting, unusedReservation, type Working } from './state.ts';
import { audioOf, NOW_MS, recordingOf } from './test-recording.ts';

const PRICE = 4100;
const recording = recordingOf();

const failure = (code: ErrorCode): CallscribeError => new CallscribeError(code, 'what happened');

/** What happened, in order; and the books as they stand. */
interface Scene {
  readonly log: string[];
  readonly open: Map<string, Reservation>;
  readonly rows: Row[];
  /** Files that are there now. */
  readonly files: Set<string>;
  readonly context: DriveContext;
  readonly stop: AbortController;
  readonly drain: AbortController;
}

type Verb = Exclude<keyof Verbs, 'priceMicros' | 'dispose' | 'screen'>;
/** Called before a verb does its work; what it throws, the verb throws. */
type Before = (verb: Verb, scene: Scene) => void;

const keyOf = ({ recordingId, attempt }: Pick<Row, 'recordingId' | 'attempt'>): string => `${recordingId}#${attempt}`;

const scene = (before: Before = () => {}, verbs: Partial<Verbs> = {}): Scene => {
  const [stop, drain] = [new AbortController(), new AbortController()];
  const [log, rows]: [string[], Row[]] = [[], []];
  const [open, files] = [new Map<string, Reservation>(), new Set<string>()];
  const enter = async (verb: Verb): Promise<void> => {
    log.push(verb);
    await Promise.resolve();
    before(verb, made);
  };
  const readable = (audio: Audio): void => {
    if (!files.has(audio.path)) throw new Error(`${audio.path} was removed too early`);
  };
  const made: Scene = {
    log,
    rows,
    open,
    files,
    stop,
    drain,
    context: {
      verbs: {
        fetch: async () => {
          await enter('fetch');
          const audio = audioOf({ path: `/audio/${log.length}` });
          files.add(audio.path);
          return audio;
        },
        screen: () => undefined,
        priceMicros: () => PRICE,
        reserve: async (reservation) => {
          await enter('reserve');
          open.set(keyOf(reservation), reservation);
          return true;
        },
        transcribe: async (audio) => {
          readable(audio);
          await enter('transcribe');
          return [];
        },
        attribute: async (_, audio) => {
          readable(audio);
          await enter('attribute');
          return transcriptOf({ costMicros: PRICE });
        },
        deliver: () => enter('deliver'),
        settle: async (row) => {
          await enter('settle');
          rows.push(row);
          open.delete(keyOf(row));
        },
        dispose: async ({ path }) => {
          files.delete(path);
        },
        ...verbs,
      },
      policy: { maxAttempts: 3, backoffMs: () => 1000 },
      provider: 'generic',
      model: 'phone_call',
      now: () => NOW_MS,
      sleep: async (ms, signal) => {
        log.push(`sleep ${ms}`);
        await Promise.resolve();
        signal.throwIfAborted();
      },
      signal: stop.signal,
      draining: drain.signal,
      onState: () => {},
    },
  };
  return made;
};

/** Throws each of `errors` once, at the verb it is meant for. */
const failing = (...errors: readonly (readonly [Verb, ErrorCode])[]): Before => {
  const left = [...errors];
  return (verb) => {
    const index = left.findIndex(([at]) => at === verb);
    const [found] = index === -1 ? [] : left.splice(index, 1);
    if (found) throw failure(found[1]);
  };
};

describe('drive', () => {
  it('goes through the verbs in their order and settles what was paid', async () => {
    const { context, log, rows, open, files } = scene();
    const states: Working['stage'][] = [];
    const resting = await drive({ ...context, onState: ({ stage }) => states.push(stage) }, recording, 1);
    expect(resting.stage).toBe('Done');
    expect(log).toEqual(['fetch', 'reserve', 'transcribe', 'attribute', 'deliver', 'settle']);
    expect(states).toEqual(['Fetch', 'Screen', 'Reserve', 'Transcribe', 'Attribute', 'Deliver', 'Settle']);
    expect(rows).toMatchObject([{ status: 'success', outcome: 'Transcribed', costMicros: PRICE, attempt: 1 }]);
    expect([open.size, files.size]).toEqual([0, 0]);
  });

  it('reserves the price of the audio that was measured', async () => {
    const reservations: Reservation[] = [];
    const { context } = scene(undefined, {
      reserve: async (reservation) => {
        reservations.push(reservation);
        return false;
      },
    });
    const resting = await drive(context, recording, 2);
    expect(resting).toEqual({ stage: 'Unaffordable', attempt: 2, priceMicros: PRICE });
    expect(reservations).toEqual([
      {
        recordingId: 'r-1',
        conversationId: 'c-1',
        attempt: 2,
        reservedMicros: PRICE,
        durationMs: 61_500,
        channels: 2,
        provider: 'generic',
        model: 'phone_call',
        queueId: 'q-1',
        atMs: NOW_MS,
      },
    ]);
  });

  it.each([
    [true, { status: 'skipped', outcome: 'Skipped' }],
    [false, { status: 'failed', outcome: 'Failed' }],
  ])('pays nothing for audio that is refused (on purpose: %s)', async (skip, expected) => {
    const { context, rows, log, files } = scene(undefined, {
      screen: () => ({ skip, error: failure('CSC_RECORDING_TOO_SHORT') }),
    });
    await drive(context, recording, 1);
    expect(log).toEqual(['fetch', 'settle']);
    expect(rows).toMatchObject([
      { ...expected, errorCode: 'CSC_RECORDING_TOO_SHORT', durationMs: 61_500, channels: 2, costMicros: 0 },
    ]);
    expect(files.size).toBe(0);
  });

  it('tries again with the same file, each attempt with a reservation of its own', async () => {
    const { context, log, rows } = scene(
      failing(['transcribe', 'CSC_STT_TIMEOUT'], ['transcribe', 'CSC_STT_UNAVAILABLE']),
    );
    await drive(context, recording, 1);
    expect(log.filter((entry) => entry === 'fetch')).toHaveLength(1);
    expect(rows).toMatchObject([
      { attempt: 1, status: 'unknown', costUnknownMicros: PRICE, outcome: '' },
      { attempt: 2, status: 'failed', costUnknownMicros: 0, outcome: '' },
      { attempt: 3, status: 'success', outcome: 'Transcribed' },
    ]);
  });

  it('keeps its reservation while it is asked to slow down', async () => {
    const { context, log, rows } = scene(failing(['transcribe', 'CSC_STT_RATE_LIMITED']));
    await drive(context, recording, 1);
    expect(log).toEqual([
      'fetch',
      'reserve',
      'transcribe',
      'sleep 1000',
      'transcribe',
      'attribute',
      'deliver',
      'settle',
    ]);
    expect(rows).toMatchObject([{ attempt: 1, status: 'success' }]);
  });

  it.each<[Verb, ErrorCode]>([
    ['reserve', 'CSC_LEDGER_FENCED'],
    ['settle', 'CSC_LEDGER_UNAVAILABLE'],
    // The row may be in the ledger: taking this for a failed attempt would pay for another one.
    ['settle', 'CSC_INTERNAL'],
  ])('gives up on books that cannot be kept: %s, %s', async (verb, code) => {
    const { context, log, files } = scene(failing([verb, code]));
    await expect(drive(context, recording, 1)).rejects.toMatchObject({ code });
    expect(log.filter((entry) => entry === verb)).toHaveLength(1);
    expect(files.size).toBe(0);
  });

  it('loses nothing that was paid for because a file cannot be removed', async () => {
    const { context, rows } = scene(undefined, { dispose: () => Promise.reject(new Error('EBUSY')) });
    await expect(drive(context, recording, 1)).resolves.toMatchObject({ stage: 'Done' });
    expect(rows).toMatchObject([{ status: 'success' }]);
  });

  it('does not begin when everything was to end before', async () => {
    const { context, stop, log } = scene();
    stop.abort(new Error('stop'));
    const resting = await drive(context, recording, 1);
    expect(resting).toEqual({ stage: 'Interrupted', at: { stage: 'Fetch', attempt: 1 }, begun: false });
    expect(log).toEqual([]);
  });

  it.each<[Verb, stage: string, begun: boolean]>([
    ['fetch', 'Fetch', true],
    // The reservation is written by then: it is handed back.
    ['reserve', 'Transcribe', false],
    ['transcribe', 'Transcribe', true],
  ])('is interrupted at %s', async (verb, stage, begun) => {
    const abort: Before = (at, { stop }) => {
      if (at !== verb) return;
      stop.abort(new Error('stop'));
      if (verb !== 'reserve') throw new Error('aborted');
    };
    const { context, log, files } = scene(abort);
    const resting = await drive(context, recording, 1);
    expect(resting).toMatchObject({ stage: 'Interrupted', at: { stage }, begun });
    expect(log.at(-1)).toBe(verb);
    expect(files.size).toBe(0);
  });

  it.each<[Verb, resting: string]>([
    ['attribute', 'Done'],
    ['settle', 'Done'],
  ])('carries on what is paid for although everything ends at %s', async (verb, resting) => {
    const { context, rows } = scene((at, { stop }) => {
      if (at === verb) stop.abort(new Error('stop'));
    });
    expect((await drive(context, recording, 1)).stage).toBe(resting);
    expect(rows).toMatchObject([{ status: 'success' }]);
  });

  it('holds what is paid for when the delivery is interrupted', async () => {
    const { context, rows } = scene((at, { stop }) => {
      if (at !== 'deliver') return;
      stop.abort(new Error('stop'));
      throw new Error('aborted');
    });
    expect((await drive(context, recording, 1)).stage).toBe('Held');
    expect(rows).toEqual([]);
  });

  it('finishes its attempt while draining, and begins no other one', async () => {
    const fails = failing(['transcribe', 'CSC_STT_UNAVAILABLE']);
    const { context, rows } = scene((verb, made) => {
      made.drain.abort(new Error('drain'));
      fails(verb, made);
    });
    expect(await drive(context, recording, 1)).toMatchObject({
      stage: 'Interrupted',
      at: { stage: 'Wait', attempt: 2, next: { stage: 'Reserve' } },
    });
    expect(rows).toMatchObject([{ attempt: 1, status: 'failed', outcome: '' }]);
  });
});

const CODES: Readonly<Record<Exclude<Verb, 'settle'>, readonly ErrorCode[]>> = {
  fetch: ['CSC_MEDIA_UNAVAILABLE', 'CSC_MEDIA_UNSUPPORTED', 'CSC_RECORDING_DELETED', 'CSC_GENESYS_RATE_LIMITED'],
  reserve: ['CSC_INTERNAL', 'CSC_LEDGER_FENCED'],
  transcribe: [
    'CSC_STT_TIMEOUT',
    'CSC_STT_UNAVAILABLE',
    'CSC_STT_REJECTED',
    'CSC_STT_PROTOCOL',
    'CSC_STT_RATE_LIMITED',
    'CSC_INTERNAL',
  ],
  attribute: ['CSC_INTERNAL'],
  deliver: ['CSC_DELIVERY_REJECTED', 'CSC_DELIVERY_UNAVAILABLE'],
};

/** Either nothing happens at a call, or one of the errors of its verb, or the run is stopped or drained there. */
const fate = fc.oneof({ weight: 4, arbitrary: fc.constant('fine') }, fc.nat(5), fc.constantFrom('stop', 'drain'));

interface Tried extends Scene {
  /** What a verb saw that must not be. */
  readonly violations: string[];
}

const HEEDS_SIGNAL: ReadonlySet<Verb> = new Set(['fetch', 'transcribe', 'deliver']);

/** How a verb ends that meets this fate; undefined where it succeeds. */
const meet = (verb: Verb, met: string | number | undefined, { stop, drain }: Scene): Error | undefined => {
  if (met === 'stop') stop.abort(new Error('stop'));
  if (met === 'drain') drain.abort(new Error('drain'));
  const codes = verb === 'settle' ? [] : CODES[verb];
  if (typeof met === 'number' && codes.length > 0) return failure(codes[met % codes.length] ?? 'CSC_INTERNAL');
  return HEEDS_SIGNAL.has(verb) && stop.signal.aborted ? new Error('aborted') : undefined;
};

/** A scene in which the verbs meet their fates one after the other. */
const fated = (fates: readonly (string | number)[]): Tried => {
  const left = [...fates];
  const violations: string[] = [];
  let paid = false;
  const before: Before = (verb, made) => {
    if (verb === 'transcribe' && made.open.size !== 1) violations.push(`sent with ${made.open.size} reservations`);
    if (verb === 'transcribe' && paid) violations.push('sent again after it was paid for');
    const ends = meet(verb, left.shift(), made);
    const isBilled = !ends || (ends instanceof CallscribeError && ends.charge === 'full');
    if (verb === 'transcribe' && isBilled) paid = true;
    if (ends) throw ends;
  };
  return { ...scene(before), violations };
};

/** What the open reservation of a recording at rest may be: held, to be handed back, or at the service when all was to end. */
const accountedFor = (resting: Resting): Reservation | 'unknown' | undefined => {
  if (resting.stage === 'Held') return resting.held.reservation;
  if (resting.stage !== 'Interrupted') return undefined;
  const { at, begun } = resting;
  return unusedReservation(resting) ?? (at.stage === 'Transcribe' && begun ? 'unknown' : undefined);
};

describe('whatever happens to a recording', () => {
  it('is paid for at most once, never without a reservation, and no reservation is left unaccounted for', async () => {
    const property = fc.asyncProperty(fc.array(fate, { maxLength: 24 }), async (fates) => {
      const { context, open, rows, files, violations } = fated(fates);
      const resting = await drive(context, recording, 1).catch((error: CallscribeError) => error);
      expect(violations).toEqual([]);
      expect(files.size).toBe(0);
      expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
      expect(rows.filter(({ costMicros }) => costMicros > 0).length).toBeLessThanOrEqual(1);
      expect(rows.every(({ attempt }) => attempt <= 3)).toBe(true);
      const isDone = !(resting instanceof Error) && resting.stage === 'Done';
      expect(rows.filter(({ outcome }) => outcome !== '')).toHaveLength(isDone ? 1 : 0);
      if (resting instanceof Error) {
        expect(resting.code).toBe('CSC_LEDGER_FENCED');
        return;
      }
      const [still] = open.values();
      const expected = accountedFor(resting);
      if (expected !== 'unknown') expect(still).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 1000 });
  });
});
