/**
 * `callscribe create`: one run for each slot of a schedule.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { parse } from 'yaml';
import { API_GROUP, KIND, PLURAL, type TranscriptionRun, VERSION } from '../api/types.ts';
import { CallscribeError } from '../errors.ts';
import { isAlreadyExists, KubeError } from '../controller/runtime/kube-error.ts';
import { resourcePath } from '../controller/runtime/resource-path.ts';
import { connect } from './cluster.ts';
import { runOfSlot, SLOT_ANNOTATION, slotOf } from './create-name.ts';
import { EXIT, fail } from './exit.ts';

export interface CreateFlags {
  readonly filename: string;
  readonly namespace?: string;
  readonly jobName?: string;
  readonly scheduleTime?: string;
}

/** The schema is the API server's to check; here it only has to be a TranscriptionRun with a window. */
const readTemplate = async (path: string): Promise<TranscriptionRun> => {
  const value: unknown = parse(path === '-' ? await readStream(process.stdin) : await readFile(path, 'utf8'));
  const template = value as TranscriptionRun | null;
  if (template?.kind !== KIND || !template.spec?.window) {
    throw new CallscribeError('CSC_MANIFEST_INVALID', `${path} is not a ${KIND} with spec.window`);
  }
  return { ...template, metadata: template.metadata ?? {} };
};

const toBadInput = (error: unknown): unknown =>
  error instanceof KubeError && (error.status === 422 || error.status === 400)
    ? new CallscribeError('CSC_MANIFEST_INVALID', error.message, { cause: error })
    : error;

export const createRun = async (flags: CreateFlags): Promise<number> => {
  try {
    const template = await readTemplate(flags.filename);
    const { kube, namespace: current } = connect();
    const namespace = flags.namespace ?? template.metadata.namespace ?? current;
    const run = runOfSlot(template, namespace, slotOf(flags, Date.now()));
    const path = resourcePath({ group: API_GROUP, version: VERSION, plural: PLURAL, namespace });
    try {
      await kube.create(path, run);
      process.stdout.write(`transcriptionrun.${API_GROUP}/${run.metadata.name} created\n`);
      return EXIT.succeeded;
    } catch (error) {
      if (!isAlreadyExists(error)) throw toBadInput(error);
    }
    const existing = await kube.get<TranscriptionRun>(`${path}/${run.metadata.name}`);
    if (existing.metadata.annotations?.[SLOT_ANNOTATION] === run.metadata.annotations[SLOT_ANNOTATION]) {
      process.stdout.write(`transcriptionrun.${API_GROUP}/${run.metadata.name} exists for this slot\n`);
      return EXIT.succeeded;
    }
    throw new CallscribeError('CSC_SPEC_INVALID', `a run ${run.metadata.name} exists that was not made for this slot`);
  } catch (error) {
    return fail(error);
  }
};
