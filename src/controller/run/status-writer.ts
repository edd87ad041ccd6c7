/**
 * Writes statuses and remembers what it wrote: the cache lags behind our own writes, and a decision on an older status would
 * begin a finished run again.
 * @module
 */
import { API_GROUP, PLURAL, type TranscriptionRun, type TranscriptionRunStatus, VERSION } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { RunIdentity } from '../../pipeline/plan.ts';
import type { KubeClient } from '../runtime/kube-client.ts';
import { resourcePath } from '../runtime/resource-path.ts';
import { mergePatch } from './merge-patch.ts';

/** A status patch costs the API server 7 to 17 ms, so a run gets at most one a second, changes of phase aside. */
const SHORTEST_INTERVAL_MS = 1000;

export interface StatusWriter {
  /** The run with the newest status that this process knows of. */
  latest(run: TranscriptionRun): TranscriptionRun;
  /**
   * Brings the status of the run to `status`. Gives 0 when it is written or needs no write, otherwise the milliseconds until
   * the next write is due.
   * @throws KubeError a conflict where the run is not as it was any more
   */
  write(run: TranscriptionRun, status: TranscriptionRunStatus): Promise<number>;
  /** The run is gone. */
  forget(name: RunName): void;
}

type RunName = Pick<RunIdentity, 'namespace' | 'name'>;

interface Written {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly status: TranscriptionRunStatus;
  readonly atMs: number;
}

/** Since Kubernetes 1.35 resource versions are declared to be integers that grow; they were so before. */
const versionOf = (text: string): bigint => (/^\d+$/.test(text) ? BigInt(text) : 0n);

/** A change that people and `kubectl wait` look for is written at once. */
const isUrgent = (before: TranscriptionRunStatus | undefined, after: TranscriptionRunStatus): boolean =>
  before?.phase !== after.phase ||
  (after.conditions ?? []).some(
    ({ type, status }) => before?.conditions?.find((condition) => condition.type === type)?.status !== status,
  );

export const createStatusWriter = ({
  kube,
  clock,
}: {
  readonly kube: KubeClient;
  readonly clock: Clock;
}): StatusWriter => {
  const written = new Map<string, Written>();
  const keyOf = ({ namespace, name }: RunName): string => `${namespace}/${name}`;
  const ownOf = ({ metadata }: TranscriptionRun): Written | undefined => {
    const own = written.get(keyOf(metadata));
    return own?.uid === metadata.uid ? own : undefined;
  };
  return {
    latest: (run) => {
      const own = ownOf(run);
      return own && versionOf(own.resourceVersion) > versionOf(run.metadata.resourceVersion)
        ? { ...run, metadata: { ...run.metadata, resourceVersion: own.resourceVersion }, status: own.status }
        : run;
    },
    write: async (run, status) => {
      const { namespace, name, uid, resourceVersion } = run.metadata;
      const patch = mergePatch({ ...run.status }, { ...status });
      if (Object.keys(patch).length === 0) return 0;
      const dueMs = (ownOf(run)?.atMs ?? Number.NEGATIVE_INFINITY) + SHORTEST_INTERVAL_MS - clock.now();
      if (dueMs > 0 && !isUrgent(run.status, status)) return dueMs;
      const path = resourcePath({
        group: API_GROUP,
        version: VERSION,
        plural: PLURAL,
        namespace,
        name,
        subresource: 'status',
      });
      // The version makes the API server refuse what was decided from an older spec, by an operator that was frozen meanwhile, or
      // about a run whose name another one took: for custom resources a UID alone does not.
      const metadata = { uid, resourceVersion };
      const after = await kube.patch<TranscriptionRun>(path, { metadata, status: patch });
      const own = {
        uid,
        resourceVersion: after.metadata.resourceVersion,
        status: after.status ?? {},
        atMs: clock.now(),
      };
      written.set(keyOf(run.metadata), own);
      return 0;
    },
    forget: (name) => {
      written.delete(keyOf(name));
    },
  };
};
