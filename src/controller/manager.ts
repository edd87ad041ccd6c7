/**
 * The operator: puts cache, queue, supervisor, events, metrics and health together, runs them while this process leads, and
 * drains when it is told to stop.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { API_GROUP, PLURAL, type TranscriptionRun, VERSION } from '../api/types.ts';
import type { Clock, Random } from '../clock.ts';
import { loggable, type Logger } from '../log.ts';
import type { RunIdentity, RunPipeline } from '../pipeline/plan.ts';
import { openLedger } from './ledger/ledger.ts';
import { createOutbox } from './ledger/outbox.ts';
import { createLedgerStore } from './ledger/store.ts';
import { createMetrics } from './metrics.ts';
import { startAttempt, type Attempt } from './run/attempt.ts';
import { failureEvent, type RunEvent } from './run/events.ts';
import { reconcile } from './run/reconcile.ts';
import { createStatusWriter } from './run/status-writer.ts';
import { createSupervisor, type StartRequest } from './run/supervisor.ts';
import { runController } from './runtime/controller.ts';
import type { Elector } from './runtime/election.ts';
import { createEventRecorder } from './runtime/event-recorder.ts';
import { startHealthServer } from './runtime/health-server.ts';
import type { KubeClient } from './runtime/kube-client.ts';
import { startMetricsServer } from './runtime/metrics-server.ts';
import { createReflector } from './runtime/reflector.ts';
import { resourcePath } from './runtime/resource-path.ts';
import { createWorkQueue } from './runtime/work-queue.ts';
import { secretReader } from './secrets.ts';

export interface ManagerOptions {
  readonly kube: KubeClient;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly metricsAddress: string;
  readonly healthAddress: string;
  readonly elector: Elector;
  readonly pipeline: RunPipeline;
  /** How long what is in flight may take to end after the signal. */
  readonly graceMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const runsPath = (namespace?: string): string =>
  resourcePath({ group: API_GROUP, version: VERSION, plural: PLURAL, ...(namespace && { namespace }) });

const identityOf = ({ metadata: { namespace, name, uid } }: TranscriptionRun): RunIdentity => ({ namespace, name, uid });

const keyOf = ({ namespace, name }: Pick<RunIdentity, 'namespace' | 'name'>): string => `${namespace}/${name}`;

type Emit = (run: TranscriptionRun, event: RunEvent) => void;
type Metrics = ReturnType<typeof createMetrics>;

interface AttemptWiring extends Pick<ManagerOptions, 'kube' | 'clock' | 'pipeline' | 'log'> {
  /** Names this process in the ledgers that it owns. */
  readonly epoch: string;
  readonly enqueue: (key: string) => void;
  readonly emit: Emit;
  readonly metrics: () => Metrics;
}

/** Begins an attempt at a run: its ledger, its secrets, and where its news goes. */
const begin =
  ({ kube, clock, pipeline, log, epoch, enqueue, emit, metrics }: AttemptWiring) =>
  ({ run, window, failures }: StartRequest): Attempt => {
    const identity = identityOf(run);
    const { currency } = run.spec.cost;
    const runLog = log.child({ run: identity.name, namespace: identity.namespace });
    runLog.info({ window }, 'working on the run');
    return startAttempt({
      plan: { run: identity, spec: run.spec, window, readSecret: secretReader(kube, identity.namespace) },
      openLedger: (signal) =>
        openLedger({
          store: createLedgerStore({ kube, run: identity, epoch, clock, signal }),
          outbox: createOutbox({ kube, run: identity, clock, signal }),
          currency,
          clock,
        }),
      pipeline,
      clock,
      failures,
      onChange: () => enqueue(keyOf(identity)),
      onOutcome: (recording) => {
        const { recordingId, conversationId, state, error, attempt, durationMs } = recording;
        runLog.info({ recordingId, conversationId, state, attempt, durationMs, ...(error && { code: error.code }) }, 'recording ended');
        metrics().recordingEnded(recording, currency);
        const event = failureEvent(recording);
        if (event) emit(run, event);
      },
    });
  };
