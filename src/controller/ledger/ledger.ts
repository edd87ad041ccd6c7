/**
 * The ledger of one run: what may be spending money now, and what became of it. Entries that arrive while a write is under way
 * share the next one (group commit); each promise resolves when the write that carries its entry is safe.
 * @module
 */
import type { Clock } from '../../clock.ts';
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import type { HeldTranscript, Journal } from '../../pipeline/plan.ts';
import { renderReservations } from '../../pipeline/settle/csv.ts';
import type { Reservation, Row } from '../../pipeline/types.ts';
import type { Outbox } from './outbox.ts';
import {
  applyEntry,
  decode,
  emptyShard,
  encode,
  type Entry,
  placeOf,
  recover,
  SEAL_BYTES,
  type Shard,
} from './shard.ts';
import type { LedgerStore, Version } from './store.ts';

export interface Ledger extends Journal {
  /** Writes `summary.json`; called when the run ends or pauses. */
  summarise(summary: object): Promise<void>;
  readonly shards: () => number;
  readonly rowCount: () => number;
}

export interface LedgerOptions {
  readonly store: LedgerStore;
  readonly outbox: Outbox;
  readonly currency: string;
  readonly clock: Clock;
}

type Change = Entry | { readonly kind: 'Summarise'; readonly text: string };

interface Pending {
  readonly change: Change;
  readonly resolve: () => void;
  readonly reject: (error: CallscribeError) => void;
}

const SUMMARY = 'summary.json';
const NO_SUMMARY = '{}\n';

/**
 * Opens the ledger of a run, makes this process its owner (its epoch goes into the open shard before anything else) and turns
 * every reservation that another process left into an `unknown` row.
 * @throws CallscribeError `CSC_LEDGER_*`
 */
export const openLedger = async (options: LedgerOptions): Promise<Ledger> => {
  try {
    const versions = await options.store.list();
    const held = await options.outbox.list();
    const ledger = new GroupCommitLedger(options, held);
    await ledger.takeOver(versions);
    return ledger;
  } catch (error) {
    throw toLedgerError(error);
  }
};

type AttemptKey = Pick<Row, 'conversationId' | 'recordingId' | 'attempt'>;

const keyOf = ({ conversationId, recordingId, attempt }: AttemptKey): string =>
  JSON.stringify([conversationId, recordingId, attempt]);

const keysOf = (items: readonly AttemptKey[]): ReadonlySet<string> => new Set(items.map(keyOf));

/** A report that lacks one of its ConfigMaps would lose what was paid for. */
const checkComplete = (versions: ReadonlyMap<number, Version>): void => {
  for (let index = 0; index < versions.size; index += 1) {
    if (!versions.has(index))
      throw new CallscribeError('CSC_LEDGER_CORRUPT', `shard ${index} of the report is missing`);
  }
};

class GroupCommitLedger implements Ledger {
  readonly #options: LedgerOptions;
  #shards: Shard[] = [];
  readonly #versions = new Map<number, Version>();
  #summary = NO_SUMMARY;
  #queue: Pending[] = [];
  #writing = false;
  #broken: CallscribeError | undefined;
  #held: readonly HeldTranscript[];
  #rowsAtOpening: readonly Row[] = [];
  #rowCount = 0;

  constructor(options: LedgerOptions, held: readonly HeldTranscript[]) {
    this.#options = options;
    this.#held = held;
  }

  readonly rows = (): readonly Row[] => this.#rowsAtOpening;
  readonly held = (): readonly HeldTranscript[] => this.#held;
  readonly shards = (): number => this.#shards.length;
  readonly rowCount = (): number => this.#rowCount;

