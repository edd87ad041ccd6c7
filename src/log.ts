/**
 * The log: JSON lines on stdout, a person's format on a terminal. What must not be logged never gets here: errors carry
 * messages that are safe to show, and addresses lose their query before they are put into one.
 * @module
 */
import pino, { type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import { CallscribeError, withoutAddresses } from './errors.ts';

export type { Logger } from 'pino';

export interface LogOptions {
  /** `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`; a function where it may change while the process runs. */
  readonly level: string | (() => string);
  /** True where a person reads it. */
  readonly isTerminal: boolean;
  readonly stream: NodeJS.WritableStream;
}

/** An error as it may be logged: no `cause`, and of the text of others no addresses, since neither is under our control. */
export const loggable = (error: unknown): object => {
  if (error instanceof CallscribeError) {
    const { code, message, status, retryable } = error;
    return { code, message, retryable, ...(status !== undefined && { status }) };
  }
  if (!(error instanceof Error)) return { message: withoutAddresses(String(error)) };
  const { name, message, stack = '' } = error;
  return { name, message: withoutAddresses(message), stack: withoutAddresses(stack) };
};

/** A child logger keeps the level that it was made with, so a level that may change is looked up for each line instead. */
const levelOptions = (level: LogOptions['level']): LoggerOptions => {
  if (typeof level === 'string') return { level };
  const lowest = (): number => pino.levels.values[level()] ?? Number.POSITIVE_INFINITY;
  return {
    level: 'trace',
    hooks: {
      logMethod(args, method, number) {
        if (number >= lowest()) method.apply(this, args);
      },
    },
  };
};

/** @example createLog({ level: 'info', isTerminal: false, stream: process.stdout }).info({ run: 'nightly' }, 'started') */
export const createLog = ({ level, isTerminal, stream }: LogOptions): Logger => {
  const options = {
    ...levelOptions(level),
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // What went through `loggable` already is no Error any more, and stays as it is.
    serializers: { err: (value: unknown) => (value instanceof Error ? loggable(value) : value) },
  };
  if (!isTerminal) return pino(options, stream);
  return pino(
    options,
    pretty({ destination: stream, colorize: true, ignore: 'reconcileId', translateTime: 'SYS:HH:MM:ss', sync: true }),
  );
};
