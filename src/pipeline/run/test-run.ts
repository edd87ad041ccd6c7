/**
 * A whole run in memory, for the tests of this folder: its verbs, its books and its clock. The books are strict: they refuse what
 * the ledger would refuse, and note every moment in which more was spent than the budget holds.
 * @module
 */
import pLimit from 'p-limit';
import { expect } from 'vitest';
import { manualClock, type ManualClock } from '../../../test/runtime/manual-clock.ts';
import { CallscribeError, type ErrorCode } from '../../errors.ts';
import { transcriptOf } from '../deliver/test-transcript.ts';
import { NO_CALLS } from '../plan.ts';
import type { Controls, HeldTranscript, Journal, LiveSettings, Progress, RecordingProgress, Summary } from '../plan.ts';
import type { RunClaims } from '../claims/claims.ts';
import type { RunPrice } from '../money/rates.ts';
import { reservedRow } from '../recording/row.ts';
import { audioOf, conversationOf, NOW_MS, recordingOf } from '../recording/test-recording.ts';
import { loneClaims, plainPrice } from '../test-spec.ts';
import type { Conversation, Recording, Reservation, Row, Transcript, Utterance } from '../types.ts';
import type { Located, RunSettings, RunVerbs } from './context.ts';
import { run } from './run.ts';
import { keyOf } from './tally.ts';
import { createTracker } from './tracker.ts';

/** Each recording costs this, unless its length says otherwise: a micro-unit for each millisecond. */
export const PRICE = 60_000;

export const MICRO_A_MS: RunPrice = plainPrice('0.06');

const attemptKey = (item: Pick<Row, 'conversationId' | 'recordingId' | 'attempt'>): string =>
  `${keyOf(item)}#${item.attempt}`;

export interface TestJournal extends Journal {
  readonly all: Row[];
  readonly open: Map<string, Reservation>;
  readonly outbox: Map<string, HeldTranscript>;
  /** What the books would not have taken. */
  readonly violations: string[];
  /** What is spent, reserved and unknown now. */
  readonly committedMicros: () => number;
  /** Makes the next writes fail. */
  broken: Error | undefined;
  /** What may be committed at most. */
  limitMicros: () => number;
}

const unknownRow = (reservation: Reservation): Row =>
  reservedRow(reservation, reservation.atMs, {
    status: 'unknown',
    costUnknownMicros: reservation.reservedMicros,
    errorCode: 'CSC_ATTEMPT_UNKNOWN',
    outcome: '',
  });

/** New books, or those that the process before left behind: what was at the service is unknown now. */
export const journalOf = (before?: Pick<TestJournal, 'all' | 'open' | 'outbox'>): TestJournal => {
  const outbox = new Map(before?.outbox);
  const lost = [...(before?.open.values() ?? [])].filter(({ recordingId }) => !outbox.has(recordingId));
  const all = [...(before?.all ?? []), ...lost.map(unknownRow)];
  const open = new Map([...(before?.open ?? [])].filter(([, { recordingId }]) => outbox.has(recordingId)));
  const rows = [...all];
  const held = [...outbox.values()].filter(({ reservation }) => open.has(attemptKey(reservation)));
  const violations: string[] = [];
  const write = async (): Promise<void> => {
    // The write of the ledger takes a while, in which others arrive.
    await Promise.resolve();
    await Promise.resolve();
    if (journal.broken) throw journal.broken;
  };
  const journal: TestJournal = {
    all,
    open,
    outbox,
    violations,
    broken: undefined,
    limitMicros: () => Number.POSITIVE_INFINITY,
    committedMicros: () =>
      all.reduce((sum, row) => sum + row.costMicros + row.costUnknownMicros, 0) +
      [...open.values()].reduce((sum, { reservedMicros }) => sum + reservedMicros, 0),
    rows: () => rows,
    held: () => held,
    reserve: async (reservation) => {
      await write();
      const key = attemptKey(reservation);
      if (open.has(key)) violations.push(`${key} is reserved twice`);
      if (all.some((row) => attemptKey(row) === key)) violations.push(`${key} is reserved though it has its row`);
      open.set(key, reservation);
      if (journal.committedMicros() > journal.limitMicros()) violations.push(`the budget does not hold ${key}`);
    },
    settle: async (row) => {
      await write();
      const isFinal = all.some((other) => keyOf(other) === keyOf(row) && other.outcome !== '');
      if (isFinal) violations.push(`${attemptKey(row)} is settled though ${keyOf(row)} is final`);
      open.delete(attemptKey(row));
      all.push(row);
    },
    handBack: async (reservation) => {
      await write();
      if (!open.delete(attemptKey(reservation))) violations.push(`${attemptKey(reservation)} was not reserved`);
    },
    hold: async (item) => {
      await write();
      outbox.set(item.reservation.recordingId, item);
    },
    forget: async (recordingId) => {
      await write();
      outbox.delete(recordingId);
    },
  };
  return journal;
};

