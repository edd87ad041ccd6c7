/**
 * One attempt of this process at a run: opens the ledger, runs the pipeline, writes the summary. What it learns is read
 * through `facts()`; what it is told goes through `drain`, `abort` and `configure`. It never rejects.
 * @module
 */
import type { TranscriptionRunSpec } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import { type CallscribeError, toCallscribeError } from '../../errors.ts';
import { parseMicros } from '../../pipeline/money/micros.ts';
import { NO_CALLS, NO_COST, NO_COUNTS } from '../../pipeline/plan.ts';
import type {
  Controls,
  LiveSettings,
  Plan,
  Progress,
  RecordingProgress,
  RunPipeline,
  Step,
  Summary,
} from '../../pipeline/plan.ts';
import type { Window } from '../../pipeline/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { shardName } from '../ledger/shard.ts';
import { phaseOf } from './ending.ts';
import type { Failures, WorkerFacts } from './facts.ts';
import { summaryDocument } from './summary-document.ts';

export interface AttemptOptions {
  readonly plan: Plan;
  readonly openLedger: (signal: AbortSignal) => Promise<Ledger>;
  readonly pipeline: RunPipeline;
  readonly clock: Clock;
  /** Of the attempts before this one. */
  readonly failures?: Failures;
  /** Called when `facts()` would say something new. */
  readonly onChange: () => void;
  readonly onOutcome: (recording: RecordingProgress) => void;
  readonly onStep?: (step: Step) => void;
}

export interface Attempt {
  readonly window: Window;
  facts(): WorkerFacts;
  /** Lets what is in flight end and starts nothing new. */
  drain(): void;
  /** Ends the run: what is not done gets the outcome of `reason`. */
  abort(reason: CallscribeError): void;
  /** Ends everything at once and leaves the rest to a later attempt, of this process or another one. */
  release(): void;
  configure(spec: TranscriptionRunSpec): void;
  readonly ended: Promise<void>;
}

/** The part of the spec that may change while the run goes on. */
export const liveSettings = (spec: TranscriptionRunSpec): LiveSettings => ({
  concurrency: spec.concurrency,
  ...(spec.cost.budget !== undefined && { budgetMicros: parseMicros(spec.cost.budget) }),
});

const NO_PROGRESS: Progress = {
  counts: NO_COUNTS,
  cost: NO_COST,
  audioMs: 0,
  genesys: NO_CALLS,
  reasons: {},
  recordings: [],
  hindrances: [],
};

/** The summary of an attempt whose ledger could not be opened, or not be closed. */
const withoutLedger = (thrown: unknown, progress: Progress): Summary => {
  const { code, message, retryable } = toCallscribeError(thrown);
  return { ending: 'Failed', error: { code, message, retryable }, progress };
};

/** The failures in a row with one more, if the attempt failed. */
const failuresAfter = (
  earlier: Failures | undefined,
  { ending, error }: Summary,
  nowMs: number,
): Failures | undefined => {
  if (ending !== 'Failed') return undefined;
  const code = error?.code ?? 'CSC_INTERNAL';
  const { count, sinceMs } = earlier?.code === code ? earlier : { count: 0, sinceMs: nowMs };
  return { code, count: count + 1, sinceMs };
};

/** How long the ledger may be written after everything else was let go. A Pod is given 30 s, of which 25 are for draining. */
const LAST_WORDS_MS = 4000;

/** Ends the work at once, and the writing of the books a little later. */
const createLeave = (clock: Clock) => {
  const [working, writing] = [new AbortController(), new AbortController()];
  const end = (): void => writing.abort(new Error('the attempt has ended'));
  return {
    working: working.signal,
    writing: writing.signal,
    end,
    release: (): void => {
      if (working.signal.aborted) return;
      working.abort(new Error('the run is left to a later attempt'));
      void clock.sleep(LAST_WORDS_MS, writing.signal).then(end, () => {});
    },
  };
};

export const startAttempt = (options: AttemptOptions): Attempt => {
  const { plan, clock, onChange } = options;
  const startedAtMs = clock.now();
  const [draining, ending] = [new AbortController(), new AbortController()];
  const leave = createLeave(clock);
  const listeners = new Set<() => void>();
  let settings = liveSettings(plan.spec);
  let stopping: WorkerFacts['stopping'];
  let read: (() => Progress) | undefined;
  let ledger: Ledger | undefined;
  let ended: { readonly summary: Summary; readonly atMs: number } | undefined;

  const controls: Controls = {
    draining: draining.signal,
    signal: AbortSignal.any([ending.signal, leave.working]),
    settings: () => settings,
    onSettings: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onProgress: (snapshot) => {
      read = snapshot;
      onChange();
    },
    onOutcome: options.onOutcome,
    isLastWord: true,
    ...(options.onStep && { onStep: options.onStep }),
  };

  /**
   * The ledger outlives an abort: the rows of what was cancelled still have to be written, and of what was let go what was paid for
   * already goes into the ledger or the outbox.
   */
  const execute = async (): Promise<Summary> => {
    ledger = await options.openLedger(leave.writing);
    const summary = await options.pipeline(plan, ledger, controls);
    read = () => summary.progress;
    await ledger.summarise(summaryDocument(plan, summary, { phase: phaseOf(summary, stopping), nowMs: clock.now() }));
    return summary;
  };

  const factsNow = (): WorkerFacts => {
    const failures = ended ? failuresAfter(options.failures, ended.summary, ended.atMs) : options.failures;
    return {
      window: plan.window,
      startedAtMs,
      ...(failures && { failures }),
      ...(stopping && { stopping }),
      ...(read && { progress: read() }),
      ...(ledger && {
        report: { name: shardName(plan.run.name, 0), shards: ledger.shards(), rows: ledger.rowCount() },
      }),
      ...(ended && { summary: ended.summary, endedAtMs: ended.atMs }),
    };
  };

  return {
    window: plan.window,
    facts: factsNow,
    drain: () => {
      stopping ??= 'Drain';
      draining.abort();
    },
    abort: (reason) => {
      // The first reason is the one that rows are written with.
      if (ending.signal.aborted) return;
      stopping = { code: reason.code, message: reason.message };
      ending.abort(reason);
    },
    release: leave.release,
    configure: (spec) => {
      const next = liveSettings(spec);
      if (next.concurrency === settings.concurrency && next.budgetMicros === settings.budgetMicros) return;
      settings = next;
      for (const listener of listeners) listener();
    },
    ended: execute()
      .catch((error: unknown) => withoutLedger(error, read?.() ?? NO_PROGRESS))
      .then((summary) => {
        ended = { summary, atMs: clock.now() };
        leave.end();
        onChange();
      }),
  };
};
