/**
 * Who comes in: requests with the right key, and no more of them at a time than there are places.
 * @module
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

export interface AdmissionOptions {
  /** One is worked on; the others wait, or are being received. */
  readonly places: number;
  /** Asked for as a Bearer token where given. */
  readonly apiKey: string | undefined;
  /** How long a transcription takes, of late. */
  readonly usualMs: () => number | undefined;
}

export interface Admission {
  /** Places that are taken. */
  readonly inside: number;
  readonly isOpen: boolean;
  /** Does `work` in one of the places. Rejects with a `Refusal` (401, 405, 429 or 503) before it begins, or as `work` does. */
  within<T>(request: IncomingMessage, work: () => Promise<T>): Promise<T>;
  /** From now on everybody is refused with 503. */
  close(): void;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** By digests, so that the time it takes tells neither the key nor its length. */
const isAuthorized = ({ headers }: IncomingMessage, apiKey: string | undefined): boolean => {
  if (apiKey === undefined) return true;
  const given = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(apiKey));
};

const MAX_RETRY_AFTER_SECONDS = 60;

/** A place is free when the next transcription is done. */
export const retryAfterSeconds = (usualMs: number | undefined): number =>
  Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, Math.ceil((usualMs ?? 0) / 1000)));

export const createAdmission = ({ places, apiKey, usualMs }: AdmissionOptions): Admission => {
  let [inside, isOpen] = [0, true];

  const admit = (request: IncomingMessage): void => {
    if (request.method !== 'POST')
      throw new Refusal(405, 'method_not_allowed', 'the method must be POST', { headers: { allow: 'POST' } });
    if (!isAuthorized(request, apiKey))
      throw new Refusal(401, 'unauthorized', 'the Bearer token is missing or wrong', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    if (!isOpen)
      throw new Refusal(503, 'stopping', 'the speech server is stopping', { headers: { 'retry-after': '5' } });
    if (inside < places) return;
    const headers = { 'retry-after': String(retryAfterSeconds(usualMs())) };
    throw new Refusal(429, 'queue_full', 'too many transcriptions wait; try again later', { headers });
  };

  return {
    get inside() {
      return inside;
    },
    get isOpen() {
      return isOpen;
    },
    within: async (request, work) => {
      admit(request);
      inside += 1;
      try {
        return await work();
      } finally {
        inside -= 1;
      }
    },
    close: () => {
      isOpen = false;
    },
  };
};
