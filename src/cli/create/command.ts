/**
 * `callscribe create`: one run for each slot of a schedule.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { parse } from 'yaml';
import { API_GROUP, KIND, PLURAL, type TranscriptionRun, VERSION } from '../../api/types.ts';
import { CallscribeError } from '../../errors.ts';
import type { KubeClient } from '../../controller/runtime/kube-client.ts';
import { isAlreadyExists, KubeError } from '../../controller/runtime/kube-error.ts';
import { resourcePath } from '../../controller/runtime/resource-path.ts';
import { connect } from '../cluster.ts';
import { EXIT, fail } from '../exit.ts';
import { isOfSameSlot, runOfSlot } from './run-of-slot.ts';
import { slotOf } from './slot.ts';
import { waitForEnd } from './wait.ts';

export interface CreateFlags {
  readonly filename: string;
  readonly namespace?: string;
  readonly jobName?: string;
  readonly scheduleTime?: string;
  readonly timeZone: string;
  /** The phase that is to be waited for; true for `Succeeded`. */
  readonly wait?: string | true;
  readonly timeoutSeconds: number;
}

type NewRun = ReturnType<typeof runOfSlot>;

const say = (run: NewRun, what: string): void => {
  process.stdout.write(`transcriptionrun.${API_GROUP}/${run.metadata.name} ${what}\n`);
};

const readYAML = async (path: string): Promise<TranscriptionRun | null> => {
  try {
    const text = path === '-' ? await readStream(process.stdin) : await readFile(path, 'utf8');
    return parse(text) as TranscriptionRun | null;
  } catch (error) {
    throw new CallscribeError('CSC_MANIFEST_INVALID', `${path} cannot be read as YAML`, { cause: error });
  }
};

/** The schema is the API server's to check; here it only has to be a TranscriptionRun with a window. */
const readTemplate = async (path: string): Promise<TranscriptionRun> => {
  const template = await readYAML(path);
  if (template?.kind !== KIND || !template.spec?.window) {
    throw new CallscribeError('CSC_MANIFEST_INVALID', `${path} is not a ${KIND} with spec.window`);
  }
  return { ...template, metadata: template.metadata ?? {} };
};

const toBadInput = (error: unknown): unknown =>
  error instanceof KubeError && (error.status === 422 || error.status === 400)
    ? new CallscribeError('CSC_MANIFEST_INVALID', error.message, { cause: error })
    : error;

/** Undefined where the service account may create runs and nothing else: then the name, which has the slot in it, has to do. */
const getIfAllowed = async (kube: KubeClient, path: string): Promise<TranscriptionRun | undefined> => {
  try {
    return await kube.get<TranscriptionRun>(path);
  } catch (error) {
    if (error instanceof KubeError && error.status === 403) return undefined;
    throw error;
  }
};

const createOnce = async (kube: KubeClient, path: string, run: NewRun): Promise<void> => {
  try {
    await kube.create(path, run);
    return say(run, 'created');
  } catch (error) {
    if (!isAlreadyExists(error)) throw toBadInput(error);
  }
  const existing = await getIfAllowed(kube, `${path}/${run.metadata.name}`);
  if (existing && !isOfSameSlot(existing.metadata, run.metadata)) {
    throw new CallscribeError('CSC_SPEC_INVALID', `a run ${run.metadata.name} exists that was not made for this slot`);
  }
  say(run, 'exists for this slot');
};

export const createRun = async (flags: CreateFlags): Promise<number> => {
  try {
    const template = await readTemplate(flags.filename);
    const { kube, namespace: current } = connect();
    const namespace = flags.namespace ?? template.metadata.namespace ?? current;
    const slot = slotOf(flags, Date.now());
    const run = runOfSlot(template, { namespace, slot, timeZone: flags.timeZone });
    const path = resourcePath({ group: API_GROUP, version: VERSION, plural: PLURAL, namespace });
    await createOnce(kube, path, run);
    if (flags.wait === undefined) return EXIT.succeeded;
    return await waitForEnd({
      read: () => kube.get<TranscriptionRun>(`${path}/${run.metadata.name}`),
      wanted: flags.wait === true ? 'Succeeded' : flags.wait,
      timeoutMs: flags.timeoutSeconds * 1000,
      say: (what) => say(run, what),
    });
  } catch (error) {
    return fail(error);
  }
};
