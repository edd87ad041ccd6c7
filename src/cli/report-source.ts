/**
 * Where commands find a report: in the cluster, in a state directory of `callscribe run`, or in files that somebody kept.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { API_GROUP, PLURAL, type TranscriptionRun, VERSION } from '../api/types.ts';
import { withoutLeftovers } from '../controller/ledger/merge.ts';
import {
  isKept,
  RUN_ANNOTATION,
  RUN_LABEL,
  RUN_UID_LABEL,
  runLabels,
  type ShardSet,
  shardSetOf,
  type StoredObject,
} from '../controller/ledger/store.ts';
import { isNotFound } from '../controller/runtime/kube-error.ts';
import type { KubeClient } from '../controller/runtime/kube-client.ts';
import { resourcePath } from '../controller/runtime/resource-path.ts';
import { isFinished } from '../controller/run/facts.ts';
import { CallscribeError } from '../errors.ts';
import { type Book, joinShards } from '../report/book.ts';
import type { Known } from '../report/verify.ts';
import { connect } from './cluster.ts';
import { fileStore } from './run/state-dir.ts';

export interface SourceFlags {
  readonly namespace?: string;
  readonly stateDir?: string;
  /** Where several runs of one name left a report. */
  readonly uid?: string;
}

export interface Source {
  readonly book: Book;
  /** What the run's own status says of its report. */
  readonly known: Known;
}

const uidOf = ({ metadata }: StoredObject): string => metadata.labels?.[RUN_UID_LABEL] ?? '';

const createdAt = ({ metadata }: StoredObject): string => metadata.creationTimestamp ?? '';

const noReport = (run: string): CallscribeError =>
  new CallscribeError('CSC_SPEC_INVALID', `there is no report of a run ${run}`);

/** Of several runs of the name the one that is asked for, the one that still exists, or the last one. */
const chooseUid = (run: string, objects: readonly StoredObject[], wanted: string | undefined): string => {
  const newestFirst = objects.toSorted((a, b) => (createdAt(a) < createdAt(b) ? 1 : -1));
  if (wanted !== undefined) {
    if (objects.some((object) => uidOf(object) === wanted)) return wanted;
    throw noReport(`${run} with the UID ${wanted}`);
  }
  const chosen = newestFirst.find((object) => !isKept(object)) ?? newestFirst[0];
  if (!chosen) throw noReport(run);
  return uidOf(chosen);
};

/** What the shards of one run are named after: the run, or more than that where the name was taken. */
const baseOf = ([object]: readonly StoredObject[]): string =>
  object?.metadata.name.replace(/-report(-[1-9]\d*)?$/, '') ?? '';

/** Each row once, also where two shards hold it because a merge is under way. */
const bookOf = (run: string, shards: ShardSet): Book =>
  joinShards(
    run,
    [...withoutLeftovers(shards).values()].map(({ data }) => data),
  );

const knownOf = async (kube: KubeClient, namespace: string, run: string, uid: string): Promise<Known> => {
  const path = resourcePath({ group: API_GROUP, version: VERSION, plural: PLURAL, namespace, name: run });
  try {
    const { metadata, status } = await kube.get<TranscriptionRun>(path);
    const { rows, head } = status?.report ?? {};
    if (metadata.uid !== uid || rows === undefined || head === undefined) return {};
    return { status: { tip: { rows, head }, isFinal: isFinished(status?.phase) } };
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
};

const fromCluster = async (run: string, flags: SourceFlags): Promise<Source> => {
  const { kube, namespace: current } = connect();
  const namespace = flags.namespace ?? current;
  const path = resourcePath({ group: '', version: 'v1', plural: 'configmaps', namespace });
  const label = runLabels({ namespace: '', name: run, uid: '' })[RUN_LABEL];
  const { items } = await kube.list<StoredObject>(path, { labelSelector: `${RUN_LABEL}=${label}` });
  const objects = items.filter((object) => (object.metadata.annotations?.[RUN_ANNOTATION] ?? run) === run);
  const uid = chooseUid(run, objects, flags.uid);
  // The status is read first: the report may have grown since, and never the other way round.
  const known = await knownOf(kube, namespace, run, uid);
  const own = objects.filter((object) => uidOf(object) === uid);
  return { book: bookOf(run, shardSetOf(baseOf(own), own)), known };
};

const fromStateDir = async (run: string, stateDir: string): Promise<Source> => {
  const shards = await fileStore(join(stateDir, run))
    .list()
    .catch((): ShardSet => new Map());
  if (shards.size === 0) throw noReport(run);
  return { book: bookOf(run, shards), known: {} };
};

/** @throws CallscribeError `CSC_SPEC_INVALID` where there is no such report, `CSC_LEDGER_CORRUPT` */
export const readSource = (run: string, flags: SourceFlags): Promise<Source> =>
  flags.stateDir === undefined ? fromCluster(run, flags) : fromStateDir(run, flags.stateDir);

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw new CallscribeError('CSC_SPEC_INVALID', `${path} cannot be read`, { cause: error });
  });

/** A `report.csv`, and the `summary.json` that belongs to it where there is one. */
export const readFiles = async (csv: string, summary: string | undefined): Promise<Source> => {
  const data = {
    'report.csv': await readText(csv),
    ...(summary !== undefined && { 'summary.json': await readText(summary) }),
  };
  const book = joinShards('', [data]);
  return { book: { ...book, run: book.summary?.run ?? csv }, known: {} };
};
