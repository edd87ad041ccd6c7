/**
 * Cuts a window into the intervals of single queries.
 * @module
 */
import type { Window } from '../types.ts';

const DAY_MS = 86_400_000;

/** The window by days of UTC, in order: the query counts by days, so one slice never sees the conversations of two. */
export const daysOf = ({ fromMs, toMs }: Window): readonly Window[] => {
  const slices: Window[] = [];
  for (let startMs = fromMs; startMs < toMs;) {
    const endMs = Math.min(toMs, (Math.floor(startMs / DAY_MS) + 1) * DAY_MS);
    slices.push({ fromMs: startMs, toMs: endMs });
    startMs = endMs;
  }
  return slices;
};

/** The window in pieces of at most that length, in order. */
export const spansOf = ({ fromMs, toMs }: Window, longestMs: number): readonly Window[] => {
  const spans: Window[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += longestMs) {
    spans.push({ fromMs: startMs, toMs: Math.min(toMs, startMs + longestMs) });
  }
  return spans;
};

/** Both halves, or undefined for what is too short to be worth it. */
export const halvesOf = ({ fromMs, toMs }: Window, shortestMs: number): readonly [Window, Window] | undefined => {
  if (toMs - fromMs < 2 * shortestMs) return undefined;
  const middleMs = Math.floor((fromMs + toMs) / 2);
  return [
    { fromMs, toMs: middleMs },
    { fromMs: middleMs, toMs },
  ];
};
