/**
 * What the doctor finds. Pure.
 * @module
 */
import { catalogue, toCallscribeError } from '../../errors.ts';

/** `warn` is worth knowing and stops no run; `skip` could not be looked at. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'skip';

export interface Finding {
  readonly check: string;
  readonly verdict: Verdict;
  readonly detail: string;
  /** What to do, where there is something to do. */
  readonly remedy?: string;
}

export const pass = (check: string, detail: string): Finding => ({ check, verdict: 'pass', detail });
export const skip = (check: string, detail: string): Finding => ({ check, verdict: 'skip', detail });
export const warn = (check: string, detail: string, remedy: string): Finding => ({
  check,
  verdict: 'warn',
  detail,
  remedy,
});

/** What an error says, with the remedy of the catalogue. */
export const failed = (check: string, thrown: unknown, verdict: 'fail' | 'warn' = 'fail'): Finding => {
  const { code, message } = toCallscribeError(thrown);
  return { check, verdict, detail: `${code}: ${message}`, remedy: catalogue[code].remedy };
};
