/**
 * `callscribe transcript`: a transcript that was paid for and that no destination has taken, from the outbox of its run.
 * @module
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type HeldSecret, heldIn, OUTBOX_TYPE, RECORDING_ANNOTATION } from '../controller/ledger/outbox.ts';
import { RUN_LABEL, runLabels } from '../controller/ledger/store.ts';
import { resourcePath } from '../controller/runtime/resource-path.ts';
import { CallscribeError } from '../errors.ts';
import { transcriptDocument } from '../pipeline/deliver/document.ts';
import type { HeldTranscript } from '../pipeline/plan.ts';
import { connect } from './cluster.ts';
import { EXIT, fail } from './exit.ts';
import { fileOutbox } from './run/state-dir.ts';

export interface TranscriptFlags {
  readonly namespace?: string;
  readonly stateDir?: string;
}

type Find = (run: string, recordingId: string) => Promise<readonly HeldTranscript[]>;

const inCluster =
  (given: string | undefined): Find =>
  async (run, recordingId) => {
    const { kube, namespace: current } = connect();
    const path = resourcePath({ group: '', version: 'v1', plural: 'secrets', namespace: given ?? current });
    const labelSelector = `${RUN_LABEL}=${runLabels({ namespace: '', name: run, uid: '' })[RUN_LABEL]}`;
    const { items } = await kube.list<HeldSecret>(path, { labelSelector, fieldSelector: `type=${OUTBOX_TYPE}` });
    return heldIn(items.filter(({ metadata }) => metadata.annotations?.[RECORDING_ANNOTATION] === recordingId));
  };

const inFiles =
  (stateDir: string): Find =>
  async (run, recordingId) => {
    const directory = join(stateDir, run);
    await access(directory).catch(() => {
      throw new CallscribeError('CSC_NOT_FOUND', `${stateDir} has no run ${run}`);
    });
    const outbox = fileOutbox(directory, { namespace: '', name: run, uid: '' });
    return outbox.review((key) => (key.recordingId === recordingId ? 'Take' : 'Keep'));
  };

/** Prints the full document, as destinations get it. */
export const transcript = async (run: string, recordingId: string, flags: TranscriptFlags): Promise<number> => {
  try {
    const find = flags.stateDir ? inFiles(flags.stateDir) : inCluster(flags.namespace);
    const [held] = await find(run, recordingId);
    if (!held) {
      const message = `run ${run} holds no transcript of recording ${recordingId}: it was delivered, or there never was one`;
      throw new CallscribeError('CSC_NOT_FOUND', message);
    }
    process.stdout.write(`${JSON.stringify(transcriptDocument(held.transcript), null, 2)}\n`);
    return EXIT.succeeded;
  } catch (error) {
    return fail(error);
  }
};
