/**
 * The operator as a process of its own.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallscribeProcess, startCallscribe } from './callscribe.ts';

export interface OperatorOptions {
  readonly kubeconfig: string;
  /** Only these are watched. */
  readonly namespaces: readonly string[];
  readonly flags?: readonly string[];
  /** Default: a new folder. It is removed by `stop`. */
  readonly workDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLog?: (line: string) => void;
}

export interface Operator extends CallscribeProcess {
  readonly workDir: string;
  readonly healthURL: string;
  readonly metricsURL: string;
}

/** Starts the operator and waits until it is ready. It may call loopback, where the fakes are. */
export const startOperator = async (options: OperatorOptions): Promise<Operator> => {
  const { kubeconfig, namespaces, flags = [], env = {}, onLog } = options;
  const workDir = options.workDir ?? (await mkdtemp(join(tmpdir(), 'callscribe-operator-')));
  const args = [
    'controller',
    `--namespaces=${namespaces.join(',')}`,
    '--metrics-address=127.0.0.1:0',
    '--health-address=127.0.0.1:0',
    '--egress-allow=127.0.0.0/8',
    `--work-dir=${workDir}`,
    ...flags,
  ];
  const program = await startCallscribe(args, { env: { KUBECONFIG: kubeconfig, ...env }, ...(onLog && { onLog }) });
  return {
    ...program,
    workDir,
    healthURL: String(program.ready['health']),
    metricsURL: String(program.ready['metrics']),
    stop: async () => {
      const how = await program.stop();
      await rm(workDir, { recursive: true, force: true });
      return how;
    },
  };
};
