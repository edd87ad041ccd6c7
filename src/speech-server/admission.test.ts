import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAdmission, retryAfterSeconds } from './admission.ts';

const requestWith = (authorization?: string, method = 'POST'): IncomingMessage => {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  if (authorization !== undefined) request.headers.authorization = authorization;
  return request;
};

const enter = (apiKey: string | undefined, request: IncomingMessage): Promise<string> =>
  createAdmission({ places: 1, apiKey, usualMs: () => undefined }).within(request, async () => 'inside');

describe('createAdmission', () => {
  it.each([
    ['no key is asked for', undefined, undefined],
    ['a key is given that nobody asks for', undefined, 'Bearer anything'],
    ['the key is right', 's3cret', 'Bearer s3cret'],
    ['the scheme is written otherwise', 's3cret', 'bearer  s3cret'],
  ])('lets in when %s', async (_name, apiKey, authorization) => {
    await expect(enter(apiKey, requestWith(authorization))).resolves.toBe('inside');
  });

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['a scheme without a key', 'Bearer '],
    ['another scheme', 'Basic s3cret'],
    ['no scheme', 's3cret'],
    ['a key of the same length', 'Bearer s3creT'],
    ['a longer key', 'Bearer s3cret1'],
    ['a shorter key', 'Bearer s3cre'],
  ])('refuses %s', async (_name, authorization) => {
    await expect(enter('s3cret', requestWith(authorization))).rejects.toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  it('takes nothing but POST', async () => {
    await expect(enter(undefined, requestWith(undefined, 'PUT'))).rejects.toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
  });

  it('has as many places as it has, and gives them back however the work ends', async () => {
    const admission = createAdmission({ places: 2, apiKey: undefined, usualMs: () => 4200 });
    const { promise: gate, resolve: open, reject: fail } = Promise.withResolvers<string>();
    const { promise: otherGate, resolve: openOther } = Promise.withResolvers<string>();
    const [first, second] = [gate, otherGate].map((waiting) => admission.within(requestWith(), () => waiting));
    expect(admission.inside).toBe(2);
    await expect(admission.within(requestWith(), async () => 'third')).rejects.toMatchObject({
      status: 429,
      code: 'queue_full',
      headers: { 'retry-after': '5' },
    });
    fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    expect(await admission.within(requestWith(), async () => 'fourth')).toBe('fourth');
    openOther('second');
    expect(await second).toBe('second');
    expect(admission.inside).toBe(0);
    open('too late');
  });

  it('refuses everybody when it is closed', async () => {
    const admission = createAdmission({ places: 1, apiKey: undefined, usualMs: () => undefined });
    admission.close();
    expect(admission.isOpen).toBe(false);
    await expect(admission.within(requestWith(), async () => 'in')).rejects.toMatchObject({
      status: 503,
      code: 'stopping',
    });
  });
});

describe('retryAfterSeconds', () => {
  it.each([
    [undefined, 1],
    [0, 1],
    [1000, 1],
    [1001, 2],
    [59_001, 60],
    [600_000, 60],
  ])('of %o ms is %i s', (usualMs, seconds) => {
    expect(retryAfterSeconds(usualMs)).toBe(seconds);
  });
});
