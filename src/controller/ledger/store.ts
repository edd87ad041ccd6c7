/**
 * Reads and writes the objects behind a ledger: one ConfigMap a shard, owned by the run, so that the API server removes them with
 * it, unless the report is to be kept. Every write names the version it is based on.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Clock } from '../../clock.ts';
import type { RunIdentity } from '../../pipeline/plan.ts';
import { API_VERSION, KIND } from '../../api/types.ts';
import { isAlreadyExists, isConflict, isNotFound, isTooLarge, KubeError } from '../runtime/kube-error.ts';
import type { KubeClient } from '../runtime/kube-client.ts';
import { resourcePath } from '../runtime/resource-path.ts';
import { insist, isWorthInsisting, waits } from './insist.ts';
import { EPOCH_ANNOTATION, shardIndex, shardName } from './shard.ts';

export const RUN_LABEL = 'callscribe.dev/run';
export const RUN_UID_LABEL = 'callscribe.dev/run-uid';
/** On reports that outlive their run. */
export const RETENTION_LABEL = 'callscribe.dev/retention';
export const KEPT = 'Keep';
/** The whole name of the run: a label holds 63 characters only. */
export const RUN_ANNOTATION = 'callscribe.dev/run';

export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

/** What a shard's ConfigMap held when it was last read or written. */
export interface Version {
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Shards by index, in the order of their index. */
export type ShardSet = ReadonlyMap<number, Version>;

/** All methods throw `CSC_LEDGER_FENCED` where another process took the ledger over, and `CSC_LEDGER_*` else. */
export interface LedgerStore {
  /** Of the first shard. Known after `list`. */
  readonly name: () => string;
  /** The shards of this run. */
  list(): Promise<ShardSet>;
  /** A shard that this process wrote. */
  read(index: number): Promise<Version>;
  /** Writes a shard over `base`, or creates it where there is none. Retried until it is known what the API server holds. */
  write(index: number, data: Readonly<Record<string, string>>, base: Version | undefined): Promise<Version>;
  /** Deletes a shard, unless it is not `base` any more. */
  remove(index: number, base: Pick<Version, 'resourceVersion'>): Promise<void>;
}

export interface StoreOptions {
  readonly kube: KubeClient;
  readonly run: RunIdentity;
  /** As `spec.report.retention` says. */
  readonly retention: 'WithRun' | 'Keep';
  /** Names this opening of the ledger; what was written by it carries the name. */
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

const belongsTo = ({ metadata }: StoredObject, run: RunIdentity): boolean =>
  metadata.labels?.[RUN_UID_LABEL] === run.uid;

export const isKept = ({ metadata }: StoredObject): boolean => metadata.labels?.[RETENTION_LABEL] === KEPT;

const sameData = (a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>>): boolean =>
  Object.keys({ ...a, ...b }).every((key) => a?.[key] === b[key]);

type Data = Readonly<Record<string, string>>;

/** What the shards are named after: the run, or the run and its UID where an earlier run of the name left a report that is kept. */
const secondBase = ({ name, uid }: RunIdentity): string => `${name}-${uid.slice(0, 8)}`;

/** One write: what a shard is to hold, over what it is believed to hold. */
interface Target {
  readonly name: string;
  readonly data: Data;
  readonly base: Version | undefined;
}

const pathOf = ({ namespace }: RunIdentity, name?: string): string =>
  resourcePath({ group: '', version: 'v1', plural: 'configmaps', namespace, ...(name && { name }) });

const fenced = (name: string, cause?: unknown): CallscribeError =>
  new CallscribeError('CSC_LEDGER_FENCED', `ConfigMap ${name} was taken over by another operator`, { cause });

const manifestOf = ({ run, epoch, retention }: StoreOptions, { name, data, base }: Target): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: run.namespace,
    labels: { ...runLabels(run), ...(retention === 'Keep' && { [RETENTION_LABEL]: KEPT }) },
    annotations: { [EPOCH_ANNOTATION]: epoch, [RUN_ANNOTATION]: run.name },
    ...(retention === 'WithRun' && { ownerReferences: [ownerReference(run)] }),
    ...(base && { resourceVersion: base.resourceVersion }),
  },
  data,
});

const put = async (options: StoreOptions, target: Target): Promise<Version> => {
  const { kube, run, signal } = options;
  const body = manifestOf(options, target);
  const written = target.base
    ? await kube.replace<StoredObject>(pathOf(run, target.name), body, { signal })
    : await kube.create<StoredObject>(pathOf(run), body, { signal });
  return { resourceVersion: written.metadata.resourceVersion, data: target.data };
};

interface Found {
  /** True where our write arrived though its answer did not. */
  readonly landed: boolean;
  readonly version: Version;
}

/** What it means that the API server holds `live` after a write of `target`. Throws where somebody else wrote. */
const judge = ({ epoch }: StoreOptions, { data, base }: Target, live: StoredObject): Found => {
  const { name, resourceVersion, annotations } = live.metadata;
  const version: Version = { resourceVersion, data: live.data ?? {} };
  const isOurs = annotations?.[EPOCH_ANNOTATION] === epoch;
  if (isOurs && sameData(live.data, data)) return { landed: true, version };
  if (resourceVersion === base?.resourceVersion) return { landed: false, version };
  if (!isOurs) throw fenced(name);
  // Labels and annotations are anybody's to add.
  if (base && sameData(live.data, base.data)) return { landed: false, version };
  throw new CallscribeError('CSC_LEDGER_CORRUPT', `ConfigMap ${name} was changed by something else`);
};

