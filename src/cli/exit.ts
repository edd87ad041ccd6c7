/**
 * Exit codes, and how a command that cannot go on says so.
 * @module
 */
import { CallscribeError, catalogue, toCallscribeError } from '../errors.ts';

export const EXIT = { succeeded: 0, failed: 1, badInput: 2, partiallyFailed: 3 } as const;

const BAD_INPUT: ReadonlySet<string> = new Set([
  'CSC_MANIFEST_INVALID',
  'CSC_SPEC_INVALID',
  'CSC_SECRET_NOT_FOUND',
  'CSC_SECRET_INVALID',
]);

/** 2 where the one who called has to correct something, otherwise 1. */
export const exitCodeOf = (thrown: unknown): number =>
  BAD_INPUT.has(toCallscribeError(thrown).code) ? EXIT.badInput : EXIT.failed;

/** Says on stderr what went wrong and what to do, and gives the exit code. */
export const fail = (thrown: unknown): number => {
  const error = toCallscribeError(thrown);
  const unforeseen =
    thrown instanceof CallscribeError ? '' : `\n${thrown instanceof Error ? (thrown.stack ?? '') : ''}`;
  process.stderr.write(`${error.code}: ${error.message}${unforeseen}\n${catalogue[error.code].remedy}\n`);
  return exitCodeOf(error);
};
