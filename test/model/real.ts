/**
 * The real ledger and the real run, driven one step at a time: every request to the API server and every request to the speech service
 * waits until it is granted, so that a test decides in which order things happen and when a process ends. Time stands still.
 * @module
 */
import pLimit from 'p-limit';
import type { Clock } from '../../src/clock.ts';
import { openLedger } from '../../src/controller/ledger/ledger.ts';
import { notesOf } from '../../src/controller/ledger/merge.ts';
import { createOutbox } from '../../src/controller/ledger/outbox.ts';
import { emptyShard, encode } from '../../src/controller/ledger/shard.ts';
import { createLedgerStore, shardSetOf, type StoredObject, type Version } from '../../src/controller/ledger/store.ts';
import type { KubeClient } from '../../src/controller/runtime/kube-client.ts';
import { transcriptOf } from '../../src/pipeline/deliver/test-transcript.ts';
import type { Journal } from '../../src/pipeline/plan.ts';
import { audioOf, conversationOf, recordingOf } from '../../src/pipeline/recording/test-recording.ts';
import type { RunSettings, RunVerbs } from '../../src/pipeline/run/context.ts';
import { run } from '../../src/pipeline/run/run.ts';
import { loneClaims, plainPrice } from '../../src/pipeline/test-spec.ts';
import { idleVerbs } from '../../src/pipeline/verbs.ts';
import { parseCsv, parseReservations } from '../../src/pipeline/settle/csv.ts';
import { contentOf, gate, gatedKube, type Life } from './gated-kube.ts';
import { memoryKube } from '../runtime/memory-kube.ts';
import {
  type Attempt,
  deduplicated,
  type ModelRow,
  type ModelShard,
  openOf,
  type RecordingName,
  rowsOf,
  type Scope,
  type Shards,
} from './protocol.ts';
import { type View, viewOf } from './view.ts';

const RUN = { namespace: 'ns', name: 'run', uid: 'uid' };
const PRICE = 1000;
/** A micro-unit a millisecond. */
const PRICED = plainPrice('0.06');
const header = Object.values(encode(emptyShard(0), 'USD')).join('').length;
/** As in the model: one attempt fills a shard, and two closed shards are merged. */
const LIMITS = { sealBytes: header + 1, mergedBytes: 1_000_000, mergeFrom: 2 };

const stillClock: Clock = {
  now: () => 0,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => {
      const end = (): void => reject(signal?.reason as Error);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end, { once: true });
    }),
};

export interface World {
  /** The names of what may happen next. */
  next(): readonly string[];
  /** Lets it happen, and everything that follows from it without anyone's leave. */
  take(step: string): Promise<void>;
  view(): View;
  /** What went wrong on the way here. */
  readonly problems: readonly string[];
  /** The same for two worlds that nothing tells apart from now on. */
  key(): string;
}

interface Shared {
  readonly kube: KubeClient;
  readonly scope: Scope;
  readonly sent: Attempt[];
  /** The process that took over last. */
  owner: number;
}

const settings = (): RunSettings => ({
  provider: 'generic',
  model: 'm',
  agents: 'Plain',
  price: PRICED,
  policy: { maxAttempts: 99, backoffMs: () => 0 },
  maxRecordings: 99,
  dryRun: false,
  maxFailed: 99,
  maxFailedPercent: 100,
  inFlight: pLimit(9),
  patienceMs: { Ready: 0, Restored: 0 },
});

/** A process from its start to its end. True where it said that everything has its outcome. */
const live = async (life: Life, shared: Shared): Promise<boolean> => {
  const { kube, scope, sent } = shared;
  const signal = new AbortController().signal;
  const options = { kube: gatedKube(kube, life), run: RUN, retention: 'WithRun' as const, clock: stillClock, signal };
  const ledger = await openLedger({
    store: createLedgerStore({ ...options, epoch: String(life.id) }),
    outbox: createOutbox(options),
    currency: 'USD',
    clock: stillClock,
    limits: LIMITS,
  });
  shared.owner = life.id;
  const attempts = new Map<string, number>();
  const journal: Journal = {
    rows: () => ledger.rows(),
    held: () => ledger.held(),
    settle: (row) => ledger.settle(row),
    handBack: (reservation) => ledger.handBack(reservation),
    hold: (held) => ledger.hold(held),
    forget: (recordingId) => ledger.forget(recordingId),
    reserve: (reservation) => {
      attempts.set(reservation.recordingId, reservation.attempt);
      return ledger.reserve(reservation);
    },
  };
  const conversations = scope.recordings.map((name) => conversationOf(`c-${name}`));
  const verbs: RunVerbs = {
    ...idleVerbs,
    find: async function* () {
      yield conversations;
    },
    locate: async (found, onLocated) => {
      for (const conversation of found)
        onLocated({
          kind: 'Recording',
          recording: recordingOf(conversation.conversationId.slice(2), { conversation, announcedDurationMs: PRICE }),
        });
    },
    fetch: async ({ recordingId }) => audioOf({ path: recordingId, sha256: recordingId, durationMs: PRICE }),
    screen: async (_, audio) => ({ kind: 'Fit', audio }),
    transcribe: async ({ path }) => {
      const attempt = `${path as RecordingName}${attempts.get(path) ?? 0}` as const;
      await gate(life, `send ${attempt}`);
      sent.push(attempt);
      life.sent.push(attempt);
      return { utterances: [], usage: {} };
    },
    attribute: async ({ recordingId, conversation: { conversationId } }) =>
      transcriptOf({ recordingId, conversationId, costMicros: PRICE }),
    deliver: async () => {},
    dispose: async () => {},
  };
  const summary = await run({
    verbs,
    settings: settings(),
    journal,
    claims: loneClaims(),
    controls: {
      draining: signal,
      signal,
      settings: () => ({ concurrency: 2, budgetMicros: scope.budget * PRICE }),
      onSettings: () => () => {},
      onProgress: () => {},
      onOutcome: () => {},
    },
    clock: stillClock,
  });
  if (summary.ending !== 'Completed') return false;
  await ledger.summarise({});
  return true;
};

