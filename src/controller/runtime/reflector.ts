/**
 * Keeps a copy of all objects of one path, as client-go's Reflector does: list in pages, watch from there, and after any
 * disturbance go on where it was, or list again where the API server has forgotten that place.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { backoffMs } from '../../pipeline/retry/backoff.ts';
import { isAheadOfServer, isGone, KubeError } from './kube-error.ts';
import type { KubeClient, WatchEvent } from './kube-client.ts';
import { listAll } from './list-all.ts';
import { systemTimers, type Timers } from './timers.ts';

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
  /** Called with `namespace/name` after each change, deletions included. What it throws goes to `onError` and disturbs nothing. */
  readonly onChange: (key: string) => void;
  /** Told of each disturbance, for the log. */
  readonly onError?: (error: unknown) => void;
  /** Objects a page. */
  readonly pageSize?: number;
  /** A watch without any byte for this long is opened anew. */
  readonly idleMs?: number;
  readonly timers?: Timers;
}

export interface Reflector<T extends Cached> {
  get(key: string): T | undefined;
  keys(): IterableIterator<string>;
  /** True after the first complete list. */
  readonly hasSynced: () => boolean;
  /** Lists and watches until `signal` is aborted. Rejects only where it runs already. */
  run(signal: AbortSignal): Promise<void>;
}

const BACKOFF = { baseMs: 800, capMs: 30_000 };
/** A silent link and a resource without events look alike, and opening a watch is cheap. Bookmarks come about each minute. */
const DEFAULT_IDLE_MS = 90_000;
const SHORTEST_WATCH_SECONDS = 300;
const FURTHER_WATCH_SECONDS = 300;
/** A watch that ended sooner and gave nothing did not work, however politely it ended. */
const HEALTHY_MS = 1000;

export const keyOf = ({ metadata: { namespace, name } }: Cached): string => `${namespace}/${name}`;

class ListWatchReflector<T extends Cached> implements Reflector<T> {
  readonly #options: Required<ReflectorOptions>;
  #objects = new Map<string, T>();
  #resourceVersion: string | undefined;
  #synced = false;
  #running = false;
  /** Disturbances in a row. */
  #failures = 0;
  /** Places in a row that the API server had forgotten. Counted apart, so that the first one is made good at once. */
  #forgotten = 0;

  constructor(options: Required<ReflectorOptions>) {
    this.#options = options;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  readonly hasSynced = (): boolean => this.#synced;

  async run(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new Error('the reflector runs already');
    this.#running = true;
    const { clock } = this.#options;
    while (!signal.aborted) {
      const waitMs = await this.#round(signal);
      if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => {});
    }
    this.#running = false;
  }

  /** One list or one watch. Gives how long to wait before the next. Never rejects. */
  async #round(signal: AbortSignal): Promise<number> {
    try {
      if (this.#resourceVersion === undefined) {
        await this.#list(signal);
        this.#failures = 0;
        return 0;
      }
      const worked = await this.#watch(this.#resourceVersion, signal);
      this.#failures = worked ? 0 : this.#failures + 1;
      return worked || signal.aborted ? 0 : this.#backoffMs(this.#failures);
    } catch (error) {
      return signal.aborted ? 0 : this.#disturbed(error);
    }
  }

  #disturbed(error: unknown): number {
    this.#options.onError(error);
    if (isGone(error) || isAheadOfServer(error)) {
      this.#resourceVersion = undefined;
      this.#forgotten += 1;
      return this.#forgotten === 1 ? 0 : this.#backoffMs(this.#forgotten - 1);
    }
    this.#failures += 1;
    const askedMs = error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(askedMs, this.#backoffMs(this.#failures));
  }

  /** At least half of the base, so that it never spins. */
  #backoffMs(failures: number): number {
    return BACKOFF.baseMs / 2 + backoffMs(failures, BACKOFF, this.#options.random);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { kube, path, pageSize } = this.#options;
    const { items, resourceVersion } = await listAll<T>(kube, path, { pageSize, signal });
    const before = this.#objects;
    const listed = new Map(items.map((object) => [keyOf(object), object]));
    this.#objects = listed;
    this.#resourceVersion = resourceVersion;
    this.#synced = true;
    for (const key of new Set([...before.keys(), ...listed.keys()])) {
      if (before.get(key)?.metadata.resourceVersion !== listed.get(key)?.metadata.resourceVersion) this.#notify(key);
    }
  }

  /** True where the watch lived or gave something. */
  async #watch(resourceVersion: string, signal: AbortSignal): Promise<boolean> {
    const { kube, path, random, idleMs, timers } = this.#options;
    const timeoutSeconds = String(SHORTEST_WATCH_SECONDS + Math.floor(random() * FURTHER_WATCH_SECONDS));
    const query = { resourceVersion, allowWatchBookmarks: 'true', timeoutSeconds };
    const startMs = timers.nowMs();
    for await (const event of kube.watch<T>(path, query, { signal, idleMs })) {
      this.#accept(event);
      this.#failures = 0;
      this.#forgotten = 0;
    }
    const worked = this.#resourceVersion !== resourceVersion || timers.nowMs() - startMs >= HEALTHY_MS;
    if (worked) this.#forgotten = 0;
    return worked;
  }

  #accept({ type, object }: WatchEvent<T>): void {
    this.#resourceVersion = object.metadata.resourceVersion;
    if (type === 'BOOKMARK') return;
    const key = keyOf(object);
    if (type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, object);
    this.#notify(key);
  }

  #notify(key: string): void {
    const { onChange, onError } = this.#options;
    try {
      onChange(key);
    } catch (error) {
      onError(error);
    }
  }
}

export const createReflector = <T extends Cached>(options: ReflectorOptions): Reflector<T> =>
  new ListWatchReflector<T>({
    onError: () => {},
    pageSize: 500,
    idleMs: DEFAULT_IDLE_MS,
    timers: systemTimers,
    ...options,
  });
