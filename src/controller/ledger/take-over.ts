/**
 * How a process becomes the owner of a ledger: it writes its epoch into every shard, so that each later write of the owner before it
 * fails. That one may be frozen, and go on at any line when it wakes up.
 * @module
 */
import type { Clock } from '../../clock.ts';
import type { HeldTranscript } from '../../pipeline/plan.ts';
import { genesis, isLinked, type Tip, tipAt } from '../../pipeline/settle/chain.ts';
import type { Reservation } from '../../pipeline/types.ts';
import { checkComplete, leftovers } from './merge.ts';
import type { HeldKey, Outbox } from './outbox.ts';
import { decode, emptyShard, encode, linkShard, recover, type Shard } from './shard.ts';
import type { LedgerStore, ShardSet, Version } from './store.ts';

export interface TakeOverOptions {
  readonly store: LedgerStore;
  readonly outbox: Outbox;
  readonly currency: string;
  readonly clock: Clock;
}

export interface OwnedShard {
  readonly shard: Shard;
  readonly version: Version;
}

export interface TakenOver {
  /** In the order of their index; the last one is open. */
  readonly shards: readonly OwnedShard[];
  /** Paid for and not delivered; their reservations are still open. */
  readonly held: readonly HeldTranscript[];
  /** Where the hash chain over all rows has come to. */
  readonly tip: Tip;
}

/** The tip of what earlier owners wrote. They link their rows in the order of their writes, so nothing is missing before the last one. */
const tipOf = (shards: readonly Shard[], currency: string): Tip => {
  const linked = shards.flatMap(({ rows }) => rows.filter(isLinked));
  return linked.reduce((tip, row) => (row.seq > tip.rows ? tipAt(row) : tip), genesis(currency));
};

const keyOf = ({ recordingId, attempt }: HeldKey): string => `${attempt} ${recordingId}`;

/** Ends a merge that was broken off between the copy and the last deletion. */
const finishMerge = async (store: LedgerStore, found: ShardSet): Promise<ShardSet> => {
  const copied = leftovers(found);
  for (const [index, version] of found) if (copied.has(index)) await store.remove(index, version);
  return new Map([...found].filter(([index]) => !copied.has(index)));
};

/**
 * A held transcript whose attempt is still open is to be delivered. One whose recording was transcribed is needed by nobody: the
 * process before ended between the row and the removal. Any other stays for a person.
 */
const reviewOutbox = (outbox: Outbox, shards: readonly Shard[]): Promise<readonly HeldTranscript[]> => {
  const open = new Set(shards.flatMap(({ reservations }) => reservations.map(keyOf)));
  const done = new Set(
    shards.flatMap(({ rows }) => rows.flatMap((row) => (row.status === 'success' ? [row.recordingId] : []))),
  );
  return outbox.review((key) => {
    if (open.has(keyOf(key))) return 'Take';
    return done.has(key.recordingId) ? 'Drop' : 'Keep';
  });
};

/** In the first shard from the beginning, so that whoever looks for it finds it. */
const FIRST_DATA = { 'summary.json': '{}\n' };

/** From here on only this process can write. What is in the shards stays as it was found, which nobody has changed meanwhile. */
const own = async (store: LedgerStore, found: ShardSet): Promise<ShardSet> => {
  const owned = new Map<number, Version>();
  for (const [index, version] of found) owned.set(index, await store.write(index, version.data, version));
  return owned;
};

/**
 * Makes this process the owner of the run's ledger. Reservations that it finds become `unknown` rows, but for those whose
 * transcript is held. They get their places in the hash chain when nobody else can write any more, so that no place is given twice.
 * @throws CallscribeError `CSC_LEDGER_*`
 */
export const takeOver = async (options: TakeOverOptions): Promise<TakenOver> => {
  const { store, outbox, currency, clock } = options;
  const listed = await store.list();
  checkComplete(listed);
  const owned = await own(store, await finishMerge(store, listed));
  const before = [...owned].map(([index, { data }]) => decode(index, data));
  const held = await reviewOutbox(outbox, before);
  const isHeld = new Set(held.map(({ reservation }) => keyOf(reservation)));
  const isLost = (open: Reservation): boolean => !isHeld.has(keyOf(open));
  const shards: OwnedShard[] = [];
  let tip = tipOf(before, currency);
  for (const found of before.length > 0 ? before : [emptyShard(0)]) {
    const base = owned.get(found.index);
    if (base && !found.reservations.some(isLost)) {
      shards.push({ shard: found, version: base });
      continue;
    }
    const { shard, tip: next } = linkShard(
      recover(found, (open) => !isLost(open), clock.now()),
      tip,
    );
    tip = next;
    const data = { ...(shard.index === 0 && FIRST_DATA), ...base?.data, ...encode(shard, currency) };
    shards.push({ shard, version: await store.write(shard.index, data, base) });
  }
  return { shards, held, tip };
};
