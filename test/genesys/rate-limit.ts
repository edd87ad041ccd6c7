/**
 * How many requests one OAuth client may send in a minute, and whether a client that was told to wait does so.
 * @module
 */
import { rateLimited } from './answers.ts';
import type { Grant } from './tokens.ts';

export interface RateLimit {
  /** Counts a request; the headers for its answer. @throws GenesysError 429 */
  admit(grant: Grant, atMs: number): Readonly<Record<string, string>>;
  /** Notes that this token was told to wait. */
  told(token: string, seconds: number): void;
}

export interface RateLimitOptions {
  /** Any number without it. */
  readonly perMinute?: number | undefined;
  readonly now: () => number;
  /** For requests that were under way when the first of them was told to wait, and timers that fire early. Default 250. */
  readonly graceMs?: number | undefined;
  readonly onViolation: (what: string) => void;
}

const WINDOW_MS = 60_000;

interface Pause {
  readonly toldAtMs: number;
  readonly overAtMs: number;
}

/** A window of a minute for each client begins with its first request. */
export const createRateLimit = ({ perMinute, now, graceMs = 250, onViolation }: RateLimitOptions): RateLimit => {
  const windows = new Map<string, { readonly beganAtMs: number; count: number }>();
  // By token and not by client: a process that is started anew logs in anew, and cannot know what its predecessor was told.
  const pauses = new Map<string, Pause>();

  const watch = (token: string, atMs: number): void => {
    const pause = pauses.get(token);
    if (!pause || atMs <= pause.toldAtMs + graceMs) return;
    const earlyMs = pause.overAtMs - atMs;
    if (earlyMs > graceMs) onViolation(`a request came ${earlyMs} ms before Retry-After was over`);
  };
  const told = (token: string, seconds: number): void => {
    const nowMs = now();
    const overAtMs = Math.max(pauses.get(token)?.overAtMs ?? 0, nowMs + seconds * 1000);
    pauses.set(token, { toldAtMs: nowMs, overAtMs });
  };
  const windowOf = (clientId: string, atMs: number) => {
    const current = windows.get(clientId);
    if (current && atMs < current.beganAtMs + WINDOW_MS) return current;
    const fresh = { beganAtMs: atMs, count: 0 };
    windows.set(clientId, fresh);
    return fresh;
  };

  return {
    told,
    admit: ({ token, client }, atMs) => {
      watch(token, atMs);
      if (perMinute === undefined) return {};
      const window = windowOf(client.clientId, atMs);
      const secondsLeft = Math.max(1, Math.ceil((window.beganAtMs + WINDOW_MS - atMs) / 1000));
      if (window.count >= perMinute) {
        told(token, secondsLeft);
        throw rateLimited(secondsLeft);
      }
      window.count += 1;
      return {
        'inin-ratelimit-allowed': String(perMinute),
        'inin-ratelimit-count': String(window.count),
        'inin-ratelimit-reset': String(secondsLeft),
      };
    },
  };
};