export interface TestVerbs {
  /** In the order in which they are found, with their recordings. */
  readonly world: readonly (readonly [Conversation, readonly Recording[]])[];
  readonly find?: (signal: AbortSignal) => AsyncIterable<Conversation>;
  /** What becomes known of a conversation; or its recordings, none of them for one that has none. */
  readonly locate?: (conversation: Conversation, signal: AbortSignal) => Promise<readonly (Located | Recording)[]>;
  /** As they are at the end of the run; without it, as they were. */
  readonly refind?: (conversations: readonly Conversation[]) => readonly Conversation[];
  readonly fetch?: (recording: Recording, signal: AbortSignal) => Promise<void>;
  readonly transcribe?: (recordingId: string, signal: AbortSignal) => Promise<readonly Utterance[]>;
  readonly deliver?: (transcript: Transcript, signal: AbortSignal) => Promise<void>;
}

/** `count` conversations `c-1`, `c-2`, …, each with one recording. */
export const worldOf = (count: number): TestVerbs['world'] =>
  Array.from({ length: count }, (_, index) => {
    const conversation = conversationOf(`c-${index + 1}`);
    return [conversation, [recordingOf(`r-${index + 1}`, { conversation })]];
  });

export interface TestRunOptions extends TestVerbs {
  readonly journal?: TestJournal;
  readonly settings?: Partial<RunSettings>;
  readonly claims?: RunClaims;
  readonly live?: LiveSettings;
  /** Set where the run is over before it begins. */
  readonly ended?: Error;
}

export interface TestRun {
  readonly clock: ManualClock;
  readonly journal: TestJournal;
  readonly drain: AbortController;
  readonly end: AbortController;
  /** What the verbs were asked for, such as `transcribe r-1`. */
  readonly calls: string[];
  readonly outcomes: RecordingProgress[];
  /** The newest snapshot. */
  readonly progress: () => Progress;
  /** Recordings at the speech service now. */
  readonly inFlight: () => number;
  configure(live: LiveSettings): void;
  /** Lets time go by until `holds`. Fails after an hour. */
  until(holds: () => boolean): Promise<void>;
  /** Lets time go by until the run has ended. Fails after a day. */
  finish(): Promise<Summary>;
  readonly hasEnded: () => boolean;
}

interface Tape {
  readonly calls: string[];
  inFlight: number;
}

/** Pages of one. */
const inPages = async function* (each: AsyncIterable<Conversation>): AsyncGenerator<readonly Conversation[]> {
  for await (const one of each) yield [one];
};

/** Errors that are those of every conversation. */
const GENERAL = /^CSC_(GENESYS_AUTH|EGRESS|SECRET)/;

