/**
 * Begins attempts at runs: the ledger and the secrets of each, and where its news goes: log, Events, metrics, traces.
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { TranscriptionRun } from '../api/types.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { RecordingProgress, RunIdentity, RunPipeline } from '../pipeline/plan.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import type { NamespaceClaims } from './ledger/namespace-claims.ts';
import { createOutbox } from './ledger/outbox.ts';
import { createLedgerStore } from './ledger/store.ts';
import { meteredLedger } from './metrics/metered-ledger.ts';
import type { Metrics } from './metrics/metrics.ts';
import { type Attempt, startAttempt } from './run/attempt.ts';
import { failureEvent, type RunEvent } from './run/events.ts';
import type { StartRequest } from './run/supervisor.ts';
import type { KubeClient } from './runtime/kube-client.ts';
import { secretReader } from './secrets.ts';
import type { Tracing } from './tracing/tracing.ts';

export interface AttemptWiring {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly pipeline: RunPipeline;
  readonly claims: NamespaceClaims;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracing?: Tracing | undefined;
  /** The run has news for its status. */
  readonly onChange: (run: RunIdentity) => void;
  readonly emit: (run: TranscriptionRun, event: RunEvent) => void;
}

export interface Attempts {
  readonly begin: (request: StartRequest) => Attempt;
  /** What the attempts that have not ended are at. */
  readonly activity: () => { readonly runs: number; readonly inFlight: number; readonly pending: number };
}

const identityOf = ({ metadata: { namespace, name, uid } }: TranscriptionRun): RunIdentity => ({
  namespace,
  name,
  uid,
});

const factsOf = ({ recordingId, conversationId, state, error, attempt, durationMs }: RecordingProgress) => ({
  recordingId,
  conversationId,
  state,
  attempt,
  durationMs,
  ...(error && { code: error.code, error: error.message }),
});

const beginAttempt = (wiring: AttemptWiring, { run, window, reconcileId, failures }: StartRequest): Attempt => {
  const { kube, clock, pipeline, claims, metrics, emit, onChange } = wiring;
  const identity = identityOf(run);
  const { onAlreadyTranscribed, cost, report } = run.spec;
  const { currency } = cost;
  const { retention } = report;
  const log = wiring.log.child({ run: identity.name, namespace: identity.namespace, reconcileId });
  const trace = wiring.tracing?.attempt(identity);
  let closeBooks = (): void => {};
  log.info({ window }, 'working on the run');
  const open = async (signal: AbortSignal): Promise<Ledger> => {
    const sinceMs = clock.now();
    const store = createLedgerStore({ kube, run: identity, retention, epoch: randomUUID(), clock, signal });
    const outbox = createOutbox({ kube, run: identity, clock, signal });
    const { ledger, close } = meteredLedger(await openLedger({ store, outbox, currency, clock }), {
      metrics,
      currency,
      sinceMs,
    });
    closeBooks = close;
    return ledger;
  };
  const attempt = startAttempt({
    plan: { run: identity, spec: run.spec, window, readSecret: secretReader(kube, identity.namespace) },
    joinClaims: () => claims.join(identity, { redo: onAlreadyTranscribed === 'Redo', kept: retention === 'Keep' }),
    openLedger: open,
    pipeline,
    clock,
    ...(failures && { failures }),
    onChange: () => onChange(identity),
    onStep: (step) => {
      metrics.stepEnded(step);
      trace?.step(step);
    },
    onOutcome: (recording) => {
      log.info(factsOf(recording), 'recording ended');
      metrics.recordingEnded(recording);
      trace?.recordingEnded(recording);
      const event = failureEvent(recording);
      if (event) emit(run, event);
    },
  });
  void attempt.ended.then(() => {
    closeBooks();
    trace?.end();
  });
  return attempt;
};

export const createAttempts = (wiring: AttemptWiring): Attempts => {
  const open = new Set<Attempt>();
  const sum = (count: 'inProgress' | 'pending'): number =>
    [...open].reduce((total, attempt) => total + (attempt.facts().progress?.counts[count] ?? 0), 0);
  return {
    begin: (request) => {
      const attempt = beginAttempt(wiring, request);
      open.add(attempt);
      void attempt.ended.then(() => open.delete(attempt));
      return attempt;
    },
    activity: () => ({ runs: open.size, inFlight: sum('inProgress'), pending: sum('pending') }),
  };
};
