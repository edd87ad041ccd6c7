/**
 * The ledger of one run: what may be spending money now, and what became of it. Entries that arrive while a write is under way
 * share the next one (group commit); each promise resolves when the write that carries its entry is safe.
 * @module
 */
import type { Clock } from '../../clock.ts';
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import type { HeldTranscript, Journal } from '../../pipeline/plan.ts';
import type { Tip } from '../../pipeline/settle/chain.ts';
import type { Reservation, Row } from '../../pipeline/types.ts';
import { bytesOf, type ClosedShard, digestOf, mergedData, type MergeLimits, nextMerge } from './merge.ts';
import type { Outbox } from './outbox.ts';
import {
  applyEntry,
  emptyShard,
  encode,
  type Entry,
  isFull,
  linkShard,
  placeOf,
  SEAL_BYTES,
  type Shard,
} from './shard.ts';
import type { LedgerStore, Version } from './store.ts';
import { takeOver, type TakenOver } from './take-over.ts';

export interface Ledger extends Journal {
  /** Writes `summary.json`; called when the run ends or pauses. */
  summarise(summary: object): Promise<void>;
  /** Of the report's first object. */
  readonly name: () => string;
  readonly shards: () => number;
  /** How many rows are written, and the head of the hash chain over them. */
  readonly tip: () => Tip;
}

export interface LedgerLimits extends MergeLimits {
  readonly sealBytes: number;
}

export interface LedgerOptions {
  readonly store: LedgerStore;
  readonly outbox: Outbox;
  readonly currency: string;
  readonly clock: Clock;
  readonly limits?: LedgerLimits;
}

const LIMITS: LedgerLimits = { sealBytes: SEAL_BYTES, mergedBytes: 900 * 1024, mergeFrom: 16 };

type Item = Entry | { readonly kind: 'Summarise'; readonly summary: string };

interface Pending {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: CallscribeError) => void;
}

const SUMMARY = 'summary.json';

/**
 * Opens the ledger of a run, makes this process its owner and turns every reservation that another process left into an
 * `unknown` row.
 * @throws CallscribeError `CSC_LEDGER_*`
 */
export const openLedger = async ({ limits = LIMITS, ...options }: LedgerOptions): Promise<Ledger> => {
  try {
    return new GroupCommitLedger({ ...options, limits }, await takeOver(options));
  } catch (error) {
    throw toLedgerError(error);
  }
};

class GroupCommitLedger implements Ledger {
  readonly #options: Required<LedgerOptions>;
  /** Those that may still change: the open one, and those with reservations in them. */
  readonly #live = new Map<number, Shard>();
  readonly #versions = new Map<number, Version>();
  /** The others. Of them nothing is kept in memory but their size. */
  readonly #closed = new Map<number, number>();
  readonly #held: readonly HeldTranscript[];
  readonly #rowsAtOpening: readonly Row[];
  #open = 0;
  #tip: Tip;
  #queue: Pending[] = [];
  #writing = false;
  #broken: CallscribeError | undefined;

  constructor(options: Required<LedgerOptions>, { shards, held, tip }: TakenOver) {
    this.#options = options;
    this.#held = held;
    this.#rowsAtOpening = shards.flatMap(({ shard }) => shard.rows).toSorted((a, b) => a.seq - b.seq);
    this.#tip = tip;
    this.#open = shards.at(-1)?.shard.index ?? 0;
    for (const { shard, version } of shards) {
      this.#live.set(shard.index, shard);
      this.#versions.set(shard.index, version);
    }
    this.#closeDone();
  }

  readonly rows = (): readonly Row[] => this.#rowsAtOpening;
  readonly held = (): readonly HeldTranscript[] => this.#held;
  readonly name = (): string => this.#options.store.name();
  readonly shards = (): number => this.#live.size + this.#closed.size;
  readonly tip = (): Tip => this.#tip;

  readonly reserve = (reservation: Reservation): Promise<void> => this.#submit({ kind: 'Reserve', reservation });
  readonly settle = (row: Row): Promise<void> => this.#submit({ kind: 'Settle', row });
  readonly handBack = (reservation: Reservation): Promise<void> => this.#submit({ kind: 'HandBack', reservation });
  readonly hold = (held: HeldTranscript): Promise<void> => this.#options.outbox.put(held).catch(rethrow);
  readonly forget = (recordingId: string): Promise<void> => this.#options.outbox.remove(recordingId).catch(rethrow);

  summarise(summary: object): Promise<void> {
    return this.#submit({ kind: 'Summarise', summary: `${JSON.stringify(summary, null, 2)}\n` });
  }

