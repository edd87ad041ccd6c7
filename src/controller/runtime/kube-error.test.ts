import { describe, expect, it } from 'vitest';
import {
  errorOfAnswer,
  errorOfStatus,
  isAheadOfServer,
  isAlreadyExists,
  isConflict,
  isGone,
  isNotFound,
  isTooLarge,
  KubeError,
} from './kube-error.ts';

const status = (code: number, reason: string, message = 'because') =>
  errorOfAnswer('GET /x', { status: code, body: JSON.stringify({ kind: 'Status', reason, message, code }) });

describe('predicates', () => {
  it.each([
    [status(404, 'NotFound'), isNotFound],
    [status(409, 'AlreadyExists'), isAlreadyExists],
    [status(409, 'Conflict'), isConflict],
    [status(410, 'Expired'), isGone],
    [status(410, 'Gone'), isGone],
    [status(504, 'Timeout', 'Too large resource version: 9, current: 3'), isAheadOfServer],
    [status(413, 'RequestEntityTooLarge'), isTooLarge],
    [status(422, 'Invalid', 'ConfigMap "a" is invalid: []: Too long: may not be more than 1048576 bytes'), isTooLarge],
    [status(500, 'InternalError', 'etcdserver: request is too large'), isTooLarge],
    [
      status(500, 'InternalError', 'rpc error: trying to send message larger than max (2101053 vs. 2097152)'),
      isTooLarge,
    ],
  ])('%s is told apart from all others', (error, matching) => {
    const predicates = [isNotFound, isAlreadyExists, isConflict, isGone, isAheadOfServer, isTooLarge];
    expect(predicates.filter((predicate) => predicate(error))).toEqual([matching]);
  });

  it('says no to what is no answer of the API server', () => {
    expect(isNotFound(new Error('404'))).toBe(false);
    expect(isConflict(undefined)).toBe(false);
    expect(isTooLarge(status(422, 'Invalid', 'spec.window: Required value'))).toBe(false);
  });
});

describe('isRetryable', () => {
  it.each([
    [0, true],
    [400, false],
    [401, true],
    [403, false],
    [404, false],
    [409, false],
    [410, false],
    [413, false],
    [422, false],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
  ])('%i: %s', (code, expected) => {
    expect(new KubeError('x', { status: code, reason: 'x' }).isRetryable).toBe(expected);
  });

  it('is false for a 500 that means the object is too large', () => {
    expect(status(500, 'InternalError', 'etcdserver: request is too large').isRetryable).toBe(false);
  });
});

describe('errorOfAnswer', () => {
  it('reads the Status of the API server', () => {
    const body = JSON.stringify({
      kind: 'Status',
      message: 'too many',
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 2 },
    });
    expect(errorOfAnswer('GET /x', { status: 429, body })).toMatchObject({
      message: 'GET /x: 429 too many',
      reason: 'TooManyRequests',
      retryAfterMs: 2000,
    });
  });

  it('believes the header before the document', () => {
    const body = JSON.stringify({ kind: 'Status', details: { retryAfterSeconds: 2 } });
    expect(errorOfAnswer('GET /x', { status: 429, body, retryAfter: '7' }).retryAfterMs).toBe(7000);
  });

  it.each(['', 'Unauthorized', '<html>bad gateway</html>', '[1]', 'null', '{"kind":"Pod"}'])(
    'copes with the body %j',
    (body) => {
      expect(errorOfAnswer('GET /x', { status: 502, body, retryAfter: 'soon' })).toMatchObject({
        message: 'GET /x: 502 HTTP502',
        reason: 'HTTP502',
        retryAfterMs: undefined,
      });
    },
  );
});

describe('errorOfStatus', () => {
  it('takes the code of the object', () => {
    const error = errorOfStatus('WATCH /x', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
    expect(isGone(error)).toBe(true);
  });

  it.each([undefined, null, {}, { code: '410' }])('takes %j for a server error', (object) => {
    expect(errorOfStatus('WATCH /x', object).status).toBe(500);
  });
});
