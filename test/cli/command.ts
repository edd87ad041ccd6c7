/**
 * A callscribe command that ends by itself: what a user types, and what comes back.
 * @module
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CALLSCRIBE = fileURLToPath(new URL('../../bin/callscribe', import.meta.url));

export interface Ended {
  /** The exit code, or the name of the signal. */
  readonly how: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): void;
}

export interface CommandOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export const callscribe = (args: readonly string[], { input = '', env = {} }: CommandOptions = {}): Command => {
  const child = spawn(CALLSCRIBE, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  const how = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  child.stdin.on('error', () => {
    // Not every command reads its input to the end.
  });
  child.stdin.end(input);
  const ended = Promise.all([how, text(child.stdout), text(child.stderr)]);
  return {
    ended: ended.then(([code, stdout, stderr]) => ({ how: code, stdout, stderr })),
    signal: (name) => void child.kill(name),
  };
};
