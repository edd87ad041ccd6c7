import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../clock.ts';
import { manualTimers } from '../../../test/runtime/manual-timers.ts';
import type { KubeClient, KubeList, WatchEvent } from './kube-client.ts';
import { KubeError } from './kube-error.ts';
import { type Cached, createReflector, type ReflectorOptions } from './reflector.ts';

const run = (name: string, resourceVersion: string, uid = name): Cached => ({
  metadata: { namespace: 'ns', name, uid, resourceVersion },
});

const refused = (status: number, retryAfterMs?: number): KubeError =>
  new KubeError(`refused with ${status}`, {
    status,
    reason: 'Refused',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });

const list = (resourceVersion: string, ...items: readonly Cached[]): KubeList<Cached> => ({
  items,
  metadata: { resourceVersion },
});

/** One answer to a watch: its events, and how it ends. */
interface Stream {
  readonly events?: readonly WatchEvent<Cached>[];
  readonly error?: Error;
  /** How long it lasts. */
  readonly ms?: number;
}

interface Script {
  readonly lists: (KubeList<Cached> | Error)[];
  readonly watches: Stream[];
}

/** A reflector on an API server that plays a script and then leaves the watch open; waits take no time and are written down. */
const scene = async ({ lists, watches }: Script, more: Partial<ReflectorOptions> = {}) => {
  const timers = manualTimers();
  const asked: string[] = [];
  const waits: number[] = [];
  const changes: string[] = [];
  const errors: string[] = [];
  const stop = new AbortController();
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();

  const watch = async function* ({ events = [], error, ms = 5000 }: Stream): AsyncGenerator<WatchEvent<Cached>> {
    yield* events;
    await timers.advance(ms);
    if (error) throw error;
  };
  const idle = async function* (signal: AbortSignal | undefined): AsyncGenerator<WatchEvent<Cached>> {
    finish();
    await systemClock.sleep(1e6, signal);
    yield* [];
  };
  const kube = {
    list: async (_: string, query: Record<string, string>) => {
      asked.push(`list${query['continue'] ? ` ${query['continue']}` : ''}${query['limit'] ? '' : ' whole'}`);
      const answer = lists.shift() ?? list('0');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    watch: (_: string, query: Record<string, string>, options: { signal?: AbortSignal }) => {
      asked.push(`watch ${query['resourceVersion']}`);
      const stream = watches.shift();
      return stream ? watch(stream) : idle(options.signal);
    },
  } as unknown as KubeClient;
  const reflector = createReflector<Cached>({
    kube,
    path: '/runs',
    clock: {
      now: () => 0,
      sleep: async (ms) => {
        waits.push(ms);
        await setImmediate();
      },
    },
    random: () => 0,
    onChange: (key) => changes.push(key),
    onError: (error) => errors.push((error as Error).message),
    timers,
    ...more,
  });
  const running = reflector.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  await finished;
  return { reflector, asked, waits, changes, errors, stop, running };
};

const event = (type: WatchEvent['type'], object: Cached): WatchEvent<Cached> => ({ type, object });

describe('createReflector', () => {
  it('lists in pages, then watches from there', async () => {
    const first = { items: [run('a', '1')], metadata: { resourceVersion: '7', continue: 'next' } };
    const { reflector, asked, changes } = await scene({ lists: [first, list('7', run('b', '2'))], watches: [] });
    expect(asked).toEqual(['list', 'list next', 'watch 7']);
    expect(reflector.hasSynced()).toBe(true);
    expect([...reflector.keys()]).toEqual(['ns/a', 'ns/b']);
    expect(changes).toEqual(['ns/a', 'ns/b']);
  });

  it('lists in one piece where a page is no longer to be had', async () => {
    const first = { items: [run('a', '1')], metadata: { resourceVersion: '7', continue: 'next' } };
    const { reflector, asked } = await scene({ lists: [first, refused(410), list('9', run('b', '8'))], watches: [] });
    expect(asked).toEqual(['list', 'list next', 'list whole', 'watch 9']);
    expect([...reflector.keys()]).toEqual(['ns/b']);
  });

  it('follows additions, changes and deletions', async () => {
    const events = [
      event('ADDED', run('b', '2')),
      event('MODIFIED', run('a', '3')),
      event('DELETED', run('b', '4')),
      event('BOOKMARK', run('', '9')),
    ];
    const { reflector, asked, changes } = await scene({ lists: [list('1', run('a', '1'))], watches: [{ events }] });
    expect(changes).toEqual(['ns/a', 'ns/b', 'ns/a', 'ns/b']);
    expect(reflector.get('ns/a')?.metadata.resourceVersion).toBe('3');
    expect(reflector.get('ns/b')).toBeUndefined();
    expect(asked).toEqual(['list', 'watch 1', 'watch 9']);
  });

  it('goes on at once and without a list after the server ended a watch, though nothing came', async () => {
    const { asked, waits } = await scene({ lists: [list('1')], watches: [{}, {}, {}] });
    expect(asked).toEqual(['list', 'watch 1', 'watch 1', 'watch 1', 'watch 1']);
    expect(waits).toEqual([]);
  });

  it('waits longer and longer where watches end as soon as they begin', async () => {
    const { waits } = await scene(
      { lists: [list('1')], watches: [{ ms: 0 }, { ms: 0 }, { ms: 0 }] },
      { random: () => 0.5 },
    );
    expect(waits).toEqual([800, 1200, 2000]);
  });

  it('lists again at once when its place was forgotten, and finds what was deleted, added, changed and replaced', async () => {
    const before = list('1', run('gone', '1'), run('same', '1'), run('changed', '1'), run('replaced', '1', 'old'));
    const after = list('9', run('same', '1'), run('changed', '8'), run('replaced', '7', 'new'), run('added', '6'));
    const { reflector, asked, changes, waits } = await scene({
      lists: [before, after],
      watches: [{ error: refused(410) }],
    });
    expect(asked).toEqual(['list', 'watch 1', 'list', 'watch 9']);
    expect(waits).toEqual([]);
    expect(changes.slice(4).toSorted()).toEqual(['ns/added', 'ns/changed', 'ns/gone', 'ns/replaced']);
    expect([...reflector.keys()].toSorted()).toEqual(['ns/added', 'ns/changed', 'ns/replaced', 'ns/same']);
    expect(reflector.get('ns/replaced')?.metadata.uid).toBe('new');
  });

  it('carries no back-off of an outage over to the list after it', async () => {
    const outage = Array.from({ length: 8 }, () => ({ error: refused(0), ms: 0 }));
    const { asked, waits } = await scene({
      lists: [list('1'), list('5')],
      watches: [...outage, { error: refused(503), ms: 0 }, { error: refused(410), ms: 0 }],
    });
    expect(asked.slice(-2)).toEqual(['list', 'watch 5']);
    expect(waits).toHaveLength(9);
  });

  it('does not spin where its place is forgotten each time', async () => {
    const gone = { error: refused(410), ms: 0 };
    const { waits } = await scene({ lists: [], watches: [gone, gone, gone, gone] }, { random: () => 0.5 });
    expect(waits).toEqual([800, 1200, 2000]);
  });

  it('lists again where the server is behind what we have seen', async () => {
    const behind = new KubeError('Timeout: Too large resource version: 9, current: 3', {
      status: 504,
      reason: 'Timeout',
    });
    const { asked } = await scene({ lists: [list('9'), list('3')], watches: [{ error: behind }] });
    expect(asked).toEqual(['list', 'watch 9', 'list', 'watch 3']);
  });

  it.each([0, 401, 403, 429, 500, 503])('outlives %i, for lists and for watches', async (status) => {
    const error = refused(status);
    const { asked, errors, waits } = await scene({ lists: [error, error, list('1')], watches: [{ error }, { error }] });
    expect(asked).toEqual(['list', 'list', 'list', 'watch 1', 'watch 1', 'watch 1']);
    expect(errors).toHaveLength(4);
    expect(waits).toEqual([400, 400, 400, 400]);
  });

  it('waits as long as it is asked to', async () => {
    const { waits } = await scene({ lists: [refused(429, 60_000)], watches: [] });
    expect(waits).toEqual([60_000]);
  });

  it('resumes behind the last event where a stream broke', async () => {
    const events = [event('ADDED', run('a', '5'))];
    const { asked } = await scene({ lists: [list('1')], watches: [{ events, error: refused(0) }] });
    expect(asked).toEqual(['list', 'watch 1', 'watch 5']);
  });

  it('is not disturbed by a handler that throws', async () => {
    const seen: string[] = [];
    const onChange = (key: string): void => {
      seen.push(key);
      throw new Error(`handler ${key}`);
    };
    const lists = [list('1', run('a', '1'), run('b', '1'))];
    const watches = [{ events: [event('ADDED', run('c', '2')), event('ADDED', run('d', '3'))] }];
    const { asked, errors } = await scene({ lists, watches }, { onChange });
    expect(seen).toEqual(['ns/a', 'ns/b', 'ns/c', 'ns/d']);
    expect(errors).toEqual(seen.map((key) => `handler ${key}`));
    expect(asked).toEqual(['list', 'watch 1', 'watch 3']);
  });

  it('ends with its signal, without an error and without another request', async () => {
    const { asked, errors, stop, running } = await scene({ lists: [list('1')], watches: [] });
    const before = asked.length;
    stop.abort();
    await running;
    expect(errors).toEqual([]);
    expect(asked).toHaveLength(before);
  });

  it('opens no watch where it is stopped during the list', async () => {
    const stop = new AbortController();
    const { promise: listing, resolve: listed } = Promise.withResolvers<void>();
    const kube = {
      list: async (_: string, __: object, { signal }: { signal: AbortSignal }) => {
        listed();
        await systemClock.sleep(1e6, signal);
      },
      watch: () => expect.unreachable('a watch was opened'),
    } as unknown as KubeClient;
    const options = { kube, path: '/runs', clock: systemClock, random: Math.random, onChange: () => {} };
    const reflector = createReflector(options);
    const running = reflector.run(stop.signal);
    await listing;
    stop.abort();
    await running;
    expect(reflector.hasSynced()).toBe(false);
  });

  it('refuses to run twice at the same time', async () => {
    const { reflector } = await scene({ lists: [], watches: [] });
    await expect(reflector.run(new AbortController().signal)).rejects.toThrow('runs already');
  });
});
