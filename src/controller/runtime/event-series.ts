/**
 * Which Events are one: alike ones are counted up, and many different ones with one reason become one. Pure apart from its
 * bounded memory; `event-recorder.ts` sends what comes out.
 * @module
 */
import { setBounded } from './token-bucket.ts';

export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
}

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** One Event object as it is to be. */
export interface Series {
  readonly name: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly message: string;
}

/** As client-go has it: alike within ten minutes are one; so are more than ten different messages for one reason. */
const ALIKE_MS = 600_000;
const DIFFERENT = 10;
const REMEMBERED = 1024;
/** The API server takes 1024 characters at most. */
const LONGEST_MESSAGE = 1024;
const COMBINED = '(combined from similar events) ';

interface Kind {
  readonly messages: ReadonlySet<string>;
  readonly lastAtMs: number;
}

export interface SeriesMemory {
  /** The Event as it is after one more; `count` 1 means that it is a new object. */
  readonly next: (subject: EventSubject, event: EventText, nowMs: number) => Series;
  /** Begins the series of this Event anew, as its object is gone. */
  readonly restart: (subject: EventSubject, event: EventText, nowMs: number) => Series;
}

export const createSeriesMemory = (newId: () => string): SeriesMemory => {
  const known = new Map<string, Series>();
  const kinds = new Map<string, Kind>();

  /** Messages of one reason are told apart up to a number; after that only the reason counts. */
  const place = ({ metadata: { uid } }: EventSubject, { type, reason, message }: EventText, nowMs: number) => {
    const kindKey = JSON.stringify([uid, type, reason]);
    const cut = message.slice(0, LONGEST_MESSAGE);
    const last = kinds.get(kindKey);
    const before: ReadonlySet<string> = last && nowMs - last.lastAtMs < ALIKE_MS ? last.messages : new Set();
    const messages = before.size < DIFFERENT ? new Set([...before, cut]) : before;
    setBounded(kinds, kindKey, { value: { messages, lastAtMs: nowMs }, limit: REMEMBERED });
    return messages.has(cut)
      ? { key: `${kindKey}${cut}`, message: cut }
      : { key: kindKey, message: `${COMBINED}${message}`.slice(0, LONGEST_MESSAGE) };
  };

  const keep = (key: string, series: Series): Series => {
    setBounded(known, key, { value: series, limit: REMEMBERED });
    return series;
  };

  const begin = (
    key: string,
    { metadata: { name } }: EventSubject,
    { message, nowMs }: { message: string; nowMs: number },
  ): Series =>
    keep(key, { name: `${name.slice(0, 200)}.${newId()}`, count: 1, firstAtMs: nowMs, lastAtMs: nowMs, message });

  return {
    next: (subject, event, nowMs) => {
      const { key, message } = place(subject, event, nowMs);
      const last = known.get(key);
      return last && nowMs - last.lastAtMs < ALIKE_MS
        ? keep(key, { ...last, count: last.count + 1, lastAtMs: nowMs, message })
        : begin(key, subject, { message, nowMs });
    },
    restart: (subject, event, nowMs) => {
      const { key, message } = place(subject, event, nowMs);
      return begin(key, subject, { message, nowMs });
    },
  };
};
