/**
 * The operator as a process of its own, as users run it, so that a test can also kill it.
 * @module
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CALLSCRIBE = fileURLToPath(new URL('../../bin/callscribe', import.meta.url));

export interface OperatorOptions {
  readonly kubeconfig: string;
  /** Only these are watched. */
  readonly namespaces: readonly string[];
  readonly flags?: readonly string[];
  /** Default: a new folder. It is removed by `stop`. */
  readonly workDir?: string;
  readonly onLog?: (line: string) => void;
}

export interface Operator {
  /** Everything that it logged, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  readonly workDir: string;
  readonly pid: number | undefined;
  /** Resolves to the exit code, or to the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly healthURL: string;
  readonly metricsURL: string;
  /** SIGTERM, and SIGKILL where that does not help. */
  stop(): Promise<number | string>;
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<number | string>;
}

const STOP_TIMEOUT_MS = 40_000;

const parseLine = (line: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
};

/** Starts the operator and waits until it is ready. */
export const startOperator = async ({
  kubeconfig,
  namespaces,
  flags = [],
  workDir: givenWorkDir,
  onLog,
}: OperatorOptions): Promise<Operator> => {
  const workDir = givenWorkDir ?? (await mkdtemp(join(tmpdir(), 'callscribe-operator-')));
  const child = spawn(
    CALLSCRIBE,
    [
      'controller',
      `--namespaces=${namespaces.join(',')}`,
      '--metrics-address=127.0.0.1:0',
      '--health-address=127.0.0.1:0',
      '--egress-allow=127.0.0.0/8',
      `--work-dir=${workDir}`,
      ...flags,
    ],
    { env: { ...process.env, KUBECONFIG: kubeconfig }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const log: Readonly<Record<string, unknown>>[] = [];
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const ready = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    const read = (line: string): void => {
      const entry = parseLine(line);
      log.push(entry);
      onLog?.(line);
      if (entry['msg'] === 'ready') resolve(entry);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    void ended.then((how) => reject(new Error(`the operator ended with ${how}: ${JSON.stringify(log.slice(-5))}`)));
  });
  const finish = async (signal: NodeJS.Signals): Promise<number | string> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const how = await ended;
    clearTimeout(timer);
    return how;
  };
  const { health, metrics } = await ready;
  return {
    log,
    workDir,
    pid: child.pid,
    ended,
    healthURL: String(health),
    metricsURL: String(metrics),
    stop: async () => {
      const how = await finish('SIGTERM');
      await rm(workDir, { recursive: true, force: true });
      return how;
    },
    kill: () => finish('SIGKILL'),
  };
};
