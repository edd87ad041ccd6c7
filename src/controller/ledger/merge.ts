/**
 * Merging of closed shards: many small ConfigMaps become one, so that a long run does not leave hundreds behind. Pure; `ledger.ts` acts
 * in an order that survives an end at any point: the copy is written with a note of what it holds, read back, and only then
 * are the originals deleted. Who finds a note and an original finishes the work.
 * @module
 */
import { createHash } from 'node:crypto';
import { CallscribeError } from '../../errors.ts';
import { parseReservations } from '../../pipeline/settle/csv.ts';
import type { ShardSet } from './store.ts';

type Data = Readonly<Record<string, string>>;

/** In the data of a shard: which others it holds a copy of, by index, with the SHA-256 of their `report.csv`. */
const NOTE = 'merged.json';

export interface MergeLimits {
  /** Of the result; a ConfigMap may have 1 MiB. */
  readonly mergedBytes: number;
  /** How many have to come together before it is worth a large write. */
  readonly mergeFrom: number;
}

export interface ClosedShard {
  readonly index: number;
  readonly bytes: number;
}

/** The shards that are to become one next, in the order of their index; undefined where there are too few. */
export const nextMerge = (
  closed: readonly ClosedShard[],
  { mergedBytes, mergeFrom }: MergeLimits,
): readonly number[] | undefined => {
  for (const [start] of closed.entries()) {
    const group: number[] = [];
    let bytes = 0;
    for (const shard of closed.slice(start)) {
      bytes += shard.bytes;
      if (bytes > mergedBytes) break;
      group.push(shard.index);
    }
    if (group.length >= mergeFrom) return group;
  }
  return undefined;
};

export const bytesOf = (data: Data): number =>
  Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);

export const digestOf = (data: Data): string =>
  createHash('sha256')
    .update(data['report.csv'] ?? '')
    .digest('hex');

/** What a shard's note says, by index. */
export const notesOf = (data: Data): ReadonlyMap<number, string> =>
  new Map(
    Object.entries(JSON.parse(data[NOTE] ?? '{}') as Record<string, string>).map(([index, digest]) => [
      Number(index),
      digest,
    ]),
  );

const withoutHeader = (report: string): string => report.slice(report.indexOf('\n') + 1);

/** The data of the first shard with the rows of the others behind its own, and a note of them. Rows are copied as they are. */
export const mergedData = (first: Data, others: ShardSet): Data => {
  const reports = [...others.values()].map(({ data }) => withoutHeader(data['report.csv'] ?? ''));
  const notes = [...others].map(([index, { data }]): [number, string] => [index, digestOf(data)]);
  return {
    ...first,
    'report.csv': `${first['report.csv'] ?? ''}${reports.join('')}`,
    [NOTE]: `${JSON.stringify(Object.fromEntries([...notesOf(first), ...notes]))}\n`,
  };
};

const isEmpty = (data: Data): boolean =>
  withoutHeader(data['report.csv'] ?? '') === '' && parseReservations(data['reserved.csv'] ?? '').length === 0;

/** What is left of a merged shard: itself, unchanged, or an empty one that a fenced owner created in its place. */
const isLeftover = (data: Data, digest: string): boolean =>
  isEmpty(data) || (digestOf(data) === digest && parseReservations(data['reserved.csv'] ?? '').length === 0);

/**
 * Indices of shards whose rows another one holds, too, as a merge left them that did not come to its end.
 * @throws CallscribeError `CSC_LEDGER_CORRUPT` where such a shard is not what was copied
 */
export const leftovers = (shards: ShardSet): ReadonlySet<number> => {
  const found = new Set<number>();
  for (const { data } of shards.values()) {
    for (const [index, digest] of notesOf(data)) {
      const original = shards.get(index);
      if (!original) continue;
      if (!isLeftover(original.data, digest))
        throw new CallscribeError('CSC_LEDGER_CORRUPT', `shard ${index} was changed after its rows were merged`);
      found.add(index);
    }
  }
  return found;
};

/**
 * A report that lacks one of its shards would lose what was paid for. Only one whose rows another one holds may be missing.
 * @throws CallscribeError `CSC_LEDGER_CORRUPT`
 */
export const checkComplete = (shards: ShardSet): void => {
  const merged = new Set([...shards.values()].flatMap(({ data }) => [...notesOf(data).keys()]));
  const last = Math.max(-1, ...shards.keys());
  for (let index = 0; index < last; index += 1) {
    if (!shards.has(index) && !merged.has(index))
      throw new CallscribeError('CSC_LEDGER_CORRUPT', `shard ${index} of the report is missing`);
  }
};

/** The shards without those that are copied into another one: each row once. */
export const withoutLeftovers = (shards: ShardSet): ShardSet => {
  const gone = leftovers(shards);
  return new Map([...shards].filter(([index]) => !gone.has(index)));
};
