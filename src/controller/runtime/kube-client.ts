/**
 * The few requests that an operator makes, on raw JSON: no generated model drops fields that it does not know.
 * There is no client-side rate limit: the API server's priority and fairness decides, and its `Retry-After` is kept to.
 * @module
 */
import type { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { version } from '../../version.ts';
import { type Connection, createConnection, networkError } from './connection.ts';
import { errorOfAnswer, KubeError } from './kube-error.ts';
import { deadline, pause, systemTimers, type Timers } from './timers.ts';
import { lines, parseEvent, type WatchEvent } from './watch-stream.ts';

export type { WatchEvent } from './watch-stream.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface DeleteOptions extends CallOptions {
  readonly preconditions?: { readonly uid: string };
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
}

export interface KubeClientOptions {
  /** Default `callscribe/<version>`. */
  readonly userAgent?: string;
  /** One request from the first byte sent to the last received. Default 30 s. */
  readonly timeoutMs?: number;
  readonly timers?: Timers;
}

/** A client with the connections it holds. */
export interface ClosableKubeClient extends KubeClient {
  close(): Promise<void>;
}

interface Call {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_IDLE_MS = 90_000;
/** How often one call is sent in all where the API server puts us off. */
const ATTEMPTS = 6;
const LONGEST_WAIT_MS = 30_000;

const nameOf = ({ method, path }: Call): string => `${method} ${path}`;

/** An answer that says when to come back was not acted upon, so it is safe to send the request again, whatever it was. */
const waitMsBeforeRepeat = (error: unknown): number | undefined => {
  if (!(error instanceof KubeError)) return undefined;
  const putOff = error.status === 429 || (error.status === 503 && error.retryAfterMs !== undefined);
  return putOff ? Math.min(error.retryAfterMs ?? 1000, LONGEST_WAIT_MS) : undefined;
};

class HttpKubeClient implements ClosableKubeClient {
  readonly #connection: Connection;
  readonly #userAgent: string;
  readonly #timeoutMs: number;
  readonly #timers: Timers;

  constructor(connection: Connection, { userAgent, timeoutMs, timers }: Required<KubeClientOptions>) {
    this.#connection = connection;
    this.#userAgent = userAgent;
    this.#timeoutMs = timeoutMs;
    this.#timers = timers;
  }

  get<T>(path: string, { signal }: CallOptions = {}): Promise<T> {
    return this.#call({ method: 'GET', path, signal });
  }

  async list<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    { signal }: CallOptions = {},
  ): Promise<KubeList<T>> {
    // A list without items is written as null by some aggregated API servers.
    const list = await this.#call<Omit<KubeList<T>, 'items'> & { items?: readonly T[] | null }>({
      method: 'GET',
      path,
      query,
      signal,
    });
    return { ...list, items: list.items ?? [] };
  }

  create<T>(path: string, body: object, { signal }: CallOptions = {}): Promise<T> {
    return this.#call({ method: 'POST', path, body, signal });
  }

  replace<T>(path: string, body: object, { signal }: CallOptions = {}): Promise<T> {
    return this.#call({ method: 'PUT', path, body, signal });
  }

  patch<T>(path: string, mergePatch: object, { signal }: CallOptions = {}): Promise<T> {
    return this.#call({ method: 'PATCH', path, body: mergePatch, contentType: 'application/merge-patch+json', signal });
  }

  async delete(path: string, { signal, ...options }: DeleteOptions = {}): Promise<void> {
    await this.#call({ method: 'DELETE', path, body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options }, signal });
  }

  async *watch<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    { signal, idleMs = DEFAULT_IDLE_MS }: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void> {
    const call: Call = { method: 'GET', path, query: { ...query, watch: 'true' } };
    const name = `WATCH ${path}`;
    const ending = new AbortController();
    const abort = (): void => ending.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    try {
      const body = await this.#open(call, ending.signal, this.#timeoutMs);
      for await (const line of lines(this.#untilIdle(body, idleMs))) {
        const event = parseEvent<T>(line, name);
        if (event) yield event;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw networkError(name, error);
    } finally {
      signal?.removeEventListener('abort', abort);
      // Also where the consumer broke off: the server must not go on sending.
      ending.abort();
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Ends when no chunk arrived for `idleMs`. Time that the consumer takes does not count. */
  async *#untilIdle(body: Dispatcher.ResponseData['body'], idleMs: number): AsyncGenerator<Uint8Array, void> {
    const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
    for (;;) {
      const { promise: silence, resolve } = Promise.withResolvers<'idle'>();
      const cancel = this.#timers.after(idleMs, () => resolve('idle'));
      const next = chunks.next();
      // After idleness nobody waits for it any more, and the end of the connection rejects it.
      next.catch(() => undefined);
      const result = await Promise.race([next, silence]).finally(cancel);
      if (result === 'idle' || result.done) return;
      yield result.value;
    }
  }

  async #call<T>(call: Call): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt<T>(call);
      } catch (error) {
        call.signal?.throwIfAborted();
        const waitMs = waitMsBeforeRepeat(error);
        if (waitMs === undefined || attempt === ATTEMPTS) throw error;
        await pause(this.#timers, waitMs, call.signal ?? new AbortController().signal);
        call.signal?.throwIfAborted();
      }
    }
  }

  async #attempt<T>(call: Call): Promise<T> {
    const name = nameOf(call);
    const ms = this.#timeoutMs;
    const reason = (): Error => new KubeError(`${name}: no answer within ${ms} ms`, { status: 0, reason: 'Timeout' });
    using limit = deadline(this.#timers, { ms, outer: call.signal, reason });
    try {
      const body = await this.#open(call, limit.signal, ms);
      return (await body.json()) as T;
    } catch (error) {
      limit.signal.throwIfAborted();
      if (error instanceof SyntaxError)
        throw new KubeError(`${name}: not JSON`, { status: 0, reason: 'Malformed', cause: error });
      throw networkError(name, error);
    }
  }

  /** The body of a good answer. */
  async #open(call: Call, signal: AbortSignal, headersTimeoutMs: number): Promise<Dispatcher.ResponseData['body']> {
    const { method, path, query, body, contentType = 'application/json' } = call;
    const {
      statusCode,
      headers,
      body: answer,
    } = await this.#connection.send({
      method,
      path,
      ...(query && { query }),
      headers: {
        accept: 'application/json',
        'user-agent': this.#userAgent,
        ...(body && { 'content-type': contentType }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal,
      headersTimeoutMs,
    });
    if (statusCode >= 200 && statusCode < 300) return answer;
    const retryAfter = headers['retry-after'];
    const text = await answer.text();
    throw errorOfAnswer(nameOf(call), {
      status: statusCode,
      body: text,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    });
  }
}

/**
 * A client for the cluster of the current context.
 * @example const config = new KubeConfig(); config.loadFromDefault(); const kube = createKubeClient(config);
 */
export const createKubeClient = (config: KubeConfig, options: KubeClientOptions = {}): ClosableKubeClient =>
  new HttpKubeClient(createConnection(config), {
    userAgent: `callscribe/${version}`,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    timers: systemTimers,
    ...options,
  });
