/**
 * Names what was asked for: the same wish always has the same hash, whatever the order of its fields. Pure.
 * @module
 */
import { createHash } from 'node:crypto';
import type { TranscriptionRunSpec } from '../api/types.ts';

/** The same value with the fields of every object in order. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]),
  );
};

/** Of all that cannot change while the run goes on. SHA-256 of its JSON with sorted fields, hexadecimal. */
export const specSha256 = ({ cost: { budget: _budget, ...cost }, ...spec }: TranscriptionRunSpec): string => {
  const { suspend: _s, cancel: _c, concurrency: _n, ttlSecondsAfterFinished: _t, ...fixed } = spec;
  return createHash('sha256')
    .update(JSON.stringify(sorted({ ...fixed, cost })))
    .digest('hex');
};
