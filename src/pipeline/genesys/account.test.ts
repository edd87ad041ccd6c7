/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import { accountKey, createAccounts } from './account.ts';

const clock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) };
const hosts = { apiURL: 'https://api.x', loginURL: 'https://login.x' };
const client = { clientId: 'id', clientSecret: 's3cret' };

describe('accountKey', () => {
  it('is the same for the same client, and for nobody else', () => {
    const key = accountKey(hosts, client);
    expect(accountKey({ ...hosts }, { ...client })).toBe(key);
    expect(accountKey(hosts, { ...client, clientSecret: 'guessed' })).not.toBe(key);
    expect(accountKey({ ...hosts, loginURL: 'https://login.y' }, client)).not.toBe(key);
    expect(key).not.toContain('s3cret');
  });
});

const away = new CallscribeError('CSC_GENESYS_UNAVAILABLE', 'answered with 503', { status: 503 });

describe('an account', () => {
  it('is shared by all who name it', async () => {
    const accountOf = createAccounts(clock, () => 0);
    const [one, other] = [accountOf('a').join(1), accountOf('a').join(1)];
    await one.share.take();
    let taken = false;
    void other.share.take().then(() => {
      taken = true;
    });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(taken).toBe(false);
    await accountOf('b').join(1).share.take();
  });

  it('tells all of them of an outage, also who comes later, and nobody who has left', async () => {
    const accountOf = createAccounts(clock, () => 0);
    const heard: string[] = [];
    const first = accountOf('a').join(300);
    first.listen((message) => heard.push(`first ${message}`));
    const deafen = first.listen((message) => heard.push(`second ${message}`));
    deafen();
    for (let failure = 0; failure < 5; failure += 1) {
      await first
        .breaker('analytics')
        .run(() => Promise.reject(away))
        .catch(() => {});
    }
    expect(heard).toEqual(['first answered with 503']);
    accountOf('a')
      .join(300)
      .listen((message) => heard.push(`third ${message}`));
    expect(heard.at(-1)).toBe('third answered with 503');
    await first.breaker('recording').run(() => Promise.resolve());
  });

  it('is forgotten when nobody uses it', () => {
    const accountOf = createAccounts(clock, () => 0);
    const first = accountOf('a');
    accountOf('b');
    expect(accountOf('a')).not.toBe(first);
    const used = accountOf('a');
    used.join(300);
    accountOf('b');
    expect(accountOf('a')).toBe(used);
  });
});