  async takeOver(versions: ReadonlyMap<number, Version>): Promise<void> {
    checkComplete(versions);
    const held = keysOf(this.#held.map(({ reservation }) => reservation));
    const isHeld = (open: Reservation): boolean => held.has(keyOf(open));
    for (const [index, version] of versions) {
      this.#versions.set(index, version);
      if (index === 0) this.#summary = version.data[SUMMARY] ?? NO_SUMMARY;
      this.#shards[index] = recover(decode(index, version.data), isHeld, this.#options.clock.now());
    }
    if (this.#shards.length === 0) this.#shards = [emptyShard(0)];
    // Every shard that may still change is written, so that it carries our epoch: an earlier owner's next write fails.
    for (const shard of this.#shards) {
      const open = shard.index === this.#shards.length - 1;
      if (open || this.#versions.get(shard.index)?.data['reserved.csv'] !== renderReservations([]))
        await this.#write(shard);
    }
    this.#rowsAtOpening = this.#shards.flatMap((shard) => shard.rows);
    this.#rowCount = this.#rowsAtOpening.length;
    await this.#sortOutbox();
  }

  /** A held transcript whose row was written before the process ended is not delivered again; one that was taken is not kept. */
  async #sortOutbox(): Promise<void> {
    const reserved = keysOf(this.#shards.flatMap((shard) => shard.reservations));
    const taken = keysOf(this.#rowsAtOpening.filter(({ status }) => status === 'success'));
    for (const { reservation } of this.#held) {
      if (taken.has(keyOf(reservation))) await this.#options.outbox.remove(reservation.recordingId);
    }
    this.#held = this.#held.filter(({ reservation }) => reserved.has(keyOf(reservation)));
  }

  readonly reserve = (reservation: Reservation): Promise<void> => this.#submit({ kind: 'Reserve', reservation });
  readonly settle = (row: Row): Promise<void> => this.#submit({ kind: 'Settle', row });
  readonly handBack = (reservation: Reservation): Promise<void> => this.#submit({ kind: 'HandBack', reservation });
  readonly hold = (held: HeldTranscript): Promise<void> => this.#options.outbox.put(held).catch(rethrow);
  readonly forget = (recordingId: string): Promise<void> => this.#options.outbox.remove(recordingId).catch(rethrow);
  readonly summarise = (summary: object): Promise<void> =>
    this.#submit({ kind: 'Summarise', text: `${JSON.stringify(summary, null, 2)}\n` });

  #submit(change: Change): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#queue.push({ change, resolve, reject });
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
        await this.#commit(batch.map(({ change }) => change));
        for (const { resolve } of batch) resolve();
      } catch (thrown) {
        // After a failed write it is not known what the ledger holds, so nothing is built on it any more.
        this.#broken = toLedgerError(thrown);
        for (const { reject } of [...batch, ...this.#queue.splice(0)]) reject(this.#broken);
      }
    }
    this.#writing = false;
  }

  async #commit(changes: readonly Change[]): Promise<void> {
    const touched = new Set(changes.map((change) => this.#apply(change)));
    for (const index of touched) await this.#write(this.#shards[index] ?? emptyShard(index));
  }

  /** Gives the shard that is to be written. */
  #apply(change: Change): number {
    if (change.kind === 'Summarise') {
      this.#summary = change.text;
      return 0;
    }
    const index = placeOf(this.#shards, change) ?? this.#openShard();
    this.#shards[index] = applyEntry(this.#shards[index] ?? emptyShard(index), change);
    if (change.kind === 'Settle') this.#rowCount += 1;
    return index;
  }

  /** The last shard; a new one where that is full. */
  #openShard(): number {
    const last = this.#shards.length - 1;
    const data = encode(this.#shards[last] ?? emptyShard(last), this.#options.currency);
    if (Buffer.byteLength(data['report.csv']) + Buffer.byteLength(data['reserved.csv']) < SEAL_BYTES) return last;
    this.#shards.push(emptyShard(last + 1));
    return last + 1;
  }

  async #write(shard: Shard): Promise<void> {
    const encoded = encode(shard, this.#options.currency);
    const data = shard.index === 0 ? { ...encoded, [SUMMARY]: this.#summary } : { ...encoded };
    this.#versions.set(
      shard.index,
      await this.#options.store.write(shard.index, data, this.#versions.get(shard.index)),
    );
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
