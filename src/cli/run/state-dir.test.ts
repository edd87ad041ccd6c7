/**
 * @module
 */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TranscriptionRunSpec } from '../../api/types.ts';
import { openLedger } from '../../controller/ledger/ledger.ts';
import { heldOf, reservationOf, RUN, settled } from '../../controller/ledger/test-ledger.ts';
import { runOf, WINDOW } from '../../controller/run/test-facts.ts';
import { systemClock } from '../../clock.ts';
import { fileOutbox, fileStore, lock, pin, replaceFile } from './state-dir.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'callscribe-state-'));
});

afterEach(() => rm(directory, { recursive: true }));

const modeOf = async (name: string): Promise<number> => (await stat(join(directory, name))).mode & 0o777;

describe('replaceFile', () => {
  it('leaves nothing but the new content, for its owner only', async () => {
    const path = join(directory, 'file');
    await replaceFile(path, 'old');
    await replaceFile(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(directory)).toEqual(['file']);
    expect(await modeOf('file')).toBe(0o600);
  });
});

describe('pin', () => {
  const never = (): never => {
    throw new Error('the window is pinned already');
  };
  const { spec } = runOf({ cost: { budget: '1' } });
  const reordered = Object.fromEntries(Object.entries(spec).toReversed()) as unknown as TranscriptionRunSpec;

  it('keeps what the first run pinned', async () => {
    const first = await pin(directory, spec, () => WINDOW);
    expect(await pin(directory, spec, never)).toEqual(first);
    expect(first).toMatchObject({ window: WINDOW, uid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
    expect(await modeOf('run.json')).toBe(0o600);
  });

  it.each<[string, TranscriptionRunSpec]>([
    [
      'what may change',
      runOf({ concurrency: 9, cost: { budget: '2' }, suspend: true, cancel: true, ttlSecondsAfterFinished: 1 }).spec,
    ],
    ['nothing but the order of its fields', reordered],
    ['no budget', runOf().spec],
  ])('goes on with a spec in which there is %s', async (_, next) => {
    await pin(directory, spec, () => WINDOW);
    await expect(pin(directory, next, never)).resolves.toMatchObject({ window: WINDOW });
  });

  it.each([{ dryRun: true }, { cost: { ratePerMinute: '1' } }, { stt: { model: 'other' } }])(
    'refuses another spec: %j',
    async (change) => {
      await pin(directory, spec, () => WINDOW);
      await expect(pin(directory, runOf(change).spec, never)).rejects.toMatchObject({ code: 'CSC_SPEC_INVALID' });
    },
  );

  it('says what is wrong with a file that somebody broke', async () => {
    await writeFile(join(directory, 'run.json'), '{');
    await expect(pin(directory, spec, never)).rejects.toMatchObject({ code: 'CSC_LEDGER_CORRUPT' });
  });
});

describe('lock', () => {
  const path = (): string => join(directory, 'lock');

  it('is there with its holder until it is released', async () => {
    const release = await lock(directory);
    expect(await readFile(path(), 'utf8')).toBe(String(process.pid));
    await release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('refuses a directory that another process works in', async () => {
    // The one that started this process runs, and will for a while.
    await writeFile(path(), String(process.ppid));
    await expect(lock(directory)).rejects.toMatchObject({ code: 'CSC_LEDGER_FENCED' });
    expect(await readFile(path(), 'utf8')).toBe(String(process.ppid));
  });

  it.each([
    ['of a process that has ended', '4194305'],
    ['of our own number, from before a restart', String(process.pid)],
    ['with nothing in it', ''],
  ])('takes over a lock %s', async (_, content) => {
    await writeFile(path(), content);
    const release = await lock(directory);
    expect(await readFile(path(), 'utf8')).toBe(String(process.pid));
    await release();
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('a ledger in files', () => {
  const open = () =>
    openLedger({
      store: fileStore(directory),
      outbox: fileOutbox(directory, RUN),
      currency: 'USD',
      clock: systemClock,
    });

  it('is there after the process has ended', async () => {
    const first = await open();
    const [done, lost, undelivered] = [reservationOf('done'), reservationOf('lost'), reservationOf('undelivered')];
    for (const reservation of [done, lost, undelivered]) await first.reserve(reservation);
    await first.settle(settled(done));
    await first.hold(heldOf(undelivered));
    await first.summarise({ phase: 'Running' });

    const second = await open();
    expect(second.rows()).toMatchObject([
      { recordingId: 'done', status: 'success' },
      { recordingId: 'lost', status: 'unknown', costUnknownMicros: 4000 },
    ]);
    expect(second.held()).toEqual([heldOf(undelivered)]);
    await second.settle(settled(undelivered));
    await second.forget('undelivered');
    expect((await open()).held()).toEqual([]);
    expect(await readdir(join(directory, 'outbox'))).toEqual([]);
    expect((await readdir(directory)).toSorted()).toEqual(['ledger-0.json', 'outbox']);
  });
});
