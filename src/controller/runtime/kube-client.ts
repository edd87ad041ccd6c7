/**
 * The few requests that an operator makes, on raw JSON: no generated model drops fields that it does not know.
 * There is no client-side rate limit: the API server's priority and fairness decides, and its `Retry-After` is kept to.
 * @module
 */
import type { KubeConfig } from '@kubernetes/client-node';
import { errorOfNetwork, KubeError } from './kube-error.ts';
import { readLines } from './read-lines.ts';
import { follow, type Follower } from './abort.ts';
import { resourceOf } from './resource-path.ts';
import { pause, systemTimers, type Timers } from './timers.ts';
import { createTransport, type Transport, type TransportRequest } from './transport.ts';
import { parseEvent, type WatchEvent } from './watch-event.ts';

export type { WatchEvent } from './watch-event.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** From the request to the last byte of the answer, or of its head for a watch; instead of the client's own. */
  readonly timeoutMs?: number;
}

export interface DeleteOptions extends CallOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

export interface WatchOptions extends CallOptions {
  /** The watch ends as if the server had ended it when nothing came for so long. Default 90 s; bookmarks come each minute. */
  readonly idleMs?: number;
}

export interface KubeList<T> {
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

/** Every method rejects with `KubeError`, or with the reason of its signal once that is aborted. */
export interface KubeClient {
  get<T>(path: string, options?: CallOptions): Promise<T>;
  /** One page; all there is unless the query has a `limit`. */
  list<T>(path: string, query: Readonly<Record<string, string>>, options?: CallOptions): Promise<KubeList<T>>;
  create<T>(path: string, body: object, options?: CallOptions): Promise<T>;
  replace<T>(path: string, body: object, options?: CallOptions): Promise<T>;
  /** A JSON merge patch (RFC 7386). */
  patch<T>(path: string, mergePatch: object, options?: CallOptions): Promise<T>;
  delete(path: string, options?: DeleteOptions): Promise<void>;
  /** Ends when the server ends it or falls silent; throws what an `ERROR` event says. */
  watch<T>(path: string, query: Readonly<Record<string, string>>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** One request as it went out; a call that is repeated is several. */
export interface KubeRequest {
  /** The word of RBAC. */
  readonly verb: Verb;
  /** Plural, with its part, for example `transcriptionruns/status`. */
  readonly resource: string;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** To the head of the answer. */
  readonly durationMs: number;
}

export interface KubeClientOptions {
  /** One request from the first byte sent to the last received. Default 30 s. */
  readonly timeoutMs?: number;
  readonly timers?: Timers;
  readonly onRequest?: (request: KubeRequest) => void;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_IDLE_MS = 90_000;
/** How often one call is sent in all where the API server puts us off. */
const ATTEMPTS = 6;
const LONGEST_WAIT_MS = 30_000;

type Query = Readonly<Record<string, string>>;

const withQuery = (path: string, query: Query): string => {
  const search = new URLSearchParams(query).toString();
  return search ? `${path}?${search}` : path;
};

type Call = TransportRequest & Pick<CallOptions, 'timeoutMs'> & { readonly verb: Verb };

const nameOf = ({ method, path }: TransportRequest): string => `${method} ${path.split('?')[0] ?? ''}`;

/** An answer that says when to come back was not acted upon, so it is safe to send the request again, whatever it was. */
const waitMsBeforeRepeat = (error: unknown): number | undefined => {
  if (!(error instanceof KubeError)) return undefined;
  const putOff = error.status === 429 || (error.status === 503 && error.retryAfterMs !== undefined);
  return putOff ? Math.min(error.retryAfterMs ?? 1000, LONGEST_WAIT_MS) : undefined;
};

class HTTPKubeClient implements KubeClient {
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #timers: Timers;
  readonly #onRequest: (request: KubeRequest) => void;

  constructor(transport: Transport, options: KubeClientOptions) {
    this.#transport = transport;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#timers = options.timers ?? systemTimers;
    this.#onRequest = options.onRequest ?? (() => {});
  }

  get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.#call({ verb: 'get', method: 'GET', path, ...options });
  }

  async list<T>(path: string, query: Query, options: CallOptions = {}): Promise<KubeList<T>> {
    const request = { verb: 'list', method: 'GET', path: withQuery(path, query), ...options } as const;
    // Go writes an empty list as null where it was never set, which some aggregated API servers do.
    const { metadata, items } = await this.#call<Pick<KubeList<T>, 'metadata'> & { items?: readonly T[] | null }>(
      request,
    );
    return { metadata, items: items ?? [] };
  }

  create<T>(path: string, body: object, options: CallOptions = {}): Promise<T> {
    return this.#call({ verb: 'create', method: 'POST', path, body, ...options });
  }

  replace<T>(path: string, body: object, options: CallOptions = {}): Promise<T> {
    return this.#call({ verb: 'update', method: 'PUT', path, body, ...options });
  }

  patch<T>(path: string, body: object, options: CallOptions = {}): Promise<T> {
    return this.#call({
      verb: 'patch',
      method: 'PATCH',
      path,
      body,
      contentType: 'application/merge-patch+json',
      ...options,
    });
  }

