/**
 * Keeps a copy of all objects of one path, as client-go's Reflector does: list in pages, watch from there, and after any
 * disturbance go on where it was, or list again where the API server has forgotten that place.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { backoffMs } from '../../pipeline/retry/backoff.ts';
import { isGone, KubeError } from './kube-error.ts';
import type { KubeClient, WatchEvent } from './kube-client.ts';

export interface Cached {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
}

export interface ReflectorOptions {
  readonly kube: KubeClient;
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Called with `namespace/name` after each change, deletions included. What it throws is an error of the program. */
  readonly onChange: (key: string) => void;
  /** Told of each disturbance, for the log. */
  readonly onError?: (error: unknown) => void;
  /** Objects a page. */
  readonly pageSize?: number;
  /** Without any event for this long a watch counts as dead. */
  readonly idleMs?: number;
}

export interface Reflector<T extends Cached> {
  get(key: string): T | undefined;
  keys(): IterableIterator<string>;
  /** True after the first complete list. */
  readonly hasSynced: () => boolean;
  /** Lists and watches until `signal` is aborted. Never rejects. Call it once. */
  run(signal: AbortSignal): Promise<void>;
}

const BACKOFF = { baseMs: 800, capMs: 30_000 };
/** A watch without a bookmark is normal: the API server sends none for a resource without events since it started. */
const DEFAULT_IDLE_MS = 11 * 60_000;
const SHORTEST_WATCH_SECONDS = 300;
const FURTHER_WATCH_SECONDS = 300;

export const keyOf = ({ metadata: { namespace, name } }: Cached): string => `${namespace}/${name}`;

interface ErrorObject {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** An error that came as an event: the watch is over, whatever the stream does. */
const errorOfEvent = (object: unknown): KubeError => {
  const { code = 500, reason = '', message = '' } = object as ErrorObject;
  return new KubeError(`watch: ${message}`, { status: code, reason });
};

export const createReflector = <T extends Cached>(options: ReflectorOptions): Reflector<T> => {
  const { kube, path, clock, random, onChange, onError = () => {}, pageSize = 500, idleMs = DEFAULT_IDLE_MS } = options;
  let objects = new Map<string, T>();
  let resourceVersion: string | undefined;
  let synced = false;

  const list = async (signal: AbortSignal): Promise<void> => {
    const listed = new Map<string, T>();
    let next = '';
    let version = '';
    do {
      const page = await kube.list<T>(path, { limit: String(pageSize), ...(next && { continue: next }) }, { signal });
      for (const object of page.items) listed.set(keyOf(object), object);
      next = page.metadata.continue ?? '';
      version = page.metadata.resourceVersion;
    } while (next !== '');
    const before = objects;
    objects = listed;
    resourceVersion = version;
    synced = true;
    for (const key of new Set([...before.keys(), ...listed.keys()])) {
      if (before.get(key)?.metadata.resourceVersion !== listed.get(key)?.metadata.resourceVersion) onChange(key);
    }
  };

  const accept = ({ type, object }: WatchEvent<T>): void => {
    if (type === 'ERROR') throw errorOfEvent(object);
    resourceVersion = object.metadata.resourceVersion;
    if (type === 'BOOKMARK') return;
    const key = keyOf(object);
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, object);
    onChange(key);
  };

  const watch = async (from: string, signal: AbortSignal): Promise<void> => {
    const timeoutSeconds = SHORTEST_WATCH_SECONDS + Math.floor(random() * FURTHER_WATCH_SECONDS);
    const query = { resourceVersion: from, allowWatchBookmarks: 'true', timeoutSeconds: String(timeoutSeconds) };
    for await (const event of kube.watch<T>(path, query, { signal, idleMs })) accept(event);
  };

  /** One round. True where it made progress, which ends a back-off. */
  const round = async (signal: AbortSignal): Promise<boolean> => {
    if (resourceVersion === undefined) {
      await list(signal);
      return true;
    }
    const before = resourceVersion;
    try {
      await watch(before, signal);
      return true;
    } catch (error) {
      if (isGone(error)) resourceVersion = undefined;
      // A watch that broke after it gave something was healthy until then; one whose place is forgotten lists at once.
      if (resourceVersion !== before) return true;
      throw error;
    }
  };

  return {
    get: (key) => objects.get(key),
    keys: () => objects.keys(),
    hasSynced: () => synced,
    run: async (signal) => {
      for (let failures = 0; !signal.aborted;) {
        try {
          if (await round(signal)) failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          failures += 1;
          onError(error);
          const waitMs = BACKOFF.baseMs / 2 + backoffMs(failures, BACKOFF, random);
          await clock.sleep(waitMs, signal).catch(() => {});
        }
      }
    },
  };
};
