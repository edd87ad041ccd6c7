import type { FileHandle } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTranscriptionQueue, type TranscriptionQueue } from './queue.ts';
import { openSpoolFile } from './spool.ts';
import { createTestEngine, openUploads, type TestEngine } from './test-engine.ts';

const never = new AbortController().signal;

const fileThatSays = async (text: string): Promise<FileHandle> => {
  const file = await openSpoolFile();
  await file.writeFile(text);
  return file;
};

let queue: TranscriptionQueue;
let troubles: string[];

const open = async (engine: TestEngine): Promise<TranscriptionQueue> => {
  troubles = [];
  queue = await createTranscriptionQueue({ startWorker: engine.start, onTrouble: (message) => troubles.push(message) });
  return queue;
};

const answerTo = async (file: FileHandle, signal: AbortSignal): Promise<string> => {
  try {
    const transcription = await queue.transcribe(file, signal);
    return transcription.kind === 'Done' ? transcription.results.map(({ transcript }) => transcript).join() : 'refused';
  } finally {
    await file.close();
  }
};

/** The files are written first, so that the jobs enter the queue in the order of the texts. `signal` is that of the first. */
const ask = async (texts: readonly string[], signal = never): Promise<PromiseSettledResult<string>[]> => {
  const files = await Promise.all(texts.map(fileThatSays));
  return Promise.allSettled(files.map((file, index) => answerTo(file, index === 0 ? signal : never)));
};

const answered = (value: string) => ({ status: 'fulfilled', value });
const refused = (reason: unknown) => ({ status: 'rejected', reason });

afterEach(async () => {
  await queue.close();
  await vi.waitFor(() => expect(openUploads()).toBe(0));
});

describe('the queue', () => {
  it('gives each job its own answer, one after the other', async () => {
    await open(createTestEngine());
    expect(queue.usualMs).toBeUndefined();
    expect(await ask(['say one', 'refuse', 'say three'])).toEqual(['one', 'refused', 'three'].map(answered));
    expect(queue.usualMs).toBe(1500);
    expect(troubles).toEqual([]);
  });

  it('refuses a job that failed and goes on with the next one', async () => {
    await open(createTestEngine());
    const outcomes = await ask(['fail', 'say two']);
    expect(outcomes).toMatchObject([refused({ status: 500, code: 'engine_failed' }), answered('two')]);
    expect(troubles).toEqual(['the speech engine failed: the engine is out of order']);
  });

  it('does not begin what nobody waits for', async () => {
    await open(createTestEngine());
    expect(await ask(['say one'], AbortSignal.abort('gone'))).toEqual([refused('gone')]);
  });

  it('drops a waiting job as soon as nobody waits for it', async () => {
    const engine = createTestEngine();
    await open(engine);
    const client = new AbortController();
    const held = ask(['hold one']);
    await vi.waitFor(() => expect(openUploads()).toBe(1));
    const waiting = ask(['say two'], client.signal);
    await vi.waitFor(() => expect(openUploads()).toBe(2));
    client.abort('gone');
    expect(await waiting).toEqual([refused('gone')]);
    expect(openUploads()).toBe(1);
    engine.openGate();
    expect(await held).toEqual([answered('one')]);
  });

  it('cancels the job at hand when nobody waits for it', async () => {
    await open(createTestEngine());
    const client = new AbortController();
    const both = ask(['hold one', 'say two'], client.signal);
    await vi.waitFor(() => expect(openUploads()).toBe(2));
    client.abort('gone');
    expect(await both).toEqual([refused('gone'), answered('two')]);
    expect(troubles).toEqual([]);
  });

  it.each([
    ['throw', 'the speech engine crashed: the engine broke'],
    ['exit', 'the speech engine crashed: exit code 3'],
  ])('survives a thread that ends by itself: %s', async (command, trouble) => {
    const engine = createTestEngine();
    await open(engine);
    const outcomes = await ask([command, 'say two']);
    expect(outcomes).toMatchObject([refused({ status: 500, code: 'engine_crashed' }), answered('two')]);
    expect(engine.workers).toHaveLength(2);
    expect(queue.isReady).toBe(true);
    expect(troubles).toEqual([trouble]);
  });

  it('refuses everything and says so when a crashed thread cannot be replaced', async () => {
    const engine = createTestEngine();
    await open(engine);
    engine.begin = 'unavailable';
    const outcomes = await ask(['exit', 'say two']);
    expect(outcomes).toMatchObject([refused({ code: 'engine_crashed' }), refused({ status: 503 })]);
    await expect(queue.broken).rejects.toMatchObject({ code: 'CSC_ENGINE_UNAVAILABLE' });
    expect(queue.isReady).toBe(false);
    expect(await ask(['say three'])).toMatchObject([refused({ status: 503 })]);
  });

  it('refuses what is not done when it is closed', async () => {
    await open(createTestEngine());
    const jobs = ask(['hold one', 'say two']);
    await vi.waitFor(() => expect(openUploads()).toBe(2));
    await queue.close();
    expect(await jobs).toMatchObject([
      refused({ status: 503, headers: { 'retry-after': '5' } }),
      refused({ status: 503 }),
    ]);
    expect(troubles).toEqual([]);
  });

  it('leaves no thread behind when it is closed while one is replaced', async () => {
    const engine = createTestEngine();
    await open(engine);
    expect(await ask(['exit'])).toMatchObject([refused({ code: 'engine_crashed' })]);
    await queue.close();
    await vi.waitFor(() => expect(engine.workers).toHaveLength(2));
    await vi.waitFor(() => expect(engine.workers[1]?.threadId).toBe(-1));
  });
});

describe('a queue whose first thread does not start', () => {
  it.each([
    ['unavailable', 'no such library'],
    ['throw', 'no such library'],
    ['exit', 'the engine ended with exit code 7 while it started'],
    ['nonsense', 'the engine began with Failed'],
  ] as const)('says why: %s', async (begin, message) => {
    const engine = createTestEngine();
    engine.begin = begin;
    await expect(open(engine)).rejects.toMatchObject({ code: 'CSC_ENGINE_UNAVAILABLE', message });
  });
});
