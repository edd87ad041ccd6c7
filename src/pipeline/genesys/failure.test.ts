/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import { ExchangeTimeout } from '../http/exchange.ts';
import { failureOfAnswer, failureOfNetwork } from './failure.ts';

const call = 'GET /api/v2/x';

describe('failureOfAnswer', () => {
  it.each([
    [302, 'CSC_GENESYS_PROTOCOL', false],
    [400, 'CSC_GENESYS_BAD_REQUEST', false],
    [401, 'CSC_GENESYS_AUTH', false],
    [403, 'CSC_GENESYS_FORBIDDEN', false],
    [404, 'CSC_GENESYS_NOT_FOUND', false],
    [408, 'CSC_GENESYS_UNAVAILABLE', true],
    [409, 'CSC_GENESYS_BAD_REQUEST', true],
    [410, 'CSC_GENESYS_NOT_FOUND', false],
    [413, 'CSC_GENESYS_BAD_REQUEST', false],
    [429, 'CSC_GENESYS_RATE_LIMITED', true],
    [500, 'CSC_GENESYS_UNAVAILABLE', true],
    [501, 'CSC_GENESYS_BAD_REQUEST', false],
    [503, 'CSC_GENESYS_UNAVAILABLE', true],
    [504, 'CSC_GENESYS_UNAVAILABLE', true],
  ])('%d is %s, retried: %s', (status, code, retryable) => {
    const error = failureOfAnswer({ status, headers: {}, text: '' }, { call, quoteMessage: true }, 0);
    expect(error).toMatchObject({ code, retryable, status, message: `GET /api/v2/x was answered with ${status}` });
  });

  const limited = {
    status: 429,
    headers: { 'retry-after': '42', 'inin-correlation-id': 'from-header' },
    text: JSON.stringify({ code: 'too.many.requests', message: 'Retry in [42] seconds', contextId: 'from-body' }),
  };

  it('quotes what helps', () => {
    const error = failureOfAnswer(limited, { call, quoteMessage: true }, 0);
    expect(error.message).toBe(
      'GET /api/v2/x was answered with 429 too.many.requests: Retry in [42] seconds (correlation id from-body)',
    );
    expect(error.retryAfterMs).toBe(42_000);
  });

  it('keeps the message to itself where it may repeat what was sent', () => {
    const error = failureOfAnswer(
      { ...limited, text: '{"code":"bad.request","message":"secret"}' },
      { call, quoteMessage: false },
      0,
    );
    expect(error.message).toBe('GET /api/v2/x was answered with 429 bad.request (correlation id from-header)');
  });

  it('reads the answers of the login', () => {
    const text = JSON.stringify({ error: 'invalid_client', description: 'client not found', error_description: 'x' });
    const error = failureOfAnswer(
      { status: 400, headers: {}, text },
      { call: 'POST /oauth/token', quoteMessage: true },
      0,
    );
    expect(error.message).toContain('invalid_client: client not found');
  });

  it('says nothing of a page of HTML', () => {
    const error = failureOfAnswer({ status: 502, headers: {}, text: '<html>token=1' }, { call, quoteMessage: true }, 0);
    expect(error.message).toBe('GET /api/v2/x was answered with 502');
  });
});

describe('failureOfNetwork', () => {
  it.each([
    [
      Object.assign(new Error('connect 10.0.0.1'), { code: 'ECONNREFUSED' }),
      'GET /api/v2/x got no answer: ECONNREFUSED',
    ],
    [
      new ExchangeTimeout('no complete answer within 5 ms'),
      'GET /api/v2/x got no answer: no complete answer within 5 ms',
    ],
    ['text', 'GET /api/v2/x got no answer: unknown error'],
  ])('%s', (thrown, message) => {
    expect(failureOfNetwork(thrown, { call })).toMatchObject({
      code: 'CSC_GENESYS_UNAVAILABLE',
      retryable: true,
      message,
    });
  });

  it('leaves alone what is one of ours', () => {
    const error = new CallscribeError('CSC_EGRESS_DENIED', 'no');
    expect(failureOfNetwork(error, { call })).toBe(error);
  });
});
