/**
 * The second origin: media at signed addresses. It refuses requests that carry an Authorization header, as object stores do
 * that see two ways to authenticate.
 * @module
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { LiveWorld } from './live-world.ts';
import { contentTypeOf, createReadContent } from './media-content.ts';
import type { Variant } from './media-content.ts';
import type { Answer, FakeRequest } from '../fakes/server.ts';

export interface MediaOptions {
  readonly world: LiveWorld;
  readonly lifetimeSeconds: number;
  readonly now: () => number;
  readonly onViolation: (what: string) => void;
}

export interface Media {
  /** Path and query of a recording, good for a while, or expired already. */
  sign(recordingId: string, variant: Variant, isExpired?: boolean): string;
  /** What a batch request says that it is. */
  readonly contentType: (recordingId: string, variant: Variant) => Promise<string>;
  answer(request: FakeRequest): Promise<Answer>;
}

const PATH = /^\/recordings\/([^/]+)\/(original|transcoded)-(all|\d)$/u;

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

const pathOf = (recordingId: string, { original, channel }: Variant): string =>
  `/recordings/${recordingId}/${original ? 'original' : 'transcoded'}-${channel ?? 'all'}`;

const variantOf = (kind: string | undefined, channel: string | undefined): Variant => ({
  original: kind === 'original',
  ...(channel !== 'all' && { channel: Number(channel) }),
});

const OTHER_TYPES: Readonly<Record<string, string>> = { screen: 'video/webm', email: 'message/rfc822' };

export const createMedia = ({ world, lifetimeSeconds, now, onViolation }: MediaOptions): Media => {
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
    return Number(expires) * 1000 <= now() ? deny(403, 'AccessDenied', 'Request has expired') : undefined;
  };

  return {
    sign: (recordingId, variant, isExpired = false) => {
      const path = pathOf(recordingId, variant);
      const expires = String(now() / 1000 + (isExpired ? -1 : lifetimeSeconds));
      return `${path}?${new URLSearchParams({ Expires: expires, Signature: signatureOf(path, expires) }).toString()}`;
    },
    contentType: async (recordingId, variant) => {
      const known = world.recording(recordingId);
      const content = known && (await read(known.recording, variant));
      const media = known?.recording.media ?? 'audio';
      if (media !== 'audio') return OTHER_TYPES[media] ?? 'application/json';
      return contentTypeOf(content ?? Buffer.alloc(0));
    },
    answer: async (request) => {
      if (request.forced) return request.forced;
      const refusal = refusalOf(request);
      if (refusal) return refusal;
      const [, recordingId = '', kind, channel] = PATH.exec(request.path) ?? [];
      const known = world.recording(recordingId);
      const content = known && (await read(known.recording, variantOf(kind, channel)));
      if (!content) return deny(404, 'NoSuchKey', 'The specified key does not exist.');
      return { status: 200, headers: { 'content-type': contentTypeOf(content) }, body: content };
    },
  };
};
