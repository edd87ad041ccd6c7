/**
 * The second origin: media at signed addresses. It refuses requests that carry an Authorization header, as object stores do
 * that see two ways to authenticate.
 * @module
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { LiveWorld } from './live-world.ts';
import { contentTypeOf, createReadContent } from './media-content.ts';
import type { Answer, FakeRequest } from '../fakes/server.ts';

export interface MediaOptions {
  readonly world: LiveWorld;
  readonly lifetimeSeconds: number;
  readonly onViolation: (what: string) => void;
}

export interface Media {
  /** Path and query of a recording, good for a while. `channel` takes one channel out of a stereo file. */
  sign(recordingId: string, channel?: number): string;
  answer(request: FakeRequest): Promise<Answer>;
}

const PATH = /^\/recordings\/([^/]+)\/([^/]+)$/u;

/** The form of an object store, not of the API. */
const deny = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

const areEqual = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
};

export const createMedia = ({ world, lifetimeSeconds, onViolation }: MediaOptions): Media => {
  const key = randomBytes(32);
  const read = createReadContent();
  const signatureOf = (path: string, expires: string): string =>
    createHmac('sha256', key).update(`GET\n${path}\n${expires}`).digest('hex');

  const refusalOf = ({ method, path, query, headers }: FakeRequest): Answer | undefined => {
    if (headers.authorization !== undefined) {
      onViolation('a media address was called with an Authorization header');
      return deny(400, 'InvalidArgument', 'Only one auth mechanism allowed');
    }
    const expires = query.get('Expires') ?? '';
    if (method !== 'GET' || !areEqual(query.get('Signature') ?? '', signatureOf(path, expires))) {
      onViolation(`the signature does not match ${method} ${path}`);
      return deny(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match');
    }
    return Number(expires) <= Date.now() ? deny(403, 'AccessDenied', 'Request has expired') : undefined;
  };

  return {
    sign: (recordingId, channel) => {
      const path = `/recordings/${recordingId}/${channel ?? 'all'}`;
      const expires = String(Date.now() + lifetimeSeconds * 1000);
      return `${path}?${new URLSearchParams({ Expires: expires, Signature: signatureOf(path, expires) }).toString()}`;
    },
    answer: async (request) => {
      if (request.forced) return request.forced;
      const refusal = refusalOf(request);
      if (refusal) return refusal;
      const [, recordingId = '', channel] = PATH.exec(request.path) ?? [];
      const known = world.recording(recordingId);
      const content = known && (await read(known.recording, channel === 'all' ? undefined : Number(channel)));
      if (!content) return deny(404, 'NoSuchKey', 'The specified key does not exist.');
      return { status: 200, headers: { 'content-type': contentTypeOf(content) }, body: content };
    },
  };
};
