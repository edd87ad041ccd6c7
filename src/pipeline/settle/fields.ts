/**
 * The values of the report's columns: how each kind is written, and how it is read back without guessing.
 * @module
 */
import { type ErrorCode, isErrorCode } from '../../errors.ts';
import { formatMicros, readMicros } from '../money/micros.ts';
import type { AttemptStatus, Outcome } from '../types.ts';
import { neutralise, restore } from './table.ts';

/** `12345` milliseconds are `"12.345"`. */
export const formatSeconds = (ms: number): string => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;

const readMs = (text: string): number | undefined => {
  const ms = /^\d{1,12}\.\d{3}$/.test(text) ? Number(text.replace('.', '')) : undefined;
  return ms !== undefined && Number.isSafeInteger(ms) ? ms : undefined;
};

const readCount = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

const readInstant = (text: string): number | undefined => {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text ? ms : undefined;
};

/** One kind of value. `read` gives nothing for a text that `write` cannot have written; a value comes in a list of one. */
export interface Kind<V> {
  readonly write: (value: V) => string;
  readonly read: (text: string) => readonly [V] | undefined;
}

const kind = <V>(write: (value: V) => string, read: (text: string) => V | undefined): Kind<V> => ({
  write,
  read: (text) => {
    const value = read(text);
    return value === undefined ? undefined : [value];
  },
});

const oneOf = <T extends string>(...values: readonly T[]): Kind<T> =>
  kind(String, (text) => values.find((value) => value === text));

/** An empty text for a value that is not there. */
export const optional = <V>({ write, read }: Kind<V>): Kind<V | undefined> => ({
  write: (value) => (value === undefined ? '' : write(value)),
  read: (text) => (text === '' ? [undefined] : read(text)),
});

/** Any text; one that a spreadsheet would run as a formula is neutralised. */
export const text: Kind<string> = kind(neutralise, restore);
export const count: Kind<number> = kind(String, readCount);
export const seconds: Kind<number> = kind(formatSeconds, readMs);
export const money: Kind<number> = kind(formatMicros, readMicros);
export const instant: Kind<number> = kind((ms) => new Date(ms).toISOString(), readInstant);
export const status: Kind<AttemptStatus> = oneOf('success', 'failed', 'unknown', 'skipped');
export const outcome: Kind<Outcome | ''> = oneOf('Transcribed', 'Skipped', 'Failed', 'NoRecording', '');
export const errorCode: Kind<ErrorCode | ''> = kind(String, (word) =>
  word === '' || isErrorCode(word) ? word : undefined,
);
