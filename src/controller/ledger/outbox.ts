/**
 * Transcripts that were paid for and that no destination has taken yet: one Secret each, compressed, owned by the run.
 * Secrets, because a transcript is personal data and clusters guard Secrets best.
 * @module
 */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { HeldTranscript, RunIdentity } from '../../pipeline/plan.ts';
import type { KubeClient } from '../runtime/kube-client.ts';
import { isAlreadyExists, isNotFound } from '../runtime/kube-error.ts';
import { resourcePath } from '../runtime/resource-path.ts';
import { insist } from './insist.ts';
import { ownerReference, RUN_UID_LABEL, runLabels } from './store.ts';

export interface Outbox {
  list(): Promise<readonly HeldTranscript[]>;
  /** Resolves when the transcript is safe. Keeping the same one twice is no error. */
  put(held: HeldTranscript): Promise<void>;
  remove(recordingId: string): Promise<void>;
}

export const OUTBOX_TYPE = 'callscribe.dev/transcript';

interface Secret {
  readonly metadata: { readonly name: string; readonly ownerReferences?: readonly { readonly uid: string }[] };
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const KEY = 'held.json.gz';

/** Recording ids may hold characters that a name may not, so the name carries a digest of the id. */
export const outboxName = (run: RunIdentity, recordingId: string): string =>
  `${run.name.slice(0, 200)}-outbox-${createHash('sha256').update(`${run.uid}/${recordingId}`).digest('hex').slice(0, 16)}`;

export const pack = (held: HeldTranscript): string => gzipSync(JSON.stringify(held)).toString('base64');

/** @throws CallscribeError `CSC_LEDGER_CORRUPT` */
export const unpack = (data: string): HeldTranscript => {
  try {
    return JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString('utf8')) as HeldTranscript;
  } catch (error) {
    throw new CallscribeError('CSC_LEDGER_CORRUPT', 'a held transcript cannot be read', { cause: error });
  }
};

export interface OutboxOptions {
  readonly kube: KubeClient;
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export const createOutbox = ({ kube, run, clock, signal }: OutboxOptions): Outbox => {
  const path = (name?: string): string =>
    resourcePath({ group: '', version: 'v1', plural: 'secrets', namespace: run.namespace, ...(name && { name }) });
  return {
    list: async () => {
      const selector = { labelSelector: `${RUN_UID_LABEL}=${run.uid}` };
      const { items } = await kube.list<Secret>(path(), selector, { signal });
      return items.flatMap((secret) =>
        secret.type === OUTBOX_TYPE && secret.data?.[KEY] ? [unpack(secret.data[KEY])] : [],
      );
    },
    put: async (held) => {
      const name = outboxName(run, held.reservation.recordingId);
      const metadata = {
        name,
        namespace: run.namespace,
        labels: runLabels(run),
        ownerReferences: [ownerReference(run)],
      };
      const body = { apiVersion: 'v1', kind: 'Secret', type: OUTBOX_TYPE, metadata, data: { [KEY]: pack(held) } };
      await insist({ clock, signal }, () => kube.create(path(), body, { signal })).catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error;
      });
    },
    remove: async (recordingId) => {
      const name = outboxName(run, recordingId);
      await insist({ clock, signal }, () => kube.delete(path(name), { signal })).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
  };
};
