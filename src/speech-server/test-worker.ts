/**
 * A worker thread that hears no speech but does what the uploaded file says, for the tests of this folder:
 *
 *     say <text>    answers with the text
 *     hold <text>   the same when the gate is opened, or fails when it is cancelled
 *     refuse        says that it does not know such audio
 *     fail          fails, as the engine does with an exception that was caught
 *     throw, exit   ends the thread
 *
 * @module
 */
import type { FileHandle } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Transcription } from './transcribe.ts';
import type { News, Order } from './worker.ts';

export interface TestWorkerData {
  /** What the thread does first; `ready` where all is well. */
  readonly begin: 'ready' | 'unavailable' | 'throw' | 'exit' | 'nonsense';
  /** Opened with `openGate`. */
  readonly gate: SharedArrayBuffer;
}

const { begin, gate } = workerData as TestWorkerData;
const lock = new Int32Array(gate);
const port = parentPort;
if (!port) throw new Error('test-worker.ts is the entry of a worker thread');
const tell = (news: News): void => port.postMessage(news);

let cancel = (_id: number): void => {};

/** True when the gate was opened, false when the job was cancelled first. */
const untilOpen = async (id: number): Promise<boolean> => {
  const cancelled = new Promise<boolean>((resolve) => {
    cancel = (which) => which === id && resolve(false);
  });
  const { value } = Atomics.waitAsync(lock, 0, 0);
  return Promise.race([cancelled, Promise.resolve(value).then(() => true)]);
};

const said = (transcript: string): Transcription => ({
  kind: 'Done',
  audioMs: 1000,
  results: [{ speakerLabel: 'speaker_0', transcript, startTimeMs: 0, endTimeMs: 900, channel: 0 }],
});

const hear = async (id: number, command: string, text: string): Promise<Transcription> => {
  if (command === 'refuse') return { kind: 'Unsupported', message: 'no such audio' };
  if (command === 'hold' && !(await untilOpen(id))) throw new Error('cancelled');
  if (command === 'fail') throw new Error('the engine is out of order');
  return said(text);
};

const work = async (id: number, file: FileHandle): Promise<News> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
  const [command = '', text = ''] = buffer.toString('utf8', 0, bytesRead).split(/ (.*)/s);
  if (command === 'exit') process.exit(3);
  if (command === 'throw')
    setImmediate(() => {
      throw new Error('the engine broke');
    });
  if (command === 'throw') return new Promise(() => {});
  try {
    return { kind: 'Transcribed', id, transcription: await hear(id, command, text), workMs: 1500 };
  } catch (error) {
    return { kind: 'Failed', id, message: (error as Error).message };
  } finally {
    await file.close();
  }
};

port.on('message', (order: Order) => {
  if (order.kind === 'Cancel') cancel(order.id);
  else void work(order.id, order.file).then(tell);
});
if (begin === 'throw') throw new Error('no such library');
if (begin === 'exit') process.exit(7);
if (begin === 'ready') tell({ kind: 'Ready' });
if (begin === 'unavailable') tell({ kind: 'Unavailable', message: 'no such library' });
if (begin === 'nonsense') tell({ kind: 'Failed', id: 0, message: '' });