/** After a refused or lost write: what does the API server hold? Throws where somebody else wrote. */
const lookAgain = async (options: StoreOptions, target: Target): Promise<Found> => {
  const { kube, run, signal } = options;
  const { name } = target;
  const live = await kube.get<StoredObject>(pathOf(run, name), { signal });
  // Left by a deleted run of the same name; the garbage collector is on its way.
  if (!belongsTo(live, run)) {
    throw new CallscribeError('CSC_LEDGER_UNAVAILABLE', `ConfigMap ${name} belongs to something else`);
  }
  return judge(options, target, live);
};

/** As `lookAgain`; undefined where the API server does not say. */
const settleDoubt = async (options: StoreOptions, target: Target): Promise<Found | undefined> => {
  try {
    return await lookAgain(options, target);
  } catch (error) {
    if (error instanceof CallscribeError) throw error;
    if (!isNotFound(error) || !target.base) return undefined;
    const message = `the report of ${options.run.name} is gone: the run was deleted`;
    throw new CallscribeError('CSC_LEDGER_FENCED', message, { cause: error });
  }
};

/** True where the write may have arrived, or a look at the object can tell why it did not. */
const isInDoubt = (error: unknown): boolean =>
  !(error instanceof KubeError) ||
  isConflict(error) ||
  isAlreadyExists(error) ||
  error.status === 0 ||
  error.status >= 500;

const isWorthAnotherTry = (error: unknown): boolean =>
  !isTooLarge(error) && (isInDoubt(error) || isWorthInsisting(error));

const refused = (name: string, error: unknown): CallscribeError =>
  new CallscribeError('CSC_LEDGER_UNAVAILABLE', `ConfigMap ${name}: ${String(error)}`, {
    cause: error,
    retryable: !isTooLarge(error),
  });

const write = async (options: StoreOptions, target: Target): Promise<Version> => {
  const { clock, signal } = options;
  let { base } = target;
  for (const waitMs of waits()) {
    try {
      return await put(options, { ...target, base });
    } catch (error) {
      signal.throwIfAborted();
      if (!isWorthAnotherTry(error)) throw refused(target.name, error);
    }
    const found = await settleDoubt(options, { ...target, base });
    if (found?.landed) return found.version;
    base = found?.version ?? base;
    await clock.sleep(waitMs, signal);
  }
  throw new Error('unreachable: waits() never ends');
};

/** The shards among objects, by their names. @param base what they are named after */
export const shardSetOf = (base: string, objects: readonly StoredObject[]): ShardSet => {
  const shards = objects.flatMap(({ metadata: { name, resourceVersion }, data = {} }): [number, Version][] => {
    const index = shardIndex(base, name);
    return index === undefined ? [] : [[index, { resourceVersion, data }]];
  });
  return new Map(shards.toSorted(([a], [b]) => a - b));
};

const unreadable = (error: unknown): CallscribeError =>
  error instanceof CallscribeError
    ? error
    : new CallscribeError('CSC_LEDGER_UNAVAILABLE', `the report cannot be read: ${String(error)}`, { cause: error });

const read = async (options: StoreOptions, name: string): Promise<Version> => {
  const { kube, run, epoch, signal } = options;
  const path = pathOf(run, name);
  const live = await insist(options, () => kube.get<StoredObject>(path, { signal })).catch((error: unknown) => {
    throw unreadable(error);
  });
  if (live.metadata.annotations?.[EPOCH_ANNOTATION] !== epoch) throw fenced(live.metadata.name);
  return { resourceVersion: live.metadata.resourceVersion, data: live.data ?? {} };
};

const remove = async (options: StoreOptions, name: string, resourceVersion: string): Promise<void> => {
  const { kube, run, signal } = options;
  const preconditions = { resourceVersion };
  try {
    await insist(options, () => kube.delete(pathOf(run, name), { preconditions, signal }));
  } catch (error) {
    if (isConflict(error)) throw fenced(name, error);
    if (!isNotFound(error)) throw refused(name, error);
  }
};

/** A report that is kept has the name for good. */
const isTaken = async ({ kube, run, signal }: StoreOptions): Promise<boolean> => {
  try {
    const found = await kube.get<StoredObject>(pathOf(run, shardName(run.name, 0)), { signal });
    return isKept(found) && !belongsTo(found, run);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw unreadable(error);
  }
};

interface OwnShards {
  readonly base: string;
  readonly shards: ShardSet;
}

const list = async (options: StoreOptions): Promise<OwnShards> => {
  const { kube, run, signal } = options;
  const selector = { labelSelector: `${RUN_UID_LABEL}=${run.uid}` };
  const { items } = await kube.list<StoredObject>(pathOf(run), selector, { signal }).catch((error: unknown) => {
    throw unreadable(error);
  });
  for (const base of [run.name, secondBase(run)]) {
    const shards = shardSetOf(base, items);
    if (shards.size > 0) return { base, shards };
  }
  return { base: (await isTaken(options)) ? secondBase(run) : run.name, shards: new Map() };
};

export const createLedgerStore = (options: StoreOptions): LedgerStore => {
  let { name: base } = options.run;
  return {
    name: () => shardName(base, 0),
    list: async () => {
      const own = await list(options);
      base = own.base;
      return own.shards;
    },
    read: (index) => read(options, shardName(base, index)),
    remove: (index, { resourceVersion }) => remove(options, shardName(base, index), resourceVersion),
    write: (index, data, version) => write(options, { name: shardName(base, index), data, base: version }),
  };
};
