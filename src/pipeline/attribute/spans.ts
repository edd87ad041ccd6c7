/**
 * Sets of stretches of time. A set is sorted and its spans do not touch; all functions are pure and give such sets.
 * @module
 */

/** Half open, in milliseconds from the start of the audio. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Any spans, in any order, as a set. */
export const union = (spans: readonly Span[]): readonly Span[] => {
  const sorted = spans.filter(({ startMs, endMs }) => endMs > startMs).toSorted((a, b) => a.startMs - b.startMs);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (!last || span.startMs > last.endMs) merged.push(span);
    else merged[merged.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, span.endMs) };
  }
  return merged;
};

/** What is in both sets, in one pass over both. */
export const intersect = (a: readonly Span[], b: readonly Span[]): readonly Span[] => {
  const common: Span[] = [];
  let [at, bt] = [0, 0];
  for (let one = a[at], other = b[bt]; one && other; one = a[at], other = b[bt]) {
    const startMs = Math.max(one.startMs, other.startMs);
    const endMs = Math.min(one.endMs, other.endMs);
    if (endMs > startMs) common.push({ startMs, endMs });
    if (one.endMs <= other.endMs) at += 1;
    else bt += 1;
  }
  return common;
};

/** What of `a` is not in `b`; both are sets. */
export const subtract = (a: readonly Span[], b: readonly Span[]): readonly Span[] =>
  a.flatMap((span) => {
    const rest: Span[] = [];
    let fromMs = span.startMs;
    for (const { startMs, endMs } of b) {
      if (startMs > fromMs) rest.push({ startMs: fromMs, endMs: Math.min(startMs, span.endMs) });
      fromMs = Math.max(fromMs, endMs);
    }
    rest.push({ startMs: fromMs, endMs: span.endMs });
    return rest.filter(({ startMs, endMs }) => endMs > startMs);
  });

/** Each span without `ms` at both of its ends. */
export const shrink = (spans: readonly Span[], ms: number): readonly Span[] =>
  union(spans.map(({ startMs, endMs }) => ({ startMs: startMs + ms, endMs: endMs - ms })));

export const lengthMs = (spans: readonly Span[]): number =>
  spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);

/** How long two sets have in common. */
export const overlapMs = (a: readonly Span[], b: readonly Span[]): number => lengthMs(intersect(a, b));
