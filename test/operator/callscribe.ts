/**
 * A long-running callscribe command as a process of its own, as users run it, so that a test can also kill it.
 * @module
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CALLSCRIBE = fileURLToPath(new URL('../../bin/callscribe', import.meta.url));
const STOP_TIMEOUT_MS = 40_000;

export type LogLine = Readonly<Record<string, unknown>>;

export interface CallscribeOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly onLog?: (line: string) => void;
}

export interface CallscribeProcess {
  readonly pid: number | undefined;
  /** Everything that it logged, parsed. */
  readonly log: readonly LogLine[];
  /** The line by which it said that it is ready. */
  readonly ready: LogLine;
  /** Resolves to the exit code, or to the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** SIGTERM, and SIGKILL where that does not help. */
  stop(): Promise<number | string>;
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<number | string>;
}

const parseLine = (line: string): LogLine => {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { msg: line };
  }
};

/** Starts a command and waits until it logs `ready`. */
export const startCallscribe = async (
  args: readonly string[],
  { env = {}, onLog }: CallscribeOptions = {},
): Promise<CallscribeProcess> => {
  const child = spawn(CALLSCRIBE, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const log: LogLine[] = [];
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const ready = await new Promise<LogLine>((resolve, reject) => {
    const read = (line: string): void => {
      const entry = parseLine(line);
      log.push(entry);
      onLog?.(line);
      if (entry['msg'] === 'ready') resolve(entry);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    void ended.then((how) =>
      reject(new Error(`callscribe ${args[0]} ended with ${how}: ${JSON.stringify(log.slice(-5))}`)),
    );
  });
  const finish = async (signal: NodeJS.Signals): Promise<number | string> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const how = await ended;
    clearTimeout(timer);
    return how;
  };
  return { pid: child.pid, log, ready, ended, stop: () => finish('SIGTERM'), kill: () => finish('SIGKILL') };
};
