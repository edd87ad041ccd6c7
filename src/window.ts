/**
 * When a run's window begins and ends. Resolved once, at the start of the run; from then on `status.window` holds.
 * @module
 */
import type { TranscriptionRunSpec } from './api/types.ts';
import { CallscribeError } from './errors.ts';
import type { Window } from './pipeline/types.ts';

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/**
 * Milliseconds of a Go duration such as `24h`, `1h30m` or `1.5h`: the form that Kubernetes uses.
 * @throws CallscribeError `CSC_SPEC_INVALID`
 */
export const parseDurationMs = (text: string): number => {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw new CallscribeError('CSC_SPEC_INVALID', `"${text}" is not a duration such as 24h or 1h30m`);
  }
  return Math.round(parts.reduce((sum, [, value, unit]) => sum + Number(value) * (UNIT_MS[unit ?? ''] ?? 0), 0));
};

/** `Open` while the window's end lies ahead: what starts until then would be missed. */
export type ResolvedWindow =
  { readonly kind: 'Resolved'; readonly window: Window } | { readonly kind: 'Open'; readonly endsAtMs: number };

/** @throws CallscribeError `CSC_SPEC_INVALID` for what the schema cannot see */
export const resolveWindow = (spec: TranscriptionRunSpec['window'], nowMs: number): ResolvedWindow => {
  if (spec.last !== undefined) {
    const [lengthMs, offsetMs] = [parseDurationMs(spec.last), spec.offset ? parseDurationMs(spec.offset) : 0];
    if (lengthMs === 0) throw new CallscribeError('CSC_SPEC_INVALID', 'spec.window.last is shorter than a millisecond');
    const toMs = nowMs - offsetMs;
    return { kind: 'Resolved', window: { fromMs: toMs - lengthMs, toMs } };
  }
  const [fromMs, toMs] = [Date.parse(spec.from ?? ''), Date.parse(spec.to ?? '')];
  if (!(fromMs < toMs)) throw new CallscribeError('CSC_SPEC_INVALID', 'spec.window.from must be before spec.window.to');
  return toMs > nowMs ? { kind: 'Open', endsAtMs: toMs } : { kind: 'Resolved', window: { fromMs, toMs } };
};
