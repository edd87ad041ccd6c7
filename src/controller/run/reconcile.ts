/**
 * Observe, decide, act: brings one run a step further. Everything it needs to decide is in `Facts`; everything it does is here.
 * @module
 */
import { API_GROUP, PLURAL, type TranscriptionRun, type TranscriptionRunStatus, VERSION } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { RunIdentity } from '../../pipeline/plan.ts';
import type { Logger } from '../../log.ts';
import type { KubeClient } from '../runtime/kube-client.ts';
import { isConflict, isInvalid, isNotFound, isTooLarge } from '../runtime/kube-error.ts';
import { resourcePath } from '../runtime/resource-path.ts';
import { type Result, TerminalError } from '../runtime/controller.ts';
import { type Action, decide } from './decide.ts';
import { eventsOf, type RunEvent } from './events.ts';
import { statusOf } from './status.ts';
import type { StatusWriter } from './status-writer.ts';
import type { Supervisor } from './supervisor.ts';

export interface ReconcileOptions {
  readonly kube: KubeClient;
  /** From the cache. */
  readonly getRun: (key: string) => TranscriptionRun | undefined;
  readonly supervisor: Supervisor;
  readonly statusWriter: StatusWriter;
  readonly emit: (run: TranscriptionRun, event: RunEvent) => void;
  readonly clock: Clock;
  /** Told of a run that is not there, or on its way out. */
  readonly onGone: (name: Pick<RunIdentity, 'namespace' | 'name'>) => void;
  readonly log: Logger;
}

/** One reconcile; `key` is `namespace/name`. */
export interface Request {
  readonly key: string;
  /** Of this one: its log lines carry it. */
  readonly reconcileId: string;
}

const runPath = ({ metadata: { namespace, name } }: TranscriptionRun): string =>
  resourcePath({ group: API_GROUP, version: VERSION, plural: PLURAL, namespace, name });

/** Deletes the run that was decided about, not one that took its name. */
const remove = async (kube: KubeClient, run: TranscriptionRun): Promise<void> => {
  try {
    await kube.delete(runPath(run), { preconditions: { uid: run.metadata.uid }, propagationPolicy: 'Background' });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
};

type Acting = Pick<ReconcileOptions, 'kube' | 'supervisor'> & Pick<Request, 'reconcileId'>;

const act = async ({ kube, supervisor, reconcileId }: Acting, run: TranscriptionRun, action: Action): Promise<void> => {
  const { uid } = run.metadata;
  switch (action.kind) {
    case 'Start':
      return supervisor.start({ run, window: action.window, reconcileId });
    case 'Drain':
      return supervisor.drain(uid);
    case 'Abort':
      return supervisor.abort(uid, new CallscribeError(action.code, action.message));
    case 'Forget':
      return supervisor.forget(uid);
    case 'Delete':
      return remove(kube, run);
  }
};

const soonest = (...waitsMs: readonly (number | undefined)[]): Result => {
  const known = waitsMs.filter((ms): ms is number => ms !== undefined && ms > 0);
  return known.length > 0 ? { kind: 'RequeueAfter', ms: Math.min(...known) } : { kind: 'Done' };
};

const observe = (
  { getRun, supervisor, statusWriter, onGone }: ReconcileOptions,
  key: string,
): TranscriptionRun | undefined => {
  const cached = getRun(key);
  const [namespace = '', name = ''] = key.split('/');
  const live = cached && !cached.metadata.deletionTimestamp ? cached : undefined;
  supervisor.discard({ namespace, name }, live?.metadata.uid);
  if (!live) {
    statusWriter.forget({ namespace, name });
    onGone({ namespace, name });
    return undefined;
  }
  supervisor.configure(live);
  return statusWriter.latest(live);
};

/** An Event, and the same as a line of the log. */
const tell = ({ emit, log }: ReconcileOptions, run: TranscriptionRun, reconcileId: string, event: RunEvent): void => {
  const { name, namespace } = run.metadata;
  const level = event.type === 'Warning' ? 'warn' : 'info';
  log[level]({ run: name, namespace, reconcileId, reason: event.reason }, event.message);
  emit(run, event);
};

/** How long the watch may take to bring what made a write fail. */
const OUTDATED_MS = 500;

const write = async (
  { statusWriter }: ReconcileOptions,
  run: TranscriptionRun,
  status: TranscriptionRunStatus,
): Promise<number | 'Outdated'> => {
  try {
    return await statusWriter.write(run, status);
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return 'Outdated';
    if (isTooLarge(error) || isInvalid(error)) throw new TerminalError('the status was refused', { cause: error });
    throw error;
  }
};

/** Brings the status up to date first: what is pinned there must be durable before the work that relies on it begins. */
export const reconcile = async (options: ReconcileOptions, { key, reconcileId }: Request): Promise<Result> => {
  const run = observe(options, key);
  if (!run) return { kind: 'Done' };
  const nowMs = options.clock.now();
  const worker = options.supervisor.facts(run.metadata.uid);
  const decision = decide({ run, nowMs, ...(worker && { worker }) });
  let dueMs = 0;
  if (decision.verdict) {
    const status = statusOf(run, decision.verdict, { worker, nowMs });
    const written = await write(options, run, status);
    // The run is not as it was: the watch tells how it is, and this is decided again.
    if (written === 'Outdated') return { kind: 'RequeueAfter', ms: OUTDATED_MS };
    dueMs = written;
    if (dueMs === 0) for (const event of eventsOf(run.status, status)) tell(options, run, reconcileId, event);
  }
  for (const action of decision.actions) await act({ ...options, reconcileId }, run, action);
  return soonest(decision.requeueAfterMs, dueMs);
};
