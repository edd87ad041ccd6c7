/**
 * The speech engine: voice activity detection cuts a channel into utterances, Moonshine writes each of them down. Everything here
 * blocks, so it runs in a worker thread.
 * @module
 */
import { createRequire } from 'node:module';
import { resample } from '../audio/resample.ts';
import type { ModelPaths } from './models.ts';

/** The part of sherpa-onnx-node that is used; the package has no types of its own for it. */
interface SherpaOnnx {
  readonly OfflineRecognizer: new (config: object) => {
    createStream(): { acceptWaveform(input: { readonly sampleRate: number; readonly samples: Float32Array }): void };
    decode(stream: object): void;
    getResult(stream: object): { readonly text: string };
  };
  readonly Vad: new (
    config: object,
    bufferSeconds: number,
  ) => {
    acceptWaveform(samples: Float32Array): void;
    isEmpty(): boolean;
    front(): { readonly start: number; readonly samples: Float32Array };
    pop(): void;
    flush(): void;
  };
}

export interface Heard {
  readonly text: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
}

export interface Engine {
  /** What is said on one channel, in time order. */
  transcribe(samples: Float32Array, sampleRate: number): readonly Heard[];
}

const RATE = 16_000;
/** Silero VAD, version 5, takes this many samples at a time. */
const WINDOW = 512;
/** Moonshine degrades on long input. */
const LONGEST_SPEECH_SECONDS = 20;
/** A pause this long ends an utterance; measured best on telephone calls. */
const PAUSE_SECONDS = 0.35;
/** Detection cuts into soft onsets and endings. */
const PADDING_SAMPLES = 0.2 * RATE;

const toMs = (sample: number): number => Math.round((sample * 1000) / RATE);

/** @throws Error where the native addon does not load on this machine (it needs glibc 2.32) */
export const createEngine = ({ encoder, decoder, vad, tokens }: ModelPaths): Engine => {
  const sherpa = createRequire(import.meta.url)('sherpa-onnx-node') as SherpaOnnx;
  const recognizer = new sherpa.OfflineRecognizer({
    featConfig: { sampleRate: RATE, featureDim: 80 },
    modelConfig: { moonshine: { encoder, mergedDecoder: decoder }, tokens, numThreads: 1, provider: 'cpu', debug: 0 },
  });

  const recognize = (samples: Float32Array): string => {
    const stream = recognizer.createStream();
    stream.acceptWaveform({ sampleRate: RATE, samples });
    recognizer.decode(stream);
    return recognizer.getResult(stream).text.trim();
  };

  const detect = (samples: Float32Array): { readonly from: number; readonly to: number }[] => {
    const detector = new sherpa.Vad(
      {
        sileroVad: {
          model: vad,
          threshold: 0.5,
          minSilenceDuration: PAUSE_SECONDS,
          minSpeechDuration: 0.1,
          maxSpeechDuration: LONGEST_SPEECH_SECONDS,
          windowSize: WINDOW,
        },
        sampleRate: RATE,
        numThreads: 1,
        debug: 0,
      },
      2 * LONGEST_SPEECH_SECONDS,
    );
    const found: { from: number; to: number }[] = [];
    const collect = (): void => {
      for (; !detector.isEmpty(); detector.pop()) {
        const { start, samples: speech } = detector.front();
        found.push({ from: start, to: start + speech.length });
      }
    };
    for (let position = 0; position + WINDOW <= samples.length; position += WINDOW) {
      detector.acceptWaveform(samples.subarray(position, position + WINDOW));
      collect();
    }
    detector.flush();
    collect();
    return found;
  };

  return {
    transcribe: (samples, sampleRate) => {
      const speech = resample(samples, sampleRate, RATE);
      return detect(speech).flatMap(({ from, to }) => {
        const padded = speech.slice(Math.max(0, from - PADDING_SAMPLES), Math.min(speech.length, to + PADDING_SAMPLES));
        const text = padded.length > 0 ? recognize(padded) : '';
        return text === '' ? [] : [{ text, startTimeMs: toMs(from), endTimeMs: toMs(Math.min(to, speech.length)) }];
      });
    },
  };
};
