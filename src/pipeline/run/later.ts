/**
 * Conversations of which something is not ready yet: when they are asked for again, and when no more. Pure.
 * @module
 */
import type { Located } from './context.ts';

export type PutOff = Extract<Located, { readonly kind: 'Later' }>;

export interface Deferral {
  readonly located: PutOff;
  readonly firstAtMs: number;
  readonly dueAtMs: number;
  readonly looks: number;
}

/** Uploads and transcoding take minutes, restoring takes hours. */
const POLLS: Readonly<Record<PutOff['wait'], { readonly baseMs: number; readonly capMs: number }>> = {
  Ready: { baseMs: 5000, capMs: 60_000 },
  Restored: { baseMs: 60_000, capMs: 600_000 },
};

/** What is not ready now, after it was not ready before or for the first time. */
export const defer = (located: PutOff, before: Deferral | undefined, nowMs: number): Deferral => {
  const looks = (before?.looks ?? 0) + 1;
  const { baseMs, capMs } = POLLS[located.wait];
  const dueAtMs = nowMs + Math.min(capMs, baseMs * 2 ** (looks - 1));
  return { located, looks, dueAtMs, firstAtMs: before?.firstAtMs ?? nowMs };
};

/** True where no more is waited for. It was looked at twice at least: the window may have taken longer to read than the wait. */
export const isOverdue = (
  { located, firstAtMs, looks }: Deferral,
  patienceMs: Record<PutOff['wait'], number>,
  nowMs: number,
): boolean => looks > 1 && nowMs >= firstAtMs + patienceMs[located.wait];
