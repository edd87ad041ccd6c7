/**
 * The operator: puts cache, queue, supervisor, events, metrics and health together, runs them while this process leads, and
 * drains when it is told to stop.
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Registry } from 'prom-client';
import { API_GROUP, API_VERSION, KIND, PLURAL, type TranscriptionRun, VERSION } from '../api/types.ts';
import type { Clock, Random } from '../clock.ts';
import { loggable, type Logger } from '../log.ts';
import type { RunIdentity, RunPipeline } from '../pipeline/plan.ts';
import { type Attempts, createAttempts } from './begin-attempt.ts';
import { createNamespaceClaims } from './ledger/namespace-claims.ts';
import { meteredStatusWriter } from './metrics/metered-status-writer.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { RunEvent } from './run/events.ts';
import { reconcile } from './run/reconcile.ts';
import { createStatusWriter } from './run/status-writer.ts';
import { createSupervisor } from './run/supervisor.ts';
import { runController } from './runtime/controller.ts';
import type { Elector } from './runtime/election.ts';
import { createEventRecorder } from './runtime/event-recorder.ts';
import { startHealthServer, startMetricsServer } from './runtime/http-server.ts';
import type { KubeClient } from './runtime/kube-client.ts';
import { createReflector, type Reflector } from './runtime/reflector.ts';
import { resourcePath } from './runtime/resource-path.ts';
import { createWorkQueue, type WorkQueue } from './runtime/work-queue.ts';
import type { Tracing } from './tracing/tracing.ts';

export interface ManagerOptions {
  readonly kube: KubeClient;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly metricsAddress: string;
  readonly healthAddress: string;
  readonly metrics: Metrics;
  /** Where `metrics` are read from. */
  readonly registry: Registry;
  readonly tracing?: Tracing | undefined;
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

const keyOf = ({ namespace, name }: Pick<RunIdentity, 'namespace' | 'name'>): string => `${namespace}/${name}`;

type Cache = Reflector<TranscriptionRun>;

const watchRuns = (
  { kube, namespaces, clock, random, log, metrics }: ManagerOptions,
  onChange: (key: string) => void,
): readonly Cache[] =>
  (namespaces.length > 0 ? namespaces : [undefined]).map((namespace) =>
    createReflector<TranscriptionRun>({
      kube,
      path: runsPath(namespace),
      clock,
      random,
      onChange,
      onError: (error) => {
        metrics.watchDisturbed();
        log.warn({ err: loggable(error), namespace }, 'the watch of runs was disturbed');
      },
    }),
  );

const unsynced = (caches: readonly Cache[]): string | undefined =>
  caches.every((cache) => cache.hasSynced()) ? undefined : 'the runs were not listed yet';

/** What a term as leader keeps; nobody's while another process leads. */
interface Term {
  readonly queue: WorkQueue;
  readonly attempts: Attempts;
}

interface Parts {
  readonly caches: readonly Cache[];
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
  { caches, terms, stopping }: Parts,
  leading: AbortSignal,
): Promise<void> => {
  const { kube, clock, metrics, log, graceMs } = options;
  const queue = createWorkQueue(clock);
  const recorder = createEventRecorder({
    kube,
    clock,
    newId: randomUUID,
    onError: (error) => log.debug({ err: loggable(error) }, 'an Event could not be written'),
  });
  const emit = (run: TranscriptionRun, event: RunEvent): void =>
    recorder.emit({ ...run, apiVersion: API_VERSION, kind: KIND }, event);
  const onChange = (run: RunIdentity): void => queue.add(keyOf(run));
  const claims = createNamespaceClaims({
    kube,
    clock,
    signal: leading,
    onUnreadable: (namespace, reports) =>
      log.warn({ namespace, reports }, 'reports could not be read and do not count'),
  });
  const attempts = createAttempts({ ...options, claims, onChange, emit });
  const supervisor = createSupervisor(attempts.begin);
  terms.current = { queue, attempts };
  const statusWriter = meteredStatusWriter(createStatusWriter({ kube, clock }), metrics);
  const getRun = (key: string): TranscriptionRun | undefined => caches.map((cache) => cache.get(key)).find(Boolean);
  for (const cache of caches) for (const key of cache.keys()) queue.add(key);
  const working = runController({
    queue,
    workers: WORKERS,
    reconcile: (key, reconcileId) =>
      reconcile(
        { kube, getRun, supervisor, statusWriter, emit, clock, log, onGone: claims.gone },
        { key, reconcileId },
      ),
    newId: randomUUID,
    clock,
    onReconciled: ({ key, reconcileId, result, durationMs, error }) => {
      metrics.reconciled(result, durationMs);
      const [namespace, run] = key.split('/');
      const facts = { run, namespace, reconcileId, result, durationMs };
      if (error === undefined) log.debug(facts, 'reconciled');
      else
        log.warn(
          { ...facts, err: loggable(error) },
          result === 'Error' ? 'a reconcile failed and is repeated' : 'a reconcile failed for good',
        );
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
  const { clock, elector, log, metrics } = options;
  const terms: Parts['terms'] = {};
  const caches = watchRuns(options, (key) => terms.current?.queue.add(key));
  metrics.watch({
    leads: () => terms.current !== undefined,
    activity: () => terms.current?.attempts.activity() ?? { runs: 0, inFlight: 0, pending: 0 },
    queueDepth: () => terms.current?.queue.depth() ?? 0,
    runs: () => caches.flatMap((cache) => [...cache.keys()].flatMap((key) => cache.get(key) ?? [])),
  });
  const health = await startHealthServer(options.healthAddress, {
    live: {},
    ready: { cache: () => unsynced(caches), shutdown: () => (signal.aborted ? 'shutting down' : undefined) },
  });
  const metricsServer = await startMetricsServer(options.metricsAddress, options.registry);
  const watching = new AbortController();
  const watches = caches.map((cache) => cache.run(watching.signal));
  const stopped = untilAborted(signal);
  while (!signal.aborted && unsynced(caches) !== undefined) await Promise.race([stopped, clock.sleep(20)]);
  log.info({ health: health.url, metrics: metricsServer.url }, 'ready');
  try {
    await elector.run((leading) => lead(options, { caches, terms, stopping: signal }, leading), signal);
  } finally {
    watching.abort();
    await Promise.all([...watches, health.close(), metricsServer.close()]);
  }
  log.info('stopped');
};
