/**
 * The worker thread of the speech server: one file at a time. `queue.ts` is at the other end.
 * @module
 */
import type { FileHandle } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { toCallscribeError } from '../errors.ts';
import { createEngine, type Engine } from './engine.ts';
import type { ModelPaths } from './models.ts';
import { transcribe, type Transcription } from './transcribe.ts';

/** What the thread is told. The file is transferred with the message, so from then on it is the thread's to close. */
export type Order =
  | { readonly kind: 'Transcribe'; readonly id: number; readonly file: FileHandle }
  | { readonly kind: 'Cancel'; readonly id: number };

/** What the thread says. `Ready` or `Unavailable` comes first and once, then one of the others for each `Transcribe`. */
export type News =
  | { readonly kind: 'Ready' }
  | { readonly kind: 'Unavailable'; readonly message: string }
  | {
      readonly kind: 'Transcribed';
      readonly id: number;
      readonly transcription: Transcription;
      readonly workMs: number;
    }
  | { readonly kind: 'Failed'; readonly id: number; readonly message: string };

const port = parentPort;
if (!port) throw new Error('worker.ts is the entry of a worker thread');
const say = (news: News): void => port.postMessage(news);

let current: { readonly id: number; readonly abort: AbortController } | undefined;

const work = async (engine: Engine, id: number, file: FileHandle): Promise<News> => {
  const abort = new AbortController();
  current = { id, abort };
  const startMs = performance.now();
  try {
    const transcription = await transcribe(engine, file, abort.signal);
    return { kind: 'Transcribed', id, transcription, workMs: Math.round(performance.now() - startMs) };
  } catch (error) {
    return { kind: 'Failed', id, message: toCallscribeError(error).message };
  } finally {
    current = undefined;
    await file.close();
  }
};

const obey = (engine: Engine) => (order: Order) => {
  if (order.kind === 'Transcribe') void work(engine, order.id, order.file).then(say);
  else if (current?.id === order.id) current.abort.abort(new Error('nobody waits for it any more'));
};

try {
  const engine = createEngine(workerData as ModelPaths);
  port.on('message', obey(engine));
  say({ kind: 'Ready' });
} catch (error) {
  say({ kind: 'Unavailable', message: toCallscribeError(error).message });
}
