/**
 * The queue in front of the worker thread: one transcription at a time, the others in the order in which they came. A thread that
 * crashes takes the job at hand with it and is replaced; the ones that wait do not notice.
 * @module
 */
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { CallscribeError } from '../errors.ts';
import type { ModelPaths } from './models.ts';
import { Refusal } from './refusal.ts';
import type { Transcription } from './transcribe.ts';
import type { News, Order } from './worker.ts';

export interface TranscriptionQueue {
  /** Rejects when a thread that crashed cannot be replaced: then nothing works any more. Never resolves. */
  readonly broken: Promise<never>;
  /** False while a thread that crashed is being replaced. */
  readonly isReady: boolean;
  /** How long a transcription takes, of late; undefined before the first one. */
  readonly usualMs: number | undefined;
  /**
   * Takes the file over when the work begins; until then the caller closes it. Rejects with the reason of `signal`, at once or, when
   * the work has begun, a moment later; and with a `Refusal` when the engine fails or the queue is closed.
   */
  transcribe(file: FileHandle, signal: AbortSignal): Promise<Transcription>;
  /** Refuses what is not done yet with 503, and ends the thread as soon as it lets go of the job at hand. */
  close(): Promise<void>;
}

export type StartWorker = () => Promise<Worker>;

/** What a new thread says first. */
const firstNews = async (worker: Worker): Promise<News> => {
  const settled = new AbortController();
  const ended = once(worker, 'exit', settled).then(([code]) => {
    throw new Error(`the engine ended with exit code ${String(code)} while it started`);
  });
  try {
    const [news] = (await Promise.race([once(worker, 'message', settled), ended])) as [News];
    return news;
  } finally {
    settled.abort();
  }
};

/** A thread that says that it is ready. @throws CallscribeError `CSC_ENGINE_UNAVAILABLE` */
export const startWorkerFrom = async (script: URL, workerData: unknown): Promise<Worker> => {
  const worker = new Worker(script, { workerData });
  try {
    const news = await firstNews(worker);
    if (news.kind === 'Ready') return worker;
    throw new Error(news.kind === 'Unavailable' ? news.message : `the engine began with ${news.kind}`);
  } catch (error) {
    await worker.terminate();
    throw new CallscribeError('CSC_ENGINE_UNAVAILABLE', (error as Error).message, { cause: error });
  }
};

export const startEngine = (paths: ModelPaths): Promise<Worker> =>
  startWorkerFrom(new URL('worker.ts', import.meta.url), paths);

interface Job {
  readonly id: number;
  readonly file: FileHandle;
  readonly signal: AbortSignal;
  readonly resolve: (transcription: Transcription) => void;
  readonly reject: (error: unknown) => void;
}

/** The newest one counts for a fifth. */
const averaged = (before: number | undefined, ms: number): number => Math.round(0.8 * (before ?? ms) + 0.2 * ms);

const failed = (): Refusal => new Refusal(500, 'engine_failed', 'the speech engine failed on this audio');
const crashed = (): Refusal => new Refusal(500, 'engine_crashed', 'the speech engine crashed on this audio');
const stopping = (): Refusal =>
  new Refusal(503, 'stopping', 'the speech server stops before it comes to this request', {
    headers: { 'retry-after': '5' },
  });

export interface QueueOptions {
  readonly startWorker: StartWorker;
  /** What went wrong inside; the clients are not told. */
  readonly onTrouble: (message: string) => void;
}

class WorkerQueue implements TranscriptionQueue {
  readonly #options: QueueOptions;
  readonly #waiting: Job[] = [];
  readonly #broken = Promise.withResolvers<never>();
  #worker: Worker | undefined;
  #current: Job | undefined;
  /** Given to everybody from the moment when nothing more is transcribed. */
  #refusal: Refusal | undefined;
  #usualMs: number | undefined;
  #ids = 0;

  constructor(options: QueueOptions, worker: Worker) {
    this.#options = options;
    // Who does not listen is not to be ended by it.
    this.#broken.promise.catch(() => {});
    this.#employ(worker);
  }

  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  get isReady(): boolean {
    return this.#worker !== undefined;
  }

  get usualMs(): number | undefined {
    return this.#usualMs;
  }

  async transcribe(file: FileHandle, signal: AbortSignal): Promise<Transcription> {
    if (this.#refusal) throw this.#refusal;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Transcription>();
    this.#ids += 1;
    const job: Job = { id: this.#ids, file, signal, resolve, reject };
    signal.addEventListener('abort', () => this.#cancel(job), { once: true });
    this.#waiting.push(job);
    this.#next();
    return promise;
  }

  async close(): Promise<void> {
    this.#refuseAll(stopping());
    const worker = this.#worker;
    if (!worker) return;
    if (this.#current) await this.#untilIdle(worker, this.#current);
    await worker.terminate();
  }

  /** A thread that is ended in the middle of native code takes the process with it, so it is asked first. */
  async #untilIdle(worker: Worker, { id }: Job): Promise<void> {
    const settled = new AbortController();
    const idle = Promise.race([once(worker, 'message', settled), once(worker, 'exit', settled)]);
    this.#tell({ kind: 'Cancel', id });
    await idle.catch(() => {});
    settled.abort();
  }

  #tell(order: Order): void {
    this.#worker?.postMessage(order, order.kind === 'Transcribe' ? [order.file] : []);
  }

  #next(): void {
    if (!this.#worker || this.#current) return;
    this.#current = this.#waiting.shift();
    if (this.#current) this.#tell({ kind: 'Transcribe', id: this.#current.id, file: this.#current.file });
  }

  #onNews(news: News): void {
    const job = this.#current;
    this.#current = undefined;
    this.#next();
    if (news.kind === 'Transcribed') {
      this.#usualMs = averaged(this.#usualMs, news.workMs);
      job?.resolve(news.transcription);
    } else if (job?.signal.aborted) job.reject(job.signal.reason);
    else if (!this.#refusal) {
      this.#options.onTrouble(`the speech engine failed: ${news.kind === 'Failed' ? news.message : news.kind}`);
      job?.reject(failed());
    }
  }

  #cancel(job: Job): void {
    const place = this.#waiting.indexOf(job);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      job.reject(job.signal.reason);
    } else if (this.#current === job) this.#tell({ kind: 'Cancel', id: job.id });
  }

  #refuseAll(why: Refusal): void {
    this.#refusal = why;
    for (const job of [this.#current, ...this.#waiting.splice(0)]) job?.reject(why);
  }

  #employ(worker: Worker): void {
    // The server was closed while a thread was being replaced.
    if (this.#refusal) return void worker.terminate();
    let cause: Error | undefined;
    worker.on('message', (news: News) => this.#onNews(news));
    worker.once('error', (error) => {
      cause = error as Error;
    });
    worker.once('exit', (code) => void this.#replace(cause?.message ?? `exit code ${code}`));
    this.#worker = worker;
    this.#next();
  }

  async #replace(cause: string): Promise<void> {
    this.#worker = undefined;
    if (this.#refusal) return;
    this.#options.onTrouble(`the speech engine crashed: ${cause}`);
    this.#current?.reject(crashed());
    this.#current = undefined;
    try {
      this.#employ(await this.#options.startWorker());
    } catch (error) {
      this.#refuseAll(stopping());
      this.#broken.reject(error);
    }
  }
}

/** @throws what `startWorker` rejects with */
export const createTranscriptionQueue = async (options: QueueOptions): Promise<TranscriptionQueue> =>
  new WorkerQueue(options, await options.startWorker());
