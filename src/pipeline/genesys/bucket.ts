/**
 * The token bucket of one OAuth client: as many tokens as it may make calls in a minute, and each comes back a minute after it
 * was taken. So within any 60 seconds there are never more calls than the ceiling, and a short run is not slowed down at all.
 *
 * All runs that use the client share it, each with a share of its own. Tokens go round: a run of ten recordings gets every
 * second one beside a run of ten thousand.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';

const MINUTE_MS = 60_000;
/** On top of the wait that a 429 asks for, so that not everybody is back in the same moment. */
const JITTER_MS = 1000;

/** What an answer said of the use of the client: the headers `inin-ratelimit-allowed`, `-count` and `-reset`. */
export interface RateLimits {
  readonly allowed: number;
  /** Calls in the current window, those of other software that uses the same client included. */
  readonly count: number;
  readonly resetMs: number;
}

/** The share of one run. */
export interface Share {
  /** Resolves when one more call may be made; rejects with the reason of `signal`. */
  take(signal?: AbortSignal): Promise<void>;
  /** A call for which a token was taken is over; `limits` is what its answer said. */
  answered(limits?: RateLimits): void;
  /** A 429: holds everybody back, since it is meant for the client and not for the one call. */
  pause(ms: number): void;
  leave(): void;
}

export interface Bucket {
  /** The lowest ceiling of all shares holds for all of them. */
  join(perMinute: number): Share;
  /** Whether nobody uses it, and it would not matter if it were forgotten. */
  isIdle(): boolean;
}

interface Waiter {
  readonly grant: () => void;
}

interface Member {
  readonly perMinute: number;
  readonly waiters: Set<Waiter>;
}

/** When tokens were taken, of the last minute only. */
const createWindow = () => {
  let takenAtMs: number[] = [];
  let first = 0;
  const forget = (nowMs: number): void => {
    while (first < takenAtMs.length && (takenAtMs[first] ?? nowMs) <= nowMs - MINUTE_MS) first += 1;
    if (first < 1024) return;
    takenAtMs = takenAtMs.slice(first);
    first = 0;
  };
  return {
    add: (nowMs: number): void => {
      takenAtMs.push(nowMs);
    },
    isEmpty: (nowMs: number): boolean => {
      forget(nowMs);
      return takenAtMs.length === first;
    },
    /** When there is a token again: now, or a minute after the oldest one that has to come back for it. */
    freeAtMs: (nowMs: number, ceiling: number): number => {
      forget(nowMs);
      const taken = takenAtMs.length - first;
      if (taken < ceiling) return nowMs;
      return (takenAtMs[first + taken - ceiling] ?? nowMs) + MINUTE_MS;
    },
  };
};

class TokenBucket implements Bucket {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #window = createWindow();
  /** In the order in which it is their turn. */
  readonly #members = new Set<Member>();
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #learned = Number.POSITIVE_INFINITY;
  #unanswered = 0;
  #isServing = false;
  #woken = new AbortController();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  isIdle(): boolean {
    const nowMs = this.#clock.now();
    return this.#members.size === 0 && this.#window.isEmpty(nowMs) && this.#pausedUntilMs <= nowMs;
  }

  join(perMinute: number): Share {
    const member: Member = { perMinute, waiters: new Set() };
    this.#members.add(member);
    return {
      take: (signal) => this.#take(member, signal),
      answered: (limits) => {
        this.#unanswered -= 1;
        if (limits) this.#learn(limits);
      },
      pause: (ms) => this.#pause(ms + this.#random() * JITTER_MS),
      leave: () => {
        this.#members.delete(member);
        this.#wake();
      },
    };
  }

  async #take({ waiters }: Member, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const granted = Promise.withResolvers<void>();
    const waiter: Waiter = { grant: granted.resolve };
    const onAbort = (): void => {
      waiters.delete(waiter);
      granted.reject(signal?.reason);
      this.#wake();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    waiters.add(waiter);
    void this.#serve();
    try {
      await granted.promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Hands out tokens as long as somebody waits for one. */
  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    for (let member = this.#nextInTurn(); member; member = this.#nextInTurn()) {
      const nowMs = this.#clock.now();
      const waitMs = Math.max(this.#pausedUntilMs, this.#window.freeAtMs(nowMs, this.#ceiling())) - nowMs;
      if (waitMs > 0) await this.#sleep(waitMs);
      else this.#grant(member);
    }
    this.#isServing = false;
  }

  #nextInTurn(): Member | undefined {
    return this.#members.values().find(({ waiters }) => waiters.size > 0);
  }

  #grant(member: Member): void {
    const [waiter] = member.waiters;
    if (!waiter) return;
    member.waiters.delete(waiter);
    // To the end of the line.
    this.#members.delete(member);
    this.#members.add(member);
    this.#window.add(this.#clock.now());
    this.#unanswered += 1;
    waiter.grant();
  }

  #ceiling(): number {
    return Math.min(this.#learned, ...[...this.#members].map(({ perMinute }) => perMinute));
  }

  /** Until there may be a token, or something changes. */
  async #sleep(ms: number): Promise<void> {
    this.#woken = new AbortController();
    await this.#clock.sleep(ms, this.#woken.signal).catch(() => {});
  }

  #wake(): void {
    this.#woken.abort();
  }

  #pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + ms);
  }

  #learn({ allowed, count, resetMs }: RateLimits): void {
    this.#learned = Math.max(1, allowed);
    // Calls that are under way will be counted, too.
    if (count + this.#unanswered >= allowed) this.#pause(resetMs);
  }
}

export const createBucket = (clock: Clock, random: Random): Bucket => new TokenBucket(clock, random);
