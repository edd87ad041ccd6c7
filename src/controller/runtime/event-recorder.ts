/**
 * Sends Events about objects: alike ones are counted up instead of repeated, each object has a ceiling, and nothing that goes wrong
 * here ever reaches the work that an Event is about.
 * @module
 */
import type { Clock } from '../../clock.ts';
import type { KubeClient } from './kube-client.ts';
import { isNotFound } from './kube-error.ts';
import { resourcePath } from './resource-path.ts';

export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion?: string;
  };
}

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface EventRecorder {
  /** Returns at once. */
  emit(subject: EventSubject, event: EventText): void;
  /** Resolves when everything so far was sent or given up on. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onError?: (error: unknown) => void;
}

/** As client-go has them: a burst of 25 for each object, then one in five minutes; alike within ten minutes are one. */
const BURST = 25;
const REFILL_MS = 300_000;
const ALIKE_MS = 600_000;
/** After this many different messages for one reason they become one Event with the last message. */
const DIFFERENT = 10;
const REMEMBERED = 4096;
const LONGEST_MESSAGE = 1024;

interface Series {
  name: string;
  count: number;
  firstAtMs: number;
  lastAtMs: number;
  message: string;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** A map that forgets what was used longest ago. */
const remember = <V>(map: Map<string, V>, key: string, value: V): void => {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
};

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const createEventRecorder = ({
  kube,
  clock,
  newId,
  onError = () => {},
}: EventRecorderOptions): EventRecorder => {
  const series = new Map<string, Series>();
  const kinds = new Map<string, Set<string>>();
  const buckets = new Map<string, Bucket>();
  let sending: Promise<void> = Promise.resolve();
  let waiting = 0;

  const admits = (uid: string): boolean => {
    const nowMs = clock.now();
    const { tokens, atMs } = buckets.get(uid) ?? { tokens: BURST, atMs: nowMs };
    const filled = Math.min(BURST, tokens + (nowMs - atMs) / REFILL_MS);
    remember(buckets, uid, { tokens: filled >= 1 ? filled - 1 : filled, atMs: nowMs });
    return filled >= 1;
  };

  /** Messages of one reason are told apart up to a number; after that only the reason counts. */
  const seriesKey = (subject: EventSubject, { reason, message }: EventText): string => {
    const kind = `${subject.metadata.uid} ${reason}`;
    const messages = kinds.get(kind) ?? new Set();
    if (messages.size < DIFFERENT) messages.add(message);
    remember(kinds, kind, messages);
    return messages.has(message) ? `${kind} ${message}` : kind;
  };

  const body = (
    subject: EventSubject,
    { type, reason, message }: EventText,
    { name, count, firstAtMs, lastAtMs }: Series,
  ) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: subject.metadata.namespace },
    involvedObject: {
      apiVersion: subject.apiVersion,
      kind: subject.kind,
      namespace: subject.metadata.namespace,
      name: subject.metadata.name,
      uid: subject.metadata.uid,
    },
    type,
    reason,
    message: message.slice(0, LONGEST_MESSAGE),
    count,
    firstTimestamp: iso(firstAtMs),
    lastTimestamp: iso(lastAtMs),
    source: { component: 'callscribe' },
    reportingComponent: 'callscribe.dev/controller',
    reportingInstance: '',
  });

  const send = async (subject: EventSubject, event: EventText): Promise<void> => {
    const key = seriesKey(subject, event);
    const nowMs = clock.now();
    const known = series.get(key);
    const path = resourcePath({ group: '', version: 'v1', plural: 'events', namespace: subject.metadata.namespace });
    if (known && nowMs - known.lastAtMs < ALIKE_MS) {
      const next = { ...known, count: known.count + 1, lastAtMs: nowMs };
      remember(series, key, next);
      const { count, lastTimestamp, message } = body(subject, event, next);
      const patched = await kube
        .patch(`${path}/${known.name}`, { count, lastTimestamp, message })
        .catch((error: unknown) => {
          // The API server keeps Events for an hour.
          if (isNotFound(error)) return undefined;
          throw error;
        });
      if (patched) return;
    }
    const name = `${subject.metadata.name.slice(0, 200)}.${newId()}`;
    const first = { name, count: 1, firstAtMs: nowMs, lastAtMs: nowMs, message: event.message };
    remember(series, key, first);
    await kube.create(path, body(subject, event, first));
  };

  return {
    emit: (subject, event) => {
      if (waiting >= REMEMBERED || !admits(subject.metadata.uid)) return;
      waiting += 1;
      sending = sending
        .then(() => send(subject, event))
        .catch(onError)
        .finally(() => {
          waiting -= 1;
        });
    },
    flush: () => sending,
  };
};
