/**
 * A ledger that nobody needs afterwards: a dry run pays for nothing, so there is nothing to keep.
 * @module
 */
import type { Outbox } from '../../controller/ledger/outbox.ts';
import type { LedgerStore, Version } from '../../controller/ledger/store.ts';
import { CallscribeError } from '../../errors.ts';

export const memoryStore = (): LedgerStore => {
  const shards = new Map<number, Version>();
  return {
    name: () => 'memory',
    list: async () => new Map(shards),
    read: async (index) => {
      const version = shards.get(index);
      if (version) return version;
      throw new CallscribeError('CSC_LEDGER_CORRUPT', `shard ${index} is not in memory`);
    },
    write: async (index, data) => {
      const version: Version = { resourceVersion: '', data };
      shards.set(index, version);
      return version;
    },
    remove: async (index) => {
      shards.delete(index);
    },
  };
};

/** Holds nothing, since nothing is transcribed. */
export const noOutbox: Outbox = { review: async () => [], put: async () => {}, remove: async () => {} };
