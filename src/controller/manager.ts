/**
 * The operator: puts cache, queue, supervisor, events, metrics and health together, runs them while this process leads, and
 * drains when it is told to stop.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { API_GROUP, API_VERSION, KIND, PLURAL, type TranscriptionRun, VERSION } from '../api/types.ts';
import type { Clock, Random } from '../clock.ts';
import { loggable, type Logger } from '../log.ts';
import type { RunIdentity, RunPipeline } from '../pipeline/plan.ts';
import { openLedger } from './ledger/ledger.ts';
import { createOutbox } from './ledger/outbox.ts';
import { createLedgerStore } from './ledger/store.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { startAttempt, type Attempt } from './run/attempt.ts';
import { failureEvent, type RunEvent } from './run/events.ts';
import { reconcile } from './run/reconcile.ts';
import { createStatusWriter } from './run/status-writer.ts';
import { createSupervisor, type StartRequest } from './run/supervisor.ts';
import { runController } from './runtime/controller.ts';
import type { Elector } from './runtime/election.ts';
import { createEventRecorder } from './runtime/event-recorder.ts';
import { startHealthServer, startMetricsServer } from './runtime/http-server.ts';
import type { KubeClient } from './runtime/kube-client.ts';
import { createReflector, type Reflector } from './runtime/reflector.ts';
import { resourcePath } from './runtime/resource-path.ts';
import { createWorkQueue, type WorkQueue } from './runtime/work-queue.ts';
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

const identityOf = ({ metadata: { namespace, name, uid } }: TranscriptionRun): RunIdentity => ({
  namespace,
  name,
  uid,
});

const keyOf = ({ namespace, name }: Pick<RunIdentity, 'namespace' | 'name'>): string => `${namespace}/${name}`;

type Emit = (run: TranscriptionRun, event: RunEvent) => void;

interface AttemptWiring extends Pick<ManagerOptions, 'kube' | 'clock' | 'pipeline' | 'log'> {
  readonly enqueue: (key: string) => void;
  readonly emit: Emit;
  readonly metrics: Metrics;
}

/** Begins an attempt at a run: its ledger, its secrets, and where its news goes. */
const begin =
  ({ kube, clock, pipeline, log, enqueue, emit, metrics }: AttemptWiring) =>
  ({ run, window, failures }: StartRequest): Attempt => {
    const identity = identityOf(run);
    const { currency } = run.spec.cost;
    const runLog = log.child({ run: identity.name, namespace: identity.namespace });
    runLog.info({ window }, 'working on the run');
    return startAttempt({
      plan: { run: identity, spec: run.spec, window, readSecret: secretReader(kube, identity.namespace) },
      openLedger: (signal) =>
        openLedger({
          store: createLedgerStore({ kube, run: identity, epoch: randomUUID(), clock, signal }),
          outbox: createOutbox({ kube, run: identity, clock, signal }),
          currency,
          clock,
        }),
      pipeline,
      clock,
      ...(failures && { failures }),
      onChange: () => enqueue(keyOf(identity)),
      onOutcome: (recording) => {
        const { recordingId, conversationId, state, error, attempt, durationMs } = recording;
        runLog.info(
          { recordingId, conversationId, state, attempt, durationMs, ...(error && { code: error.code }) },
          'recording ended',
        );
        metrics.recordingEnded(recording, currency);
        const event = failureEvent(recording);
        if (event) emit(run, event);
      },
    });
  };

type Cache = Reflector<TranscriptionRun>;

const watchRuns = (
  { kube, namespaces, clock, random, log }: ManagerOptions,
  onChange: (key: string) => void,
): readonly Cache[] =>
  (namespaces.length > 0 ? namespaces : [undefined]).map((namespace) =>
    createReflector<TranscriptionRun>({
      kube,
      path: runsPath(namespace),
      clock,
      random,
      onChange,
      onError: (error) => log.warn({ err: loggable(error), namespace }, 'the watch of runs was disturbed'),
    }),
  );

const unsynced = (caches: readonly Cache[]): string | undefined =>
  caches.every((cache) => cache.hasSynced()) ? undefined : 'the runs were not listed yet';

/** What a term as leader keeps; nobody's while another process leads. */
interface Term {
  readonly queue: WorkQueue;
  readonly runs: () => number;
}