  async delete(path: string, { preconditions, propagationPolicy, ...options }: DeleteOptions = {}): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(preconditions && { preconditions }),
      ...(propagationPolicy && { propagationPolicy }),
    };
    await this.#call({ verb: 'delete', method: 'DELETE', path, body, ...options });
  }

  async *watch<T>(path: string, query: Query, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>, void> {
    const { signal, idleMs = DEFAULT_IDLE_MS, timeoutMs = this.#timeoutMs } = options;
    const name = `WATCH ${path}`;
    const generation = this.#transport.generation();
    using ending = follow(signal);
    const inTime = this.#endWhenLate(name, timeoutMs, ending);
    try {
      const request = {
        method: 'GET',
        path: withQuery(path, { ...query, watch: 'true' }),
        signal: ending.signal,
      } as const;
      const { body } = await this.#send('watch', request).finally(inTime);
      const silent = (): void => this.#transport.abandon(generation);
      for await (const line of readLines(this.#untilIdle(body, idleMs, silent))) {
        const event = parseEvent<T>(line, name);
        if (event) yield event;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw errorOfNetwork(name, error);
    } finally {
      // Also where the consumer broke off or nothing came any more: the connection must not stay open.
      ending.abort();
    }
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** Aborts a call that takes too long, and opens other connections for those after it. Call what it returns when it is over. */
  #endWhenLate(name: string, ms: number, call: Follower): () => void {
    const generation = this.#transport.generation();
    return this.#timers.after(ms, () => {
      this.#transport.abandon(generation);
      call.abort(new KubeError(`${name}: no answer within ${ms} ms`, { status: 0, reason: 'Timeout' }));
    });
  }

  /** Ends when no chunk arrived for `idleMs`. Time that the consumer takes does not count. */
  async *#untilIdle(
    body: AsyncIterable<Uint8Array>,
    idleMs: number,
    onIdle: () => void,
  ): AsyncGenerator<Uint8Array, void> {
    const chunks = body[Symbol.asyncIterator]();
    for (;;) {
      const { promise: silence, resolve } = Promise.withResolvers<'idle'>();
      const cancel = this.#timers.after(idleMs, () => resolve('idle'));
      const next = chunks.next();
      // After idleness nobody waits for it any more, and the end of the connection rejects it.
      next.catch(() => {});
      const result = await Promise.race([next, silence]).finally(cancel);
      if (result === 'idle') return onIdle();
      if (result.done) return;
      yield result.value;
    }
  }

  async #call<T>(request: Call): Promise<T> {
    const signal = request.signal ?? new AbortController().signal;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt<T>(request);
      } catch (error) {
        const waitMs = waitMsBeforeRepeat(error);
        if (waitMs === undefined || attempt === ATTEMPTS) throw error;
        await pause(this.#timers, waitMs, signal);
        signal.throwIfAborted();
      }
    }
  }

  async #send(verb: Verb, request: TransportRequest): ReturnType<Transport['send']> {
    const startMs = this.#timers.nowMs();
    let status: number | undefined;
    try {
      const answer = await this.#transport.send(request);
      status = answer.statusCode;
      return answer;
    } catch (error) {
      if (error instanceof KubeError && error.status > 0) ({ status } = error);
      throw error;
    } finally {
      const durationMs = this.#timers.nowMs() - startMs;
      this.#onRequest({ verb, resource: resourceOf(request.path), status, durationMs });
    }
  }

  async #attempt<T>({ timeoutMs = this.#timeoutMs, verb, ...request }: Call): Promise<T> {
    const name = nameOf(request);
    using call = follow(request.signal);
    const inTime = this.#endWhenLate(name, timeoutMs, call);
    try {
      const { body } = await this.#send(verb, { ...request, signal: call.signal });
      return (await body.json()) as T;
    } catch (error) {
      call.signal.throwIfAborted();
      if (!(error instanceof SyntaxError)) throw errorOfNetwork(name, error);
      throw new KubeError(`${name}: the answer is not JSON`, { status: 0, reason: 'Malformed', cause: error });
    } finally {
      inTime();
    }
  }
}

/**
 * A client for the cluster of the current context.
 * @example const config = new KubeConfig(); config.loadFromDefault(); const kube = createKubeClient(config);
 */
export const createKubeClient = (config: KubeConfig, options: KubeClientOptions = {}): KubeClient =>
  new HTTPKubeClient(createTransport(config), options);
