/**
 * The worker thread of the speech server: one file in, its utterances out, one at a time.
 * @module
 */
import { open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { canDecode, readFrames } from '../audio/samples.ts';
import { readWav } from '../audio/wav.ts';
import { createEngine } from './engine.ts';
import type { ModelPaths } from './models.ts';

/** One utterance of the generic contract. */
export interface Utterance {
  readonly speakerLabel: string;
  readonly transcript: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly channel: number;
}

export interface Job {
  readonly id: number;
  readonly path: string;
}

export type Outcome =
  | { readonly kind: 'Ready' }
  | { readonly kind: 'Done'; readonly id: number; readonly results: readonly Utterance[] }
  | { readonly kind: 'Unsupported'; readonly id: number; readonly message: string }
  | { readonly kind: 'Failed'; readonly id: number; readonly message: string };

const engine = createEngine(workerData as ModelPaths);

const concatenate = (pieces: readonly Float32Array[]): Float32Array => {
  const whole = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    whole.set(piece, position);
    position += piece.length;
  }
  return whole;
};

const work = async ({ id, path }: Job): Promise<Outcome> => {
  const file = await open(path, 'r');
  try {
    const info = await readWav(file);
    if (!info || !canDecode(info)) {
      return { kind: 'Unsupported', id, message: 'audio must be WAV with mu-law, A-law or PCM samples' };
    }
    const pieces: Float32Array[][] = Array.from({ length: info.channels }, () => []);
    for await (const channels of readFrames(file, info))
      for (const [index, samples] of channels.entries()) pieces[index]?.push(samples);
    const results = pieces.flatMap((channelPieces, channel) =>
      engine.transcribe(concatenate(channelPieces), info.sampleRate).map(({ text, startTimeMs, endTimeMs }) => ({
        speakerLabel: `speaker_${channel}`,
        transcript: text,
        startTimeMs,
        endTimeMs,
        channel,
      })),
    );
    return { kind: 'Done', id, results: results.toSorted((a, b) => a.startTimeMs - b.startTimeMs) };
  } finally {
    await file.close();
  }
};

const failed =
  ({ id }: Job) =>
  (error: unknown): Outcome => ({
    kind: 'Failed',
    id,
    message: error instanceof Error ? error.message : String(error),
  });

const port = parentPort;
if (!port) throw new Error('worker.ts is the entry of a worker thread');
port.on('message', (job: Job) => {
  void work(job)
    .catch(failed(job))
    .then((outcome) => port.postMessage(outcome));
});
port.postMessage({ kind: 'Ready' } satisfies Outcome);
