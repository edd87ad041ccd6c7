/**
 * Who has a transcript already, or is paying for it now, over all runs that share a place (a namespace, a state directory). Asked
 * and taken in one step just before money is reserved, so that two runs over the same calls never both pay. In memory: it is
 * filled from the reports of the other runs, and one process works on all of them.
 *
 * A recording is known by its id, and its sound by the SHA-256 of its bytes: names and lengths prove nothing.
 * @module
 */
import type { Row } from '../types.ts';

export interface Holder {
  readonly run: string;
  readonly uid: string;
  readonly recordingId: string;
}

/** What is claimed. Without `audioSha256` only the id is looked at. */
export type Claimed = Pick<Row, 'recordingId'> & Partial<Pick<Row, 'audioSha256'>>;

export type Standing =
  | { readonly kind: 'Free' }
  | { readonly kind: 'Done'; readonly by: Holder }
  /** `over` resolves when that attempt has ended, however it did. */
  | { readonly kind: 'Busy'; readonly by: Holder; readonly over: Promise<void> };

/** The claims of one run. */
export interface RunClaims {
  look(item: Claimed): Standing;
  /** Another run that has the transcript, also where that does not count. */
  earlier(item: Claimed): Holder | undefined;
  /** As `look`; what is free belongs to this run from here on. */
  take(item: Claimed): Standing;
  /** The transcript is there, or safe: nobody needs to pay for it any more. */
  done(item: Claimed): void;
  /** The attempt ended without one. */
  release(item: Claimed): void;
  /** Ends what is still busy: the run is not worked on any more. */
  close(): void;
}

export interface Claims {
  /** `redo`: what other runs have, or are paying for, does not count. */
  join(run: Omit<Holder, 'recordingId'>, options: { readonly redo: boolean }): RunClaims;
  /** Takes over what a report says. */
  learn(run: Omit<Holder, 'recordingId'>, rows: Iterable<Row>): void;
  /** The run and its report are gone. */
  forget(uid: string): void;
}

interface Busy {
  readonly by: Holder;
  readonly over: Promise<void>;
  readonly end: () => void;
}

const FREE: Standing = { kind: 'Free' };

const keysOf = ({ recordingId, audioSha256 = '' }: Claimed): string[] => [
  ...(recordingId === '' ? [] : [`id ${recordingId}`]),
  ...(audioSha256 === '' ? [] : [`sha256 ${audioSha256}`]),
];

/** One register of claims: that of a run, or the one that all share. */
class Register {
  readonly #done = new Map<string, Holder>();
  readonly #busy = new Map<string, Busy>();

  look(item: Claimed): Standing {
    const keys = keysOf(item);
    const by = keys.map((key) => this.#done.get(key)).find(Boolean);
    if (by) return { kind: 'Done', by };
    const busy = keys.map((key) => this.#busy.get(key)).find(Boolean);
    return busy ? { kind: 'Busy', by: busy.by, over: busy.over } : FREE;
  }

  take(item: Claimed, by: Holder): void {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    for (const key of keysOf(item)) if (!this.#busy.has(key)) this.#busy.set(key, { by, over, end });
  }

  done(item: Claimed, by: Holder): void {
    for (const key of keysOf(item)) if (!this.#done.has(key)) this.#done.set(key, by);
    this.release(item, by.uid);
  }

  release(item: Claimed, uid: string): void {
    for (const key of keysOf(item)) this.#end(key, uid);
  }

  releaseAll(uid: string): void {
    for (const key of this.#busy.keys()) this.#end(key, uid);
  }

  forget(uid: string): void {
    for (const [key, by] of this.#done) if (by.uid === uid) this.#done.delete(key);
    this.releaseAll(uid);
  }

  #end(key: string, uid: string): void {
    const busy = this.#busy.get(key);
    if (busy?.by.uid !== uid) return;
    this.#busy.delete(key);
    busy.end();
  }
}

const isTranscribed = ({ outcome }: Row): boolean => outcome === 'Transcribed';

export const createClaims = (): Claims => {
  const shared = new Register();
  const join: Claims['join'] = (run, { redo }) => {
    const own = new Register();
    const registers = [own, shared];
    const looked = redo ? [own] : registers;
    const holder = ({ recordingId }: Claimed): Holder => ({ ...run, recordingId });
    const look = (item: Claimed): Standing =>
      looked.map((register) => register.look(item)).find(({ kind }) => kind !== 'Free') ?? FREE;
    return {
      look,
      earlier: (item) => {
        const standing = shared.look(item);
        return standing.kind === 'Done' && standing.by.uid !== run.uid ? standing.by : undefined;
      },
      take: (item) => {
        const standing = look(item);
        if (standing.kind === 'Free') for (const register of registers) register.take(item, holder(item));
        return standing;
      },
      done: (item) => {
        for (const register of registers) register.done(item, holder(item));
      },
      release: (item) => {
        for (const register of registers) register.release(item, run.uid);
      },
      close: () => {
        for (const register of registers) register.releaseAll(run.uid);
      },
    };
  };
  return {
    join,
    learn: (run, rows) => {
      for (const row of rows) if (isTranscribed(row)) shared.done(row, { ...run, recordingId: row.recordingId });
    },
    forget: (uid) => shared.forget(uid),
  };
};

/** How the report names a holder: the run, and the recording where it is another one than `recordingId`. */
export const holderName = (by: Holder, recordingId: string): string =>
  by.recordingId === recordingId ? by.run : `${by.run}/${by.recordingId}`;
