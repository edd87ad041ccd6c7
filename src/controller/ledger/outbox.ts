/**
 * Transcripts that were paid for and that no destination has taken yet, compressed, in Secrets owned by the run: a transcript is
 * personal data, and clusters guard Secrets best. One Secret holds one transcript; the very long one whose compressed form is larger
 * than a Secret may be lies in several, of which the first is written last and removed first.
 * @module
 */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { HeldTranscript, RunIdentity } from '../../pipeline/plan.ts';
import type { KubeClient } from '../runtime/kube-client.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../runtime/kube-error.ts';
import { resourcePath } from '../runtime/resource-path.ts';
import { insist } from './insist.ts';
import { ownerReference, RUN_UID_LABEL, runLabels } from './store.ts';

export interface HeldKey {
  readonly recordingId: string;
  readonly attempt: number;
}

/** What is to be done with a held transcript that is found. */
export type Verdict = 'Take' | 'Keep' | 'Drop';

export interface Outbox {
  /** Goes through all that is held: gives what is to be taken, and removes what is to be dropped. */
  review(judge: (key: HeldKey) => Verdict): Promise<readonly HeldTranscript[]>;
  /** Resolves when the transcript is safe. It takes the place of one of an earlier attempt; keeping the same one twice is no error. */
  put(held: HeldTranscript): Promise<void>;
  remove(recordingId: string): Promise<void>;
}

export const OUTBOX_TYPE = 'callscribe.dev/transcript';
export const RECORDING_ANNOTATION = 'callscribe.dev/recording';
const ATTEMPT_ANNOTATION = 'callscribe.dev/attempt';
/** `0/1` for nearly all: which part it is, and of how many. */
const PART_ANNOTATION = 'callscribe.dev/part';

/** A Secret holds 1 MiB. */
export const PART_BYTES = 900 * 1024;
const PAGE = '20';
const KEY = 'held.json.gz';

export interface HeldSecret {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** Recording ids may hold characters that a name may not, so the name carries a digest of the id. */
export const outboxName = (run: RunIdentity, recordingId: string): string =>
  `${run.name.slice(0, 200)}-outbox-${createHash('sha256').update(`${run.uid}/${recordingId}`).digest('hex').slice(0, 16)}`;

const namesOf = (name: string, parts: number): readonly string[] =>
  Array.from({ length: parts }, (_, part) => (part === 0 ? name : `${name}-${part}`));

export const pack = (held: HeldTranscript): Buffer => gzipSync(JSON.stringify(held));

/** @throws CallscribeError `CSC_LEDGER_CORRUPT` */
export const unpack = (data: Uint8Array): HeldTranscript => {
  try {
    return JSON.parse(gunzipSync(data).toString('utf8')) as HeldTranscript;
  } catch (error) {
    throw new CallscribeError('CSC_LEDGER_CORRUPT', 'a held transcript cannot be read', { cause: error });
  }
};

const annotationOf = ({ metadata }: HeldSecret, name: string): string => metadata.annotations?.[name] ?? '';

const attemptOf = (secret: HeldSecret): number => Number(annotationOf(secret, ATTEMPT_ANNOTATION));

const keyOf = (secret: HeldSecret): HeldKey => ({
  recordingId: annotationOf(secret, RECORDING_ANNOTATION),
  attempt: attemptOf(secret),
});

const placeOf = (secret: HeldSecret): { readonly part: number; readonly parts: number } => {
  const [part = 0, parts = 1] = annotationOf(secret, PART_ANNOTATION).split('/').map(Number);
  return { part, parts };
};

/** The transcripts in Secrets. One whose parts are not all there was never held. */
export const heldIn = (secrets: readonly HeldSecret[]): readonly HeldTranscript[] => {
  const byName = new Map(secrets.map((secret) => [secret.metadata.name, secret]));
  const firsts = secrets.filter((secret) => placeOf(secret).part === 0);
  return firsts.flatMap((first) => {
    const names = namesOf(first.metadata.name, placeOf(first).parts);
    const parts = names
      .flatMap((name) => byName.get(name) ?? [])
      .filter((part) => attemptOf(part) === attemptOf(first));
    const bytes = parts.map(({ data }) => Buffer.from(data?.[KEY] ?? '', 'base64'));
    return parts.length === names.length ? [unpack(Buffer.concat(bytes))] : [];
  });
};

export interface OutboxOptions {
  readonly kube: KubeClient;
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const pathOf = ({ namespace }: RunIdentity, name?: string): string =>
  resourcePath({ group: '', version: 'v1', plural: 'secrets', namespace, ...(name && { name }) });

/** From the last part to the first: where that one is there, the others are. */
const secretsOf = (run: RunIdentity, held: HeldTranscript): readonly HeldSecret[] => {
  const packed = pack(held);
  const { recordingId, attempt } = held.reservation;
  const names = namesOf(outboxName(run, recordingId), Math.ceil(packed.length / PART_BYTES));
  const secrets = names.map((name, part) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    type: OUTBOX_TYPE,
    metadata: {
      name,
      namespace: run.namespace,
      labels: runLabels(run),
      annotations: {
        [RECORDING_ANNOTATION]: recordingId,
        [ATTEMPT_ANNOTATION]: String(attempt),
        [PART_ANNOTATION]: `${part}/${names.length}`,
      },
      ownerReferences: [ownerReference(run)],
    },
    data: { [KEY]: packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES).toString('base64') },
  }));
  return secrets.toReversed();
};

