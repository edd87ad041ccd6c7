/**
 * A ceiling for each key: a burst, and then one more for each interval. Bounded memory: what was used longest ago is forgotten.
 * @module
 */

export interface BucketOptions {
  readonly burst: number;
  readonly refillMs: number;
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** A map that forgets what was set longest ago once it holds more than `limit` entries. */
export const setBounded = <V>(
  map: Map<string, V>,
  key: string,
  { value, limit }: { readonly value: V; readonly limit: number },
): void => {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > limit && oldest !== undefined) map.delete(oldest);
};

const KEYS = 4096;

/** Gives a function that says whether `key` may pass at `nowMs`, and counts it if so. */
export const tokenBuckets = ({ burst, refillMs }: BucketOptions): ((key: string, nowMs: number) => boolean) => {
  const buckets = new Map<string, Bucket>();
  return (key, nowMs) => {
    const { tokens, atMs } = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    // Where the clock was set back nothing is refilled, and nothing taken away.
    const filled = Math.min(burst, tokens + Math.max(0, nowMs - atMs) / refillMs);
    const passes = filled >= 1;
    setBounded(buckets, key, { value: { tokens: passes ? filled - 1 : filled, atMs: nowMs }, limit: KEYS });
    return passes;
  };
};
