/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { createSession, type Token } from './session.ts';

const handClock = (): Clock & { moveTo(ms: number): void } => {
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: async () => {},
    moveTo: (ms) => {
      nowMs = ms;
    },
  };
};

const countingLogin = (lifetimeMs = 600_000): (() => Promise<Token>) & { count(): number } => {
  let count = 0;
  const login = async (): Promise<Token> => {
    count += 1;
    const accessToken = `token ${count}`;
    await new Promise((resolve) => setImmediate(resolve));
    return { accessToken, lifetimeMs };
  };
  return Object.assign(login, { count: () => count });
};

describe('createSession', () => {
  it('logs in once for all who ask at the same time, and keeps the token', async () => {
    const login = countingLogin();
    const session = createSession(login, handClock());
    expect(await Promise.all([session.token(), session.token(), session.token()])).toEqual([
      'token 1',
      'token 1',
      'token 1',
    ]);
    expect(await session.token()).toBe('token 1');
    expect(login.count()).toBe(1);
  });

  it.each([
    { lifetimeMs: 600_000, goodAtMs: 539_999, renewedAtMs: 540_000 },
    { lifetimeMs: 10_000, goodAtMs: 8999, renewedAtMs: 9000 },
  ])('renews before the end of $lifetimeMs ms', async ({ lifetimeMs, goodAtMs, renewedAtMs }) => {
    const clock = handClock();
    const session = createSession(countingLogin(lifetimeMs), clock);
    await session.token();
    clock.moveTo(goodAtMs);
    expect(await session.token()).toBe('token 1');
    clock.moveTo(renewedAtMs);
    expect(await session.token()).toBe('token 2');
  });

  it('logs in once however many report the same refused token', async () => {
    const login = countingLogin();
    const session = createSession(login, handClock());
    const old = await session.token();
    session.refuse(old);
    const fresh = await session.token();
    session.refuse(old);
    expect(await session.token()).toBe(fresh);
    expect(login.count()).toBe(2);
  });

  it('tries again after a login that failed', async () => {
    const login = countingLogin();
    let isDown = true;
    const session = createSession(async () => {
      if (isDown) throw new Error('down');
      return login();
    }, handClock());
    await expect(session.token()).rejects.toThrow('down');
    isDown = false;
    expect(await session.token()).toBe('token 1');
  });

  it('lets one waiter go without ending the login of the others', async () => {
    const login = countingLogin();
    const session = createSession(login, handClock());
    const abort = new AbortController();
    const leaving = session.token(abort.signal);
    const staying = session.token();
    abort.abort(new Error('cancelled'));
    await expect(leaving).rejects.toThrow('cancelled');
    expect(await staying).toBe('token 1');
    expect(login.count()).toBe(1);
  });
});