const removeAll = async (options: OutboxOptions, names: readonly string[]): Promise<void> => {
  const { kube, run, signal } = options;
  for (const name of names) {
    await insist(options, () => kube.delete(pathOf(run, name), { signal })).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
};

const save = async (options: OutboxOptions, secret: HeldSecret): Promise<void> => {
  const { kube, run, signal } = options;
  const path = pathOf(run, secret.metadata.name);
  try {
    await insist(options, () => kube.create(pathOf(run), secret, { signal }));
    return;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const there = await insist(options, () => kube.get<HeldSecret>(path, { signal }));
  if (attemptOf(there) >= attemptOf(secret)) return;
  const { resourceVersion } = there.metadata;
  const next = { ...secret, metadata: { ...secret.metadata, resourceVersion } };
  await insist(options, () => kube.replace(path, next, { signal })).catch((error: unknown) => {
    // Only a later attempt, or our own write whose answer was lost, can have been faster.
    if (!isConflict(error)) throw error;
  });
};

const listAll = async function* ({ kube, run, signal }: OutboxOptions): AsyncGenerator<HeldSecret> {
  let next = '';
  do {
    const query = { labelSelector: `${RUN_UID_LABEL}=${run.uid}`, limit: PAGE, ...(next && { continue: next }) };
    const page = await kube.list<HeldSecret>(pathOf(run), query, { signal });
    yield* page.items.filter(({ type }) => type === OUTBOX_TYPE);
    next = page.metadata.continue ?? '';
  } while (next);
};

export const createOutbox = (options: OutboxOptions): Outbox => ({
  review: async (judge) => {
    const [taken, dropped]: [HeldSecret[], string[]] = [[], []];
    for await (const secret of listAll(options)) {
      const verdict = judge(keyOf(secret));
      if (verdict === 'Take') taken.push(secret);
      if (verdict === 'Drop') dropped.push(secret.metadata.name);
    }
    await removeAll(options, dropped);
    return heldIn(taken);
  },
  put: async (held) => {
    for (const secret of secretsOf(options.run, held)) await save(options, secret);
  },
  remove: async (recordingId) => {
    const { kube, run, signal } = options;
    const name = outboxName(run, recordingId);
    try {
      const first = await insist(options, () => kube.get<HeldSecret>(pathOf(run, name), { signal }));
      await removeAll(options, namesOf(name, placeOf(first).parts));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  },
});
