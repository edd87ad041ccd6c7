/**
 * The pipeline of one process: what its runs share (connections, the ceilings of OAuth clients and speech endpoints, recordings
 * in flight, the work directory), and one attempt at a run on top of that.
 * @module
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { Dispatcher } from 'undici';
import type { Clock, Random } from '../clock.ts';
import { type CallscribeError, toCallscribeError } from '../errors.ts';
import { parseDurationMs } from '../window.ts';
import { sweepWorkDir } from './fetch/work-dir.ts';
import { type Account, createAccounts } from './genesys/account.ts';
import { createDispatcher } from './http/dispatcher.ts';
import type { EgressPolicy } from './http/egress.ts';
import type { Controls, GenesysRequest, Journal, Plan, RunPipeline, Summary } from './plan.ts';
import { preflight } from './preflight.ts';
import { backoffMs } from './retry/backoff.ts';
import type { RunSettings, RunVerbs } from './run/context.ts';
import { observedVerbs } from './run/observed-verbs.ts';
import { run } from './run/run.ts';
import { createTracker } from './run/tracker.ts';
import { createEndpointLimits, type JoinEndpoint } from './transcribe/endpoint-limits.ts';
import { createVerbs, idleVerbs } from './verbs.ts';

export interface PipelineOptions {
  readonly egress: EgressPolicy;
  /** For audio while it is worked on. It belongs to the processes of one machine, or of one Pod. */
  readonly workDir: string;
  /** Over all runs. */
  readonly maxRecordingsInFlight: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Between the pipeline and all connections that it makes. */
  readonly intercept?: Dispatcher.DispatcherComposeInterceptor;
  readonly onGenesysRequest?: (request: GenesysRequest) => void;
}

export interface Pipeline {
  readonly run: RunPipeline;
  close(): Promise<void>;
}

interface Shared extends PipelineOptions {
  readonly dispatcher: Dispatcher;
  readonly inFlight: LimitFunction;
  readonly accountOf: (key: string) => Account;
  readonly joinEndpoint: JoinEndpoint;
}

/** Between the attempts of one recording. */
const ATTEMPT_BACKOFF = { baseMs: 2000, capMs: 60_000 };

const settingsOf = ({ spec }: Plan, { inFlight, random }: Shared): RunSettings => ({
  provider: spec.stt.provider,
  model: spec.stt.model,
  policy: {
    maxAttempts: spec.retry.maxAttempts,
    backoffMs: (attempt) => backoffMs(attempt, ATTEMPT_BACKOFF, random),
  },
  maxRecordings: spec.selection.maxRecordings ?? Number.POSITIVE_INFINITY,
  dryRun: spec.dryRun,
  maxFailed: spec.failurePolicy?.maxFailed ?? Number.POSITIVE_INFINITY,
  maxFailedPercent: spec.failurePolicy?.maxFailedPercent ?? 100,
  patienceMs: {
    Ready: spec.retry.readyTimeoutSeconds * 1000,
    Restored: spec.selection.restoreArchived === undefined ? 0 : parseDurationMs(spec.selection.restoreArchived),
  },
  inFlight,
});

interface Attempt {
  readonly plan: Plan;
  readonly journal: Journal;
  readonly controls: Controls;
}

/** The summary of an attempt that found a mistake before it began. */
const notBegun = (journal: Journal, thrown: unknown): Summary => {
  const { code, message, retryable } = toCallscribeError(thrown);
  const tracker = createTracker({ rows: journal.rows(), requests: idleVerbs.requests, estimateMicros: () => 0 });
  for (const { reservation } of journal.held()) tracker.reserved(reservation);
  return { ending: 'Failed', error: { code, message, retryable }, progress: tracker.progress() };
};

const begin = async (shared: Shared, plan: Plan, journal: Journal, controls: Controls): Promise<Summary> => {
  const { egress, dispatcher, workDir, accountOf, joinEndpoint, clock, random, onGenesysRequest } = shared;
  const facts = await preflight(plan, egress);
  const endpoint = joinEndpoint(facts.speechURL, plan.spec.stt.maxInFlight);
  const account = accountOf(facts.accountKey).join(plan.spec.genesys.requestsPerMinute);
  const speechInFlight = endpoint.inFlight;
  try {
    const common = { dispatcher, workDir, clock, random, onGenesysRequest };
    const verbs = createVerbs({ plan, facts, account, speechInFlight, ...common });
    const { onStep } = controls;
    const observed = onStep ? observedVerbs(verbs, clock.now, onStep) : verbs;
    return await run({ verbs: observed, settings: settingsOf(plan, shared), journal, controls, clock });
  } finally {
    account.leave();
    endpoint.leave();
  }
};

/**
 * A run that is over before it begins needs nobody's leave to close its books, not even Secrets that can be read. `because` is
 * what ends it, where that is not the caller.
 */
const closeBooks = (
  shared: Shared,
  { plan, journal, controls }: Attempt,
  because?: CallscribeError,
): Promise<Summary> => {
  const fail = (): never => {
    throw because;
  };
  const verbs: RunVerbs = because ? { ...idleVerbs, find: fail } : idleVerbs;
  return run({ verbs, settings: settingsOf(plan, shared), journal, controls, clock: shared.clock });
};

const runWith =
  (shared: Shared): RunPipeline =>
  async (plan, journal, controls) => {
    const attempt = { plan, journal, controls };
    if (controls.signal.aborted) return closeBooks(shared, attempt);
    try {
      return await begin(shared, plan, journal, controls);
    } catch (thrown) {
      if (controls.signal.aborted) return closeBooks(shared, attempt);
      const error = toCallscribeError(thrown);
      // What an earlier attempt began gets its outcome, too, where nobody can change what is wrong.
      const endsForGood = !error.retryable && controls.isLastWord === true;
      return endsForGood ? closeBooks(shared, attempt, error) : notBegun(journal, error);
    }
  };

/** Opens the pipeline of a process. What an earlier process left in the work directory when it ended suddenly is removed. */
export const createPipeline = async (options: PipelineOptions): Promise<Pipeline> => {
  await sweepWorkDir(options.workDir);
  const { egress, intercept } = options;
  const dispatcher = intercept ? createDispatcher(egress).compose(intercept) : createDispatcher(egress);
  const shared: Shared = {
    ...options,
    dispatcher,
    inFlight: pLimit(options.maxRecordingsInFlight),
    accountOf: createAccounts(options.clock, options.random),
    joinEndpoint: createEndpointLimits(),
  };
  return { run: runWith(shared), close: () => dispatcher.close() };
};
