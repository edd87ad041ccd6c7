/**
 * One file in, its utterances out.
 * @module
 */
import type { FileHandle } from 'node:fs/promises';
import { canDecode, readFrames } from '../audio/samples.ts';
import { readWav } from '../audio/wav.ts';
import type { Engine } from './engine.ts';
import { createListener, type Heard } from './listener.ts';

/** One utterance of the generic contract. */
export interface Utterance {
  readonly speakerLabel: string;
  readonly transcript: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly channel: number;
}

export type Transcription =
  | { readonly kind: 'Done'; readonly results: readonly Utterance[]; readonly audioMs: number }
  | { readonly kind: 'Unsupported'; readonly message: string };

/** The engine does not tell voices apart: what is on a channel of its own has a speaker, what is mixed has one that is not known. */
const labelOf = (channel: number, channels: number): string =>
  channels === 1 ? 'speaker_unknown' : `speaker_${channel}`;

const UNSUPPORTED = 'the audio must be WAV with mu-law, A-law, PCM or floating-point samples, of one to eight channels';

/**
 * Transcribes each channel by itself; the results are in time order. Memory does not grow with the length of the file.
 * @throws the reason of `signal`, which is looked at every few seconds of audio
 */
export const transcribe = async (engine: Engine, file: FileHandle, signal: AbortSignal): Promise<Transcription> => {
  const info = await readWav(file);
  if (!info || !canDecode(info)) return { kind: 'Unsupported', message: UNSUPPORTED };
  const { channels, sampleRate } = info;
  const recognize = (samples: Float32Array): string => engine.recognize(samples);
  const listeners = Array.from({ length: channels }, (_, channel) =>
    createListener({ sampleRate, recognize, detector: engine.detector(channel) }),
  );
  const results: Utterance[] = [];
  const add = (heard: readonly Heard[], channel: number): void => {
    const speakerLabel = labelOf(channel, channels);
    for (const { text, ...times } of heard) results.push({ speakerLabel, transcript: text, ...times, channel });
  };
  for await (const samples of readFrames(file, info)) {
    for (const [channel, listener] of listeners.entries()) {
      signal.throwIfAborted();
      add(listener.push(samples[channel] ?? new Float32Array()), channel);
    }
  }
  for (const [channel, listener] of listeners.entries()) add(listener.end(), channel);
  return {
    kind: 'Done',
    results: results.toSorted((a, b) => a.startTimeMs - b.startTimeMs || a.channel - b.channel),
    audioMs: info.durationMs,
  };
};
