/**
 * Reads and writes the objects behind a ledger: one ConfigMap a shard, owned by the run, so that the API server removes
 * them with it. Every write names the version it is based on.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Clock } from '../../clock.ts';
import type { RunIdentity } from '../../pipeline/plan.ts';
import { API_VERSION, KIND } from '../../api/types.ts';
import { isAlreadyExists, isConflict, isNotFound, isTooLarge, KubeError } from '../runtime/kube-error.ts';
import type { KubeClient } from '../runtime/kube-client.ts';
import { resourcePath } from '../runtime/resource-path.ts';
import { EPOCH_ANNOTATION, shardIndex, shardName } from './shard.ts';

export const RUN_LABEL = 'callscribe.dev/run';
export const RUN_UID_LABEL = 'callscribe.dev/run-uid';

export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
}

/** What a shard's ConfigMap held when it was last read or written. */
export interface Version {
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface LedgerStore {
  /** The shards of this run, by index. */
  list(): Promise<ReadonlyMap<number, Version>>;
  /** Writes a shard over `base`, or creates it where there is none. Retried until it is known what the API server holds. */
  write(index: number, data: Readonly<Record<string, string>>, base: Version | undefined): Promise<Version>;
}

export interface StoreOptions {
  readonly kube: KubeClient;
  readonly run: RunIdentity;
  /** Names this process; what it has written carries it. */
  readonly epoch: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Labels by which the objects of a run are found. A label holds 63 characters at most, a name up to 253. */
export const runLabels = (run: RunIdentity): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'callscribe',
  [RUN_LABEL]: run.name.slice(0, 63).replace(/[^a-zA-Z0-9]+$/, ''),
  [RUN_UID_LABEL]: run.uid,
});

export const ownerReference = (run: RunIdentity) => ({
  apiVersion: API_VERSION,
  kind: KIND,
  name: run.name,
  uid: run.uid,
  controller: true,
  blockOwnerDeletion: false,
});

const isOwnedBy = (object: StoredObject, run: RunIdentity): boolean =>
  object.metadata.ownerReferences?.some((owner) => owner.uid === run.uid) ?? false;

const sameData = (a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>>): boolean =>
  Object.keys({ ...a, ...b }).every((key) => a?.[key] === b[key]);

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 10_000;

export const createLedgerStore = ({ kube, run, epoch, clock, signal }: StoreOptions): LedgerStore => {
  const path = (name?: string): string =>
    resourcePath({ group: '', version: 'v1', plural: 'configmaps', namespace: run.namespace, ...(name && { name }) });

  const manifest = (index: number, data: Readonly<Record<string, string>>, resourceVersion?: string): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: shardName(run.name, index),
      namespace: run.namespace,
      labels: runLabels(run),
      annotations: { [EPOCH_ANNOTATION]: epoch },
      ownerReferences: [ownerReference(run)],
      ...(resourceVersion && { resourceVersion }),
    },
    data,
  });

  const put = async (index: number, data: Readonly<Record<string, string>>, base: Version | undefined): Promise<Version> => {
    const body = manifest(index, data, base?.resourceVersion);
    const written = base
      ? await kube.replace<StoredObject>(path(shardName(run.name, index)), body, { signal })
      : await kube.create<StoredObject>(path(), body, { signal });
    return { resourceVersion: written.metadata.resourceVersion, data };
  };

  /**
   * After a refused or lost write: what does the API server hold? Gives the version that is there now, with `landed` where our
   * write arrived though its answer did not. Throws where somebody else wrote.
   */
  const lookAgain = async (index: number, data: Readonly<Record<string, string>>, base: Version | undefined) => {
    const live = await kube.get<StoredObject>(path(shardName(run.name, index)), { signal });
    const version: Version = { resourceVersion: live.metadata.resourceVersion, data: live.data ?? {} };
    if (!isOwnedBy(live, run)) {
      // Left by a deleted run of the same name; the garbage collector is on its way.
      throw new CallscribeError('CSC_LEDGER_UNAVAILABLE', `ConfigMap ${live.metadata.name} belongs to something else`);
    }
    if (live.metadata.annotations?.[EPOCH_ANNOTATION] !== epoch && base) {
      throw new CallscribeError('CSC_LEDGER_FENCED', `ConfigMap ${live.metadata.name} was taken over by another operator`);
    }
    if (sameData(live.data, data)) return { landed: true, version };
    if (base && sameData(live.data, base.data)) return { landed: false, version };
    throw new CallscribeError('CSC_LEDGER_CORRUPT', `ConfigMap ${live.metadata.name} was changed by something else`);
  };

  const unsure = (error: unknown): boolean =>
    isConflict(error) || isAlreadyExists(error) || !(error instanceof KubeError) || error.status === 0 || error.status >= 500;

  const settleDoubt = async (index: number, data: Readonly<Record<string, string>>, base: Version | undefined) => {
    try {
      return await lookAgain(index, data, base);
    } catch (error) {
      if (error instanceof CallscribeError) throw error;
      if (isNotFound(error) && base) {
        throw new CallscribeError('CSC_LEDGER_FENCED', `the report of ${run.name} is gone: the run was deleted`, { cause: error });
      }
      return undefined;
    }
  };

  const write = async (index: number, data: Readonly<Record<string, string>>, base: Version | undefined): Promise<Version> => {
    let current = base;
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS)) {
      try {
        return await put(index, data, current);
      } catch (error) {
        signal.throwIfAborted();
        if (isTooLarge(error) || !(unsure(error) || (error instanceof KubeError && error.isRetryable))) {
          throw new CallscribeError('CSC_LEDGER_UNAVAILABLE', `ConfigMap ${shardName(run.name, index)}: ${String(error)}`, {
            cause: error,
            retryable: !isTooLarge(error),
          });
        }
        const found = await settleDoubt(index, data, current);
        if (found?.landed) return found.version;
        current = found?.version ?? current;
      }
      await clock.sleep(waitMs, signal);
    }
  };

  return {
    write,
    list: async () => {
      const objects = await kube.list<StoredObject>(path(), { labelSelector: `${RUN_UID_LABEL}=${run.uid}` }, { signal });
      const shards = objects.items
        .map((object) => ({ index: shardIndex(run.name, object.metadata.name), object }))
        .filter(({ index, object }) => index !== undefined && isOwnedBy(object, run))
        .map(({ index, object }): [number, Version] => [
          index ?? 0,
          { resourceVersion: object.metadata.resourceVersion, data: object.data ?? {} },
        ]);
      return new Map(shards.toSorted(([a], [b]) => a - b));
    },
  };
};
