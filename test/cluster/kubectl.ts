/**
 * kubectl for tests and the demo: what a user types, and what comes back.
 * @module
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';

export interface Access {
  readonly kubeconfig: string;
  readonly kubectl: string;
}

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl; a failure is an answer, too. `input` goes to its stdin. */
export const kubectl = async (access: Access, args: readonly string[], input?: string): Promise<Answer> => {
  const child = spawn(access.kubectl, [`--kubeconfig=${access.kubeconfig}`, ...args], { stdio: 'pipe' });
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => resolve(code ?? 1));
  });
  child.stdin.end(input ?? '');
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
};

/** As `kubectl`, for commands that have to succeed. Gives what they print. */
export const kubectlOK = async (access: Access, args: readonly string[], input?: string): Promise<string> => {
  const { code, stdout, stderr } = await kubectl(access, args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
};

/** A namespace of its own for each test file, so that files do not see each other. */
export const createNamespace = async (
  access: Access,
  prefix: string,
): Promise<{ readonly name: string; remove(): Promise<void> }> => {
  const name = `${prefix}-${randomBytes(3).toString('hex')}`;
  await kubectlOK(access, ['create', 'namespace', name]);
  return {
    name,
    remove: async () => {
      await kubectl(access, ['delete', 'namespace', name, '--wait=false']);
    },
  };
};
