/**
 * The values of the report's columns: how each kind is written, and how it is read back without guessing.
 * @module
 */
import { CallscribeError, type ErrorCode, isErrorCode } from '../../errors.ts';
import { readMicros } from '../money/micros.ts';
import type { AttemptStatus, Outcome } from '../types.ts';
import { restore, type TableLine } from './table.ts';

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

const oneOf =
  <T extends string>(...values: readonly T[]) =>
  (text: string): T | undefined =>
    values.find((value) => value === text);

const readStatus = oneOf<AttemptStatus>('success', 'failed', 'unknown', 'skipped');
const readOutcome = oneOf<Outcome | ''>('Transcribed', 'Skipped', 'Failed', 'NoRecording', '');
const readErrorCode = (text: string): ErrorCode | '' | undefined =>
  text === '' || isErrorCode(text) ? text : undefined;

/** The fields of one line by the name of their column. Each method throws `CSC_LEDGER_CORRUPT` and names line and column. */
export interface FieldReader {
  text(column: string): string;
  count(column: string): number;
  ms(column: string): number;
  micros(column: string): number;
  instant(column: string): number;
  status(column: string): AttemptStatus;
  outcome(column: string): Outcome | '';
  errorCode(column: string): ErrorCode | '';
}

/** @throws CallscribeError `CSC_LEDGER_CORRUPT` where the line does not have a field for each column */
export const fieldReader = ({ number, fields }: TableLine, columns: readonly string[]): FieldReader => {
  if (fields.length !== columns.length) {
    throw new CallscribeError(
      'CSC_LEDGER_CORRUPT',
      `line ${number} of the table has ${fields.length} fields instead of ${columns.length}`,
    );
  }
  const raw = (column: string): string => fields[columns.indexOf(column)] ?? '';
  const by =
    <T>(read: (text: string) => T | undefined) =>
    (column: string): T => {
      const value = read(raw(column));
      if (value !== undefined) return value;
      throw new CallscribeError('CSC_LEDGER_CORRUPT', `line ${number} of the table has an unreadable ${column}`);
    };
  return {
    text: (column) => restore(raw(column)),
    count: by(readCount),
    ms: by(readMs),
    micros: by(readMicros),
    instant: by(readInstant),
    status: by(readStatus),
    outcome: by(readOutcome),
    errorCode: by(readErrorCode),
  };
};
