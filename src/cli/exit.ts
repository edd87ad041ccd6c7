/**
 * Exit codes, and how a command that cannot go on says so.
 * @module
 */
import { CallscribeError, catalogue, type ErrorCode, toCallscribeError, withoutAddresses } from '../errors.ts';

export const EXIT = { succeeded: 0, failed: 1, badInput: 2, partiallyFailed: 3 } as const;

const BAD_INPUT: ReadonlySet<string> = new Set([
  'CSC_MANIFEST_INVALID',
  'CSC_NOT_FOUND',
  'CSC_SPEC_INVALID',
  'CSC_SECRET_NOT_FOUND',
  'CSC_SECRET_INVALID',
]);

/** 2 where the one who called has to correct something, otherwise 1. */
export const exitCodeOfError = (code: ErrorCode): number => (BAD_INPUT.has(code) ? EXIT.badInput : EXIT.failed);

export const exitCodeOf = (thrown: unknown): number => exitCodeOfError(toCallscribeError(thrown).code);

const toStderr = (text: string): void => {
  process.stderr.write(text);
};

/** Says what went wrong and what to do, and gives the exit code. */
export const fail = (thrown: unknown, say = toStderr): number => {
  const error = toCallscribeError(thrown);
  const stack = thrown instanceof Error ? withoutAddresses(thrown.stack ?? '') : '';
  const unforeseen = thrown instanceof CallscribeError ? '' : `\n${stack}`;
  say(`${error.code}: ${error.message}${unforeseen}\n${catalogue[error.code].remedy}\n`);
  return exitCodeOf(error);
};
