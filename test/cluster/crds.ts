/**
 * Makes TranscriptionRuns known to a cluster.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Access, kubectl, kubectlOK } from './kubectl.ts';

const CRDS = fileURLToPath(new URL('../../deploy/crds', import.meta.url));
const TIMEOUT_MS = 30_000;

/** Applies the CRD and waits until the API server serves it. */
export const applyCRDs = async (access: Access): Promise<void> => {
  await kubectlOK(access, ['apply', '--server-side', '-f', CRDS]);
  const deadlineMs = Date.now() + TIMEOUT_MS;
  for (;;) {
    // kubectl gives up, instead of waiting, on an object that has no conditions yet.
    const { code, stderr } = await kubectl(access, [
      'wait',
      '--for=condition=Established',
      '--timeout=10s',
      '-f',
      CRDS,
    ]);
    if (code === 0) return;
    if (Date.now() > deadlineMs) throw new Error(`the CRD was not established: ${stderr}`);
    await delay(100);
  }
};
