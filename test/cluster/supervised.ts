/**
 * Child processes that end with us, however we end: a shell waits for our end of a pipe to close and then ends the program. So not
 * even a SIGKILL of the test runner leaves a control plane behind.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';

export interface Supervised {
  /** Resolves when the program has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly isRunning: () => boolean;
  /** SIGTERM, and SIGKILL after ten seconds. */
  stop(): Promise<void>;
}

// The trap keeps a terminal's interrupt from ending the shell before the program.
const WATCHDOG = `
trap '' INT TERM
"$@" </dev/null &
pid=$!
(
  read -r _ || true
  kill -TERM $pid 2>/dev/null
  tries=100
  while [ $tries -gt 0 ]; do
    sleep 0.1
    kill -0 $pid 2>/dev/null || exit 0
    tries=$((tries - 1))
  done
  kill -KILL $pid 2>/dev/null
) <&3 &
watchdog=$!
exec 3<&-
wait $pid
kill -KILL $watchdog 2>/dev/null
`;

/** Starts a program; what it says goes to `logFile`. */
export const supervise = (program: string, args: readonly string[], logFile: string): Supervised => {
  const log = openSync(logFile, 'a', 0o600);
  const child: ChildProcess = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', program, ...args], {
    stdio: ['ignore', log, log, 'pipe'],
  });
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      running = false;
      resolve();
    });
  });
  return {
    ended,
    isRunning: () => running,
    stop: async () => {
      child.stdio[3]?.destroy();
      await ended;
    },
  };
};
