/**
 * Sends Events about objects: alike ones are counted up instead of repeated, each object has a ceiling, and nothing that goes wrong
 * here ever reaches the work that an Event is about.
 * @module
 */
import type { Clock } from '../../clock.ts';
import { createSeriesMemory, type EventSubject, type EventText, type Series } from './event-series.ts';
import type { CallOptions, KubeClient } from './kube-client.ts';
import { isNotFound, KubeError } from './kube-error.ts';
import { resourcePath } from './resource-path.ts';
import { systemTimers, type Timers } from './timers.ts';
import { tokenBuckets } from './token-bucket.ts';

export type { EventSubject, EventText } from './event-series.ts';

export interface EventRecorder {
  /** Returns at once; never throws. */
  emit(subject: EventSubject, event: EventText): void;
  /** Resolves when everything so far was sent or given up on, at the latest after `FLUSH_MS`. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onError?: (error: unknown) => void;
  readonly timers?: Timers;
}

/** A burst of 25 for each object, then one in five minutes, as client-go has it. */
const CEILING = { burst: 25, refillMs: 300_000 };
/** Events that wait to be sent. More are dropped: they are news, and news must not fill the memory. */
const WAITING = 1000;
const SEND_MS = 5000;
const RETRY_MS = [500, 2000];
export const FLUSH_MS = 5000;

type Operation = (options: CallOptions) => Promise<unknown>;

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const manifest = (subject: EventSubject, { type, reason }: EventText, series: Series): object => {
  const { namespace, name, uid } = subject.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: series.name, namespace },
    involvedObject: { apiVersion: subject.apiVersion, kind: subject.kind, namespace, name, uid },
    type,
    reason,
    message: series.message,
    count: series.count,
    firstTimestamp: iso(series.firstAtMs),
    lastTimestamp: iso(series.lastAtMs),
    source: { component: 'callscribe' },
    reportingComponent: 'callscribe.dev/controller',
    reportingInstance: '',
  };
};

class QueueingRecorder implements EventRecorder {
  readonly #options: Required<EventRecorderOptions>;
  readonly #series;
  readonly #admits = tokenBuckets(CEILING);
  /** Ends what is being sent when `flush` has waited long enough. */
  #giveUp = new AbortController();
  #sending: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: Required<EventRecorderOptions>) {
    this.#options = options;
    this.#series = createSeriesMemory(options.newId);
  }

  emit(subject: EventSubject, event: EventText): void {
    const { clock, onError } = this.#options;
    if (this.#waiting >= WAITING || !this.#admits(subject.metadata.uid, clock.now())) return;
    this.#waiting += 1;
    const { signal } = this.#giveUp;
    this.#sending = this.#sending
      .then(() => this.#send(subject, event, signal))
      .catch((error: unknown) => {
        if (!signal.aborted) onError(error);
      })
      // onError is the caller's; what it throws must not stop the Events after this one.
      .catch(() => {})
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async flush(): Promise<void> {
    const { timers } = this.#options;
    const giveUp = this.#giveUp;
    const cancel = timers.after(FLUSH_MS, () => giveUp.abort(new Error('the time for Events is over')));
    await this.#sending;
    cancel();
    if (giveUp.signal.aborted) this.#giveUp = new AbortController();
  }

  async #send(subject: EventSubject, event: EventText, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { kube, clock } = this.#options;
    const path = resourcePath({ group: '', version: 'v1', plural: 'events', namespace: subject.metadata.namespace });
    const create = (series: Series): Promise<unknown> =>
      this.#insist({ signal }, (options) => kube.create(path, manifest(subject, event, series), options));
    const series = this.#series.next(subject, event, clock.now());
    if (series.count === 1) {
      await create(series);
      return;
    }
    const { count, lastAtMs, message } = series;
    const patch = { count, lastTimestamp: iso(lastAtMs), message };
    try {
      await this.#insist({ signal }, (options) => kube.patch(`${path}/${series.name}`, patch, options));
    } catch (error) {
      // The API server keeps Events for an hour, and the first of the series may have been lost.
      if (!isNotFound(error)) throw error;
      await create(this.#series.restart(subject, event, clock.now()));
    }
  }

  /** Tries a few times: an Event is worth that, but not more. */
  async #insist(options: CallOptions & { readonly signal: AbortSignal }, operation: Operation): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        await operation({ ...options, timeoutMs: SEND_MS });
        return;
      } catch (error) {
        const waitMs = RETRY_MS[tries];
        if (waitMs === undefined || !(error instanceof KubeError && error.isRetryable)) throw error;
        await this.#options.clock.sleep(waitMs, options.signal);
      }
    }
  }
}

export const createEventRecorder = (options: EventRecorderOptions): EventRecorder =>
  new QueueingRecorder({ onError: () => {}, timers: systemTimers, ...options });