  #submit(item: Item): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#queue.push({ item, resolve, reject });
    void this.#flush();
    return promise;
  }

  /** One writer at a time; what arrives meanwhile goes with the next write. */
  async #flush(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    while (this.#queue.length > 0 && !this.#broken) {
      const batch = this.#queue.splice(0);
      try {
        await this.#commit(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
        await this.#merge();
      } catch (thrown) {
        // After a failed write it is not known what the ledger holds, so nothing is built on it any more.
        this.#broken = toLedgerError(thrown);
        for (const { reject } of [...batch, ...this.#queue.splice(0)]) reject(this.#broken);
      }
    }
    this.#writing = false;
  }

  async #commit(items: readonly Item[]): Promise<void> {
    const touched = new Set<number>();
    let summary: string | undefined;
    for (const item of items) {
      if (item.kind === 'Summarise') summary = item.summary;
      else touched.add(this.#apply(item));
    }
    for (const index of [...touched].filter((each) => !this.#versions.has(each))) {
      await this.#create(index);
      touched.add(index - 1);
    }
    for (const index of [...touched].toSorted((a, b) => a - b)) await this.#write(index);
    if (summary !== undefined) await this.#writeSummary(summary);
    this.#closeDone();
  }

  /** Gives the index of the shard that the entry went into. */
  #apply(entry: Entry): number {
    const index = placeOf(this.#live.values(), entry) ?? this.#openShard();
    this.#live.set(index, applyEntry(this.#live.get(index) ?? emptyShard(index), entry));
    return index;
  }

  /** The last shard; a new one where that is full. */
  #openShard(): number {
    const { currency, limits } = this.#options;
    if (isFull(this.#live.get(this.#open) ?? emptyShard(this.#open), currency, limits.sealBytes)) this.#open += 1;
    return this.#open;
  }

  /**
   * A new shard is created empty, and used only after a write to the one before it has shown that nobody took over. A creation
   * names no version, so nothing else would stop an owner that was frozen just before it: `test/model` has the story.
   */
  async #create(index: number): Promise<void> {
    const { store, currency } = this.#options;
    this.#versions.set(index, await store.write(index, { ...encode(emptyShard(index), currency) }, undefined));
  }

  /** The rows get their place in the chain here, shard by shard: where the process ends between two writes there is no gap. */
  async #write(index: number): Promise<void> {
    const { shard, tip } = linkShard(this.#live.get(index) ?? emptyShard(index), this.#tip);
    const base = this.#versions.get(index);
    const data = { ...base?.data, ...encode(shard, this.#options.currency) };
    this.#versions.set(index, await this.#options.store.write(index, data, base));
    this.#live.set(index, shard);
    this.#tip = tip;
  }

  /** Of shards that will not change any more only the size is remembered. */
  #closeDone(): void {
    for (const [index, { reservations }] of this.#live) {
      if (index === this.#open || reservations.length > 0) continue;
      this.#closed.set(index, bytesOf(this.#versions.get(index)?.data ?? {}));
      this.#live.delete(index);
      this.#versions.delete(index);
    }
  }

  async #writeSummary(summary: string): Promise<void> {
    const { store } = this.#options;
    const base = this.#versions.get(0) ?? (await store.read(0));
    const version = await store.write(0, { ...base.data, [SUMMARY]: summary }, base);
    if (this.#versions.has(0)) this.#versions.set(0, version);
    else this.#closed.set(0, bytesOf(version.data));
  }

  /** Makes one shard of many small ones, where there are enough of them. See `merge.ts`. */
  async #merge(): Promise<void> {
    const { store, limits } = this.#options;
    const closed = [...this.#closed].map(([index, bytes]): ClosedShard => ({ index, bytes }));
    const [first, ...others] =
      nextMerge(
        closed.toSorted((a, b) => a.index - b.index),
        limits,
      ) ?? [];
    if (first === undefined) return;
    const base = await store.read(first);
    const originals = new Map<number, Version>();
    for (const index of others) originals.set(index, await store.read(index));
    const data = mergedData(base.data, originals);
    const copy = await store.write(first, data, base);
    if (digestOf((await store.read(first)).data) !== digestOf(data))
      throw new CallscribeError('CSC_LEDGER_CORRUPT', `shard ${first} does not hold what was merged into it`);
    this.#closed.set(first, bytesOf(copy.data));
    for (const [index, version] of originals) {
      await store.remove(index, version);
      this.#closed.delete(index);
    }
  }
}

const toLedgerError = (thrown: unknown): CallscribeError => {
  const error = toCallscribeError(thrown);
  if (error.code.startsWith('CSC_LEDGER_')) return error;
  return new CallscribeError('CSC_LEDGER_UNAVAILABLE', error.message, { cause: thrown });
};

const rethrow = (thrown: unknown): never => {
  throw toLedgerError(thrown);
};
