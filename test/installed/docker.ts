/**
 * A Docker daemon: the one that is there, or one of our own that ends with us. It touches no other daemon's images or containers.
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheRoot } from '../cluster/binaries.ts';
import type { Log } from '../cluster/cluster.ts';
import { supervise } from '../cluster/supervised.ts';
import { waitUntil } from '../e2e/wait.ts';

const run = promisify(execFile);

export interface Docker {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Runs a docker command. Gives what it prints. @throws Error with what it printed on stderr */
  command(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const PROBE_TIMEOUT_MS = 5000;
const START_TIMEOUT_MS = 60_000;

const commandOn =
  (host: string): Docker['command'] =>
  async (...args) => {
    // The classic builder is in every client and needs no plug-in.
    const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' };
    const { stdout } = await run('docker', args, { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  };

/** A daemon that somebody else stops. */
export const dockerAt = (host: string): Docker => ({ host, command: commandOn(host), stop: async () => {} });

const answers = async (host: string): Promise<boolean> => {
  try {
    const env = { ...process.env, DOCKER_HOST: host };
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { env, timeout: PROBE_TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
};

const exists = async (program: string): Promise<boolean> => {
  try {
    await run(program, ['--version']);
    return true;
  } catch {
    return false;
  }
};

const startDaemon = async (log: Log): Promise<Docker> => {
  // A socket's path is at most 108 characters long, so not below TMPDIR.
  const folder = await mkdtemp('/tmp/callscribe-docker-');
  const host = `unix://${join(folder, 'docker.sock')}`;
  const logFile = join(folder, 'dockerd.log');
  const args = [
    `--host=${host}`,
    // In the cache, so that the layers of the packages are there the next time.
    `--data-root=${join(cacheRoot(process.env), 'docker')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'docker.pid')}`,
  ];
  const daemon = supervise('dockerd', args, logFile);
  const stop = async (): Promise<void> => {
    await daemon.stop();
    // It leaves the network name space of the host mounted there.
    await run('umount', [join(folder, 'exec', 'netns', 'default')]).catch(() => {});
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await waitUntil(
      async () => {
        if (!daemon.isRunning()) throw new Error(`dockerd ended: ${(await readFile(logFile, 'utf8')).slice(-2000)}`);
        return (await answers(host)) || undefined;
      },
      START_TIMEOUT_MS,
      () => 'dockerd does not answer',
    );
  } catch (error) {
    await stop();
    throw error;
  }
  log('Docker: a daemon of our own');
  return { host, command: commandOn(host), stop };
};

/** A daemon, or why there cannot be one. */
export const openDocker = async (log: Log): Promise<Docker | string> => {
  const given = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  if (!(await exists('docker'))) return 'there is no docker';
  if (await answers(given)) {
    log(`Docker: ${given}`);
    return dockerAt(given);
  }
  if (process.getuid?.() !== 0) return 'no Docker daemon answers, and only root can start one';
  if (!(await exists('dockerd'))) return 'no Docker daemon answers, and there is no dockerd to start';
  return startDaemon(log);
};
