/**
 * A set of identifiers that stays small: 32 to 64 bytes for each, whatever its length. A window can have hundreds of thousands.
 * @module
 */
import { hash } from 'node:crypto';

const WORDS = 4;
const FIRST_SLOTS = 1024;

/**
 * Keeps 128 bits of the SHA-256 of each identifier. Two of a billion identifiers are taken for the same with a probability of
 * 10⁻²¹, which no disk and no memory reaches.
 */
export class IdSet {
  #slots = new Uint32Array(FIRST_SLOTS * WORDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True where it was not there before. */
  add(id: string): boolean {
    // At most half full, so that a search is short.
    if (this.#size * 2 >= this.#slots.length / WORDS) this.#grow();
    const digest = digestOf(id);
    const slot = this.#find(digest);
    if (this.#isTaken(slot)) return false;
    this.#slots.set(digest, slot);
    this.#size += 1;
    return true;
  }

  has(id: string): boolean {
    return this.#isTaken(this.#find(digestOf(id)));
  }

  /** The slot that holds the digest, or the empty one in which it belongs. */
  #find(digest: Uint32Array): number {
    const slots = this.#slots.length / WORDS;
    let index = (digest[0] ?? 0) % slots;
    while (this.#isTaken(index * WORDS) && !this.#holds(index * WORDS, digest)) index = (index + 1) % slots;
    return index * WORDS;
  }

  #isTaken(slot: number): boolean {
    return this.#slots[slot + WORDS - 1] !== 0;
  }

  #holds(slot: number, digest: Uint32Array): boolean {
    for (let word = 0; word < WORDS; word += 1) if (this.#slots[slot + word] !== digest[word]) return false;
    return true;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += WORDS) {
      const digest = old.subarray(slot, slot + WORDS);
      if (digest[WORDS - 1] !== 0) this.#slots.set(digest, this.#find(digest));
    }
  }
}

/** The last word is never 0: that marks an empty slot. */
const digestOf = (id: string): Uint32Array => {
  const bytes = hash('sha256', id, 'buffer');
  const words = new Uint32Array(WORDS);
  for (let word = 0; word < WORDS; word += 1) words[word] = bytes.readUInt32LE(word * 4);
  words[WORDS - 1] = (words[WORDS - 1] ?? 0) | 1;
  return words;
};
