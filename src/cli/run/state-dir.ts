/**
 * What `callscribe run` keeps between its runs: the ledger and the outbox as files that are replaced in one step, and which
 * run they belong to.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { TranscriptionRunSpec } from '../../api/types.ts';
import { outboxName, pack, unpack, type Outbox } from '../../controller/ledger/outbox.ts';
import type { LedgerStore, ShardSet, Version } from '../../controller/ledger/store.ts';
import { CallscribeError } from '../../errors.ts';
import { isRunning } from '../../process-number.ts';
import type { HeldTranscript, RunIdentity } from '../../pipeline/plan.ts';
import type { Window } from '../../pipeline/types.ts';

/** Replaces a file in one step, durably: after a crash it holds the old or the new content. Readable by its owner only. */
export const replaceFile = async (path: string, content: string | Uint8Array): Promise<void> => {
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
};

/** What `read` gives; undefined where there is no such file or folder. */
const ifThere = async <T>(read: Promise<T>): Promise<T | undefined> => {
  try {
    return await read;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const readOptional = (path: string): Promise<string | undefined> => ifThere(readFile(path, 'utf8'));

/** What is pinned when a run begins. */
export interface Pinned {
  readonly uid: string;
  readonly window: Window;
  readonly spec: TranscriptionRunSpec;
}

/** The part of a spec that may not change between two runs of one state directory. */
const fixedPart = ({ cost: { budget: _budget, ...cost }, ...spec }: TranscriptionRunSpec): unknown => {
  const { suspend: _s, cancel: _c, concurrency: _n, ttlSecondsAfterFinished: _t, ...fixed } = spec;
  return { ...fixed, cost };
};

/** @throws CallscribeError `CSC_LEDGER_CORRUPT` */
const readPinned = (path: string, text: string): Pinned => {
  try {
    return JSON.parse(text) as Pinned;
  } catch (error) {
    throw new CallscribeError('CSC_LEDGER_CORRUPT', `${path} cannot be read`, { cause: error });
  }
};

/**
 * What an earlier run pinned, or what this one pins now.
 * @throws CallscribeError `CSC_SPEC_INVALID` where the directory belongs to a run with another spec
 */
export const pin = async (directory: string, spec: TranscriptionRunSpec, resolve: () => Window): Promise<Pinned> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'run.json');
  const text = await readOptional(path);
  if (text !== undefined) {
    const earlier = readPinned(path, text);
    // The order of the fields is the author's.
    if (isDeepStrictEqual(fixedPart(earlier.spec), fixedPart(spec))) return earlier;
    throw new CallscribeError('CSC_SPEC_INVALID', `${directory} holds the state of a run with another spec`);
  }
  const pinned: Pinned = { uid: randomUUID(), window: resolve(), spec };
  await replaceFile(path, JSON.stringify(pinned, null, 2));
  return pinned;
};

const isHeld = (holder: number): boolean => holder > 0 && holder !== process.pid && isRunning(holder);

/** Takes away the lock of a process that has ended. Of several that try, one moves it, and puts back what is a newer one. */
const removeStale = async (path: string, aside: string): Promise<void> => {
  const holder = Number(await readOptional(path));
  if (isHeld(holder)) throw new CallscribeError('CSC_LEDGER_FENCED', `process ${holder} works in ${dirname(path)}`);
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return;
  }
  if (isHeld(Number(await readOptional(aside)))) await link(aside, path).catch(() => {});
};

/**
 * Makes this process the only one that works in `directory`. Gives the way to release it.
 * @throws CallscribeError `CSC_LEDGER_FENCED` while another process works in it
 */
export const lock = async (directory: string): Promise<() => Promise<void>> => {
  const path = join(directory, 'lock');
  const own = `${path}.${process.pid}`;
  await removeStale(path, own);
  await writeFile(own, String(process.pid), { mode: 0o600 });
  try {
    // A link is there with its content or not at all.
    await link(own, path);
  } catch (error) {
    throw new CallscribeError('CSC_LEDGER_FENCED', `another process works in ${directory}`, { cause: error });
  } finally {
    await rm(own, { force: true });
  }
  return () => rm(path, { force: true });
};

const SHARD = /^ledger-(\d+)\.json$/;

/** The shards of a ledger as files `ledger-<n>.json`. */
export const fileStore = (directory: string): LedgerStore => {
  const pathOf = (index: number): string => join(directory, `ledger-${index}.json`);
  const read = async (index: number): Promise<Version> => {
    const data = JSON.parse(await readFile(pathOf(index), 'utf8')) as Record<string, string>;
    return { resourceVersion: '', data };
  };
  const list = async (): Promise<ShardSet> => {
    const names = (await ifThere(readdir(directory))) ?? [];
    const indices = names.flatMap((name) => SHARD.exec(name)?.[1] ?? []).map(Number);
    const sorted = indices.toSorted((a, b) => a - b);
    return new Map(await Promise.all(sorted.map(async (index) => [index, await read(index)] as const)));
  };
  return {
    list,
    read,
    write: async (index, data) => {
      await replaceFile(pathOf(index), JSON.stringify(data));
      return { resourceVersion: '', data };
    },
    remove: (index) => rm(pathOf(index), { force: true }),
  };
};

/** Transcripts that wait for their destination, one file each. */
export const fileOutbox = (directory: string, run: RunIdentity): Outbox => {
  const folder = join(directory, 'outbox');
  const pathOf = (recordingId: string): string => join(folder, outboxName(run, recordingId));
  return {
    review: async (judge) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const taken: HeldTranscript[] = [];
      for (const name of (await readdir(folder)).filter((each) => !each.endsWith('.next'))) {
        const held = unpack(await readFile(join(folder, name)));
        const verdict = judge(held.reservation);
        if (verdict === 'Take') taken.push(held);
        if (verdict === 'Drop') await rm(join(folder, name), { force: true });
      }
      return taken;
    },
    put: (held) => replaceFile(pathOf(held.reservation.recordingId), pack(held)),
    remove: (recordingId) => rm(pathOf(recordingId), { force: true }),
  };
};