interface Parts {
  readonly caches: readonly Cache[];
  readonly metrics: Metrics;
  readonly terms: { current?: Term };
  /** Aborted: the process is to stop. Otherwise a term ends because the lead was lost. */
  readonly stopping: AbortSignal;
}

/**
 * Who lost the lead may let end what is in flight for this long: less than the time between the end of a leader's renewals and the
 * end of its Lease. Whoever is slower than that is fenced by the ledger.
 */
const LOST_GRACE_MS = 4000;

/** Reconciles at the same time. They mostly wait for the API server. */
const WORKERS = 8;

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** What one term as leader consists of. Everything that belongs to it ends with it. */
const lead = async (
  options: ManagerOptions,
  { caches, metrics, terms, stopping }: Parts,
  leading: AbortSignal,
): Promise<void> => {
  const { kube, clock, pipeline, log, graceMs } = options;
  const queue = createWorkQueue(clock);
  const recorder = createEventRecorder({
    kube,
    clock,
    newId: randomUUID,
    onError: (error) => log.debug({ err: loggable(error) }, 'an Event could not be written'),
  });
  const emit: Emit = (run, event) => recorder.emit({ ...run, apiVersion: API_VERSION, kind: KIND }, event);
  const supervisor = createSupervisor(
    begin({ kube, clock, pipeline, log, enqueue: (key) => queue.add(key), emit, metrics }),
  );
  terms.current = { queue, runs: supervisor.size };
  const statusWriter = createStatusWriter({ kube, clock });
  const getRun = (key: string): TranscriptionRun | undefined => caches.map((cache) => cache.get(key)).find(Boolean);
  for (const cache of caches) for (const key of cache.keys()) queue.add(key);
  const working = runController({
    queue,
    workers: WORKERS,
    reconcile: (key) => reconcile({ kube, getRun, supervisor, statusWriter, emit, clock }, key),
    newId: randomUUID,
    clock,
    onReconciled: ({ key, reconcileId, result, durationMs, error }) => {
      metrics.reconciled(result, durationMs / 1000);
      if (error !== undefined)
        log.warn({ key, reconcileId, err: loggable(error) }, 'a reconcile failed and is repeated');
    },
  });
  await untilAborted(leading);
  // Nothing is decided any more: an attempt that is let go is not an end of its run.
  queue.shutDown();
  await working;
  log.info({ runs: supervisor.size(), lost: !stopping.aborted }, 'draining');
  await supervisor.shutdown(AbortSignal.timeout(stopping.aborted ? graceMs : LOST_GRACE_MS));
  delete terms.current;
  await recorder.flush();
};

/**
 * Runs the operator until `signal` is aborted and everything in flight has ended or was handed back. Logs `ready` with the
 * addresses of its servers when the runs are listed.
 * @throws Error where an address cannot be listened on
 */
export const runManager = async (options: ManagerOptions, signal: AbortSignal): Promise<void> => {
  const { clock, elector, log } = options;
  const registry = new Registry();
  const terms: Parts['terms'] = {};
  const metrics = createMetrics(registry, {
    leads: () => terms.current !== undefined,
    activeRuns: () => terms.current?.runs() ?? 0,
    queueDepth: () => terms.current?.queue.depth() ?? 0,
  });
  const caches = watchRuns(options, (key) => terms.current?.queue.add(key));
  const health = await startHealthServer(options.healthAddress, {
    live: {},
    ready: { cache: () => unsynced(caches), shutdown: () => (signal.aborted ? 'shutting down' : undefined) },
  });
  const metricsServer = await startMetricsServer(options.metricsAddress, registry);
  const watching = new AbortController();
  const watches = caches.map((cache) => cache.run(watching.signal));
  const stopped = untilAborted(signal);
  while (!signal.aborted && unsynced(caches) !== undefined) await Promise.race([stopped, clock.sleep(20)]);
  log.info({ health: health.url, metrics: metricsServer.url }, 'ready');
  try {
    await elector.run((leading) => lead(options, { caches, metrics, terms, stopping: signal }, leading), signal);
  } finally {
    watching.abort();
    await Promise.all([...watches, health.close(), metricsServer.close()]);
  }
  log.info('stopped');
};