const locatedOf = async (
  { world, locate }: TestVerbs,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<readonly Located[]> => {
  try {
    const known = world.find(([other]) => other.conversationId === conversation.conversationId)?.[1] ?? [];
    const all = locate ? await locate(conversation, signal) : known;
    if (all.length === 0) return [{ kind: 'None', conversation, error: failure('CSC_NO_RECORDING', '') }];
    return all.map((one) => ('kind' in one ? one : { kind: 'Recording', recording: one }));
  } catch (thrown) {
    if (!(thrown instanceof CallscribeError) || GENERAL.test(thrown.code)) throw thrown;
    return [{ kind: 'Failed', conversation, error: thrown }];
  }
};

const verbsOf = (options: TestVerbs, tape: Tape): RunVerbs => {
  const { world, find, refind, fetch, transcribe, deliver } = options;
  const lengths = new Map(world.flatMap(([, all]) => all).map((one) => [one.recordingId, one.announcedDurationMs]));
  const note = (verb: string, id: string): void => void tape.calls.push(`${verb} ${id}`);
  return {
    find: (signal) => inPages(find ? find(signal) : everything(world)),
    async *refind(conversations) {
      yield refind?.(conversations) ?? conversations;
    },
    locateSize: () => 10,
    locate: async (conversations, onLocated, signal) => {
      const locateOne = async (conversation: Conversation): Promise<void> => {
        note('locate', conversation.conversationId);
        for (const located of await locatedOf(options, conversation, signal)) onLocated(located);
      };
      await Promise.all(conversations.map(locateOne));
    },
    fetch: async (recording, signal) => {
      note('fetch', recording.recordingId);
      await fetch?.(recording, signal);
      return audioOf({
        path: recording.recordingId,
        sha256: `sha256 of ${recording.recordingId}`,
        durationMs: lengths.get(recording.recordingId) ?? 0,
      });
    },
    screen: async (_, audio) => ({ kind: 'Fit', audio }),
    probe: async () => undefined,
    foresee: () => undefined,
    transcribe: async ({ path }, signal) => {
      note('transcribe', path);
      tape.inFlight += 1;
      try {
        return { utterances: (await transcribe?.(path, signal)) ?? [], usage: {} };
      } finally {
        tape.inFlight -= 1;
      }
    },
    attribute: async ({ recordingId, conversation: { conversationId } }, audio) =>
      transcriptOf({ recordingId, conversationId, costMicros: audio.durationMs }),
    deliver: async (transcript, signal) => {
      note('deliver', transcript.recordingId);
      await deliver?.(transcript, signal);
    },
    takenBy: () => [],
    resume: () => {},
    dispose: async () => {},
    requests: () => NO_CALLS,
    onOutage: () => () => {},
  };
};

const everything = async function* (world: TestVerbs['world']): AsyncGenerator<Conversation> {
  for (const [conversation] of world) yield conversation;
};

const SETTINGS: RunSettings = {
  provider: 'generic',
  model: 'phone_call',
  agents: 'Plain',
  price: MICRO_A_MS,
  policy: { maxAttempts: 3, backoffMs: (attempt) => attempt * 1000 },
  maxRecordings: Number.POSITIVE_INFINITY,
  dryRun: false,
  maxFailed: Number.POSITIVE_INFINITY,
  maxFailedPercent: 100,
  patienceMs: { Ready: 600_000, Restored: 0 },
  inFlight: pLimit(64),
};

const NOTHING: Progress = createTracker({ rows: [], requests: () => NO_CALLS }).progress();

export const startRun = (options: TestRunOptions): TestRun => {
  const { journal = journalOf(), settings, claims = loneClaims() } = options;
  const clock = manualClock(NOW_MS);
  const [drain, end] = [new AbortController(), new AbortController()];
  const tape: Tape = { calls: [], inFlight: 0 };
  const outcomes: RecordingProgress[] = [];
  const listeners = new Set<() => void>();
  let live: LiveSettings = options.live ?? { concurrency: 4 };
  journal.limitMicros = () => live.budgetMicros ?? Number.POSITIVE_INFINITY;
  if (options.ended) end.abort(options.ended);
  let snapshot: () => Progress = () => NOTHING;
  let ended: Summary | undefined;
  const controls: Controls = {
    draining: drain.signal,
    signal: end.signal,
    settings: () => live,
    onSettings: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onProgress: (read) => {
      snapshot = read;
    },
    onOutcome: (recording) => outcomes.push(recording),
  };
  const verbs = verbsOf(options, tape);
  void run({ verbs, settings: { ...SETTINGS, ...settings }, journal, controls, claims, clock }).then((summary) => {
    ended = summary;
  });
  const wait = async (holds: () => boolean, steps: number): Promise<void> => {
    for (let step = 0; step < steps && !holds(); step += 1) await clock.advance(500);
    if (!holds()) throw new Error(`in vain: ${JSON.stringify(snapshot())}`);
  };
  return {
    clock,
    journal,
    drain,
    end,
    calls: tape.calls,
    outcomes,
    progress: () => snapshot(),
    inFlight: () => tape.inFlight,
    configure: (next) => {
      live = next;
      for (const listener of listeners) listener();
    },
    until: (holds) => wait(holds, 7200),
    finish: async () => {
      await wait(() => ended !== undefined, 172_800);
      return ended as Summary;
    },
    hasEnded: () => ended !== undefined,
  };
};

/** Never ends by itself; ends with the signal, as all verbs that take long do. */
export const forever = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });

export const failure = (code: ErrorCode, message = 'what happened'): CallscribeError =>
  new CallscribeError(code, message);

/** `r-1 1 success  Transcribed`: recording, attempt, status, error code, outcome. */
export const rowsOf = ({ journal }: Pick<TestRun, 'journal'>): readonly string[] =>
  journal.all.map(({ recordingId, attempt, status, errorCode, outcome }) =>
    [recordingId || '-', attempt, status, errorCode, outcome].join(' '),
  );

/** How often a verb was called, such as `transcribe`. */
export const callsOf = ({ calls }: TestRun, verb: string): readonly string[] =>
  calls.filter((call) => call.startsWith(verb));

/** The counts are those of the rows, nothing is left over, and the books took everything. */
export const checkEnd = ({ journal }: TestRun, { progress: { counts, cost } }: Summary): void => {
  expect(journal.violations).toEqual([]);
  expect(counts).toMatchObject({ pending: 0, inProgress: 0 });
  expect(journal.all.filter(({ outcome }) => outcome !== '')).toHaveLength(counts.found);
  const sum = (of: 'costMicros' | 'costUnknownMicros'): number => journal.all.reduce((all, row) => all + row[of], 0);
  expect(cost).toMatchObject({ settledMicros: sum('costMicros'), unknownMicros: sum('costUnknownMicros') });
  const open = [...journal.open.values()];
  expect(cost.reservedMicros).toBe(open.reduce((all, { reservedMicros }) => all + reservedMicros, 0));
};
