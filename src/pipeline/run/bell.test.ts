/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { createBell } from './bell.ts';

describe('createBell', () => {
  it('wakes all who wait, once', async () => {
    const bell = createBell();
    const woken: string[] = [];
    const wait = (name: string): Promise<void> => bell.next().then(() => void woken.push(name));
    const waiting = [wait('a'), wait('b')];
    bell.ring();
    const late = wait('c');
    await Promise.all(waiting);
    expect(woken).toEqual(['a', 'b']);
    bell.ring();
    await late;
    expect(woken).toEqual(['a', 'b', 'c']);
  });
});