const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const shardOf = ({ data }: Version): ModelShard => ({
  version: 0,
  open: parseReservations(data['reserved.csv'] ?? '').map(
    ({ recordingId, attempt }): Attempt => `${recordingId as RecordingName}${attempt}`,
  ),
  rows: parseCsv(data['report.csv'] ?? '').rows.map(
    ({ recordingId, attempt, status }): ModelRow =>
      `${recordingId as RecordingName}${attempt} ${status === 'unknown' ? 'unknown' : 'paid'}`,
  ),
  holds: [...notesOf(data).keys()],
});

/** By what is in them: the same few shards are seen again and again. */
const parsed = new Map<string, ModelShard>();

const remembered = (version: Version): ModelShard => {
  const text = JSON.stringify(version.data);
  const shard = parsed.get(text) ?? shardOf(version);
  parsed.set(text, shard);
  return shard;
};

/** The ledger as the model has it. */
const modelOf = (objects: Iterable<unknown>): Shards => {
  const shards = shardSetOf(RUN.name, [...objects] as StoredObject[]);
  return Object.fromEntries([...shards].map(([index, version]) => [index, remembered(version)]));
};

export const createWorld = (scope: Scope): World => {
  const memory = memoryKube();
  const shared: Shared = { kube: memory.kube, scope, sent: [], owner: 0 };
  const lives = new Map<number, Life>();
  const problems: string[] = [];
  let born = 0;
  const ledger = (): Shards => modelOf(memory.objects.values());

  const start = (): void => {
    born += 1;
    const life: Life = { id: born, waiting: new Map(), known: new Map(), sent: [], isOver: false };
    lives.set(born, life);
    const end = (isComplete: boolean): void => {
      life.isOver = true;
      const rows = rowsOf(deduplicated(ledger()));
      const missing = scope.recordings.find(
        (name) => !rows.some((row) => row.startsWith(name) && row.endsWith('paid')),
      );
      if (isComplete && missing) problems.push(`${life.id} said that it was done, and ${missing} has no outcome`);
    };
    // Where it is fenced it ends, too.
    void live(life, shared).then(end, () => end(false));
  };

  const grant = (id: number, what: string): void => {
    const waiting = lives.get(id)?.waiting.get(what);
    lives.get(id)?.waiting.delete(what);
    waiting?.grant();
  };

  /** Compares the ledger before and after a step of a process. */
  const watch = (before: Shards, id: number): void => {
    const rows = rowsOf(deduplicated(ledger()));
    const lost = rowsOf(deduplicated(before)).find((row) => !rows.includes(row));
    if (lost) problems.push(`the row ${lost} is gone`);
    const known = openOf(before);
    const reserved = openOf(ledger()).find((attempt) => !known.includes(attempt));
    if (reserved && id !== shared.owner)
      problems.push(`${reserved} was reserved by ${id}, from whom ${shared.owner} took over`);
  };

  return {
    problems,
    next: () => {
      const alive = [...lives.values()].filter(({ isOver }) => !isOver);
      return [
        ...(born < scope.lives && alive.length < 2 ? [`start ${born + 1}`] : []),
        ...alive.flatMap(({ id, waiting }) => [`end ${id}`, ...[...waiting.keys()].map((what) => `${id} ${what}`)]),
      ];
    },
    take: async (step) => {
      const [first = '', ...rest] = step.split(' ');
      const before = ledger();
      if (first === 'start') start();
      else if (first === 'end') lives.delete(Number(rest[0]));
      else grant(Number(first), rest.join(' '));
      await settled();
      watch(before, Number(first));
    },
    view: () => viewOf(ledger(), shared.sent),
    key: () => {
      const versions = new Map(
        [...memory.objects.values()].map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
      );
      return JSON.stringify([
        born,
        [...memory.objects.values()].map(contentOf).toSorted(),
        [...lives.values()].map(({ id, waiting, known, sent: own, isOver }) => [
          id,
          isOver,
          own.toSorted(),
          [...waiting].map(([what, { body }]) => `${what} ${contentOf(body)}`).toSorted(),
          [...known.values()]
            .map((object) => [
              contentOf(object),
              versions.get(object.metadata.name) === object.metadata.resourceVersion,
            ])
            .map((each) => JSON.stringify(each))
            .toSorted(),
        ]),
        shared.sent.toSorted(),
      ]);
    },
  };
};
