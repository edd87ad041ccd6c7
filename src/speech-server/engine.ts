/**
 * The models at work: Silero VAD finds where there is speech, Moonshine writes it down. Every call blocks, so all of this belongs into
 * a worker thread.
 * @module
 */
import { createRequire } from 'node:module';
import { CallscribeError } from '../errors.ts';
import type { ModelPaths } from './models.ts';

/** Of what the engine is given, in Hz. */
export const ENGINE_RATE = 16_000;

/** Silero VAD, version 5, takes this many samples at a time. */
export const DETECTOR_WINDOW = 512;

/** A stretch of speech, in samples from the start of the recording; `to` is not part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Finds speech in one channel. */
export interface SpeechDetector {
  /** Takes the next `DETECTOR_WINDOW` samples. @returns the stretches that ended by now */
  accept(window: Float32Array): readonly Span[];
  /** @returns the stretch that was still going on */
  end(): readonly Span[];
}

export interface Engine {
  /** The words of a stretch of speech; empty where there are none. */
  recognize(samples: Float32Array): string;
  /** The detector of a channel, made ready for another recording. There is one for each channel, so one recording at a time. */
  detector(channel: number): SpeechDetector;
}

/** The part of sherpa-onnx-node that is used; the package has no types of its own for it. */
interface SherpaOnnx {
  readonly OfflineRecognizer: new (config: object) => {
    createStream(): { acceptWaveform(input: { readonly sampleRate: number; readonly samples: Float32Array }): void };
    decode(stream: object): void;
    getResult(stream: object): { readonly text: string };
  };
  readonly Vad: new (config: object, bufferSeconds: number) => NativeVad;
}

interface NativeVad {
  acceptWaveform(samples: Float32Array): void;
  isDetected(): boolean;
  isEmpty(): boolean;
  front(): { readonly start: number; readonly samples: Float32Array };
  pop(): void;
  flush(): void;
  reset(): void;
}

/** From here on the detector cuts at the slightest pause: Moonshine degrades on long input. */
const LONG_SPEECH_SECONDS = 20;
/** And here it cuts without one, so that neither memory nor the time for one utterance grows without end. */
export const LONGEST_SPEECH_SECONDS = 25;
/** A pause this long ends an utterance; measured best on telephone calls. */
const PAUSE_SECONDS = 0.35;

const load = (): SherpaOnnx => {
  try {
    return createRequire(import.meta.url)('sherpa-onnx-node') as SherpaOnnx;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'MODULE_NOT_FOUND' ? 'the package is not installed' : 'its native part does not load';
    throw new CallscribeError('CSC_ENGINE_UNAVAILABLE', `sherpa-onnx-node: ${why}`, { cause: error });
  }
};

const createDetector = (vad: NativeVad): SpeechDetector => {
  const longest = Math.floor((LONGEST_SPEECH_SECONDS * ENGINE_RATE) / DETECTOR_WINDOW);
  let windowsOfSpeech = 0;
  const collect = (): readonly Span[] => {
    const spans: Span[] = [];
    for (; !vad.isEmpty(); vad.pop()) {
      const { start, samples } = vad.front();
      spans.push({ from: start, to: start + samples.length });
    }
    return spans;
  };
  return {
    accept: (window) => {
      vad.acceptWaveform(window);
      windowsOfSpeech = vad.isDetected() ? windowsOfSpeech + 1 : 0;
      if (windowsOfSpeech === longest) {
        vad.flush();
        windowsOfSpeech = 0;
      }
      return collect();
    },
    end: () => {
      vad.flush();
      return collect();
    },
  };
};

/** @throws CallscribeError `CSC_ENGINE_UNAVAILABLE` where the native addon is not there or does not load on this machine */
export const createEngine = ({ encoder, decoder, vad, tokens }: ModelPaths): Engine => {
  const sherpa = load();
  const recognizer = new sherpa.OfflineRecognizer({
    featConfig: { sampleRate: ENGINE_RATE, featureDim: 80 },
    modelConfig: { moonshine: { encoder, mergedDecoder: decoder }, tokens, numThreads: 1, provider: 'cpu', debug: 0 },
  });
  const sileroVad = {
    model: vad,
    threshold: 0.5,
    minSilenceDuration: PAUSE_SECONDS,
    minSpeechDuration: 0.1,
    maxSpeechDuration: LONG_SPEECH_SECONDS,
    windowSize: DETECTOR_WINDOW,
  };
  const createVad = (): NativeVad =>
    new sherpa.Vad({ sileroVad, sampleRate: ENGINE_RATE, numThreads: 1, debug: 0 }, LONGEST_SPEECH_SECONDS + 5);
  // Kept, because each one holds 10 MB that the garbage collector does not see.
  const vads: NativeVad[] = [];

  return {
    recognize: (samples) => {
      // Of nothing the recogniser makes an error message on stderr.
      if (samples.length === 0) return '';
      const stream = recognizer.createStream();
      stream.acceptWaveform({ sampleRate: ENGINE_RATE, samples });
      recognizer.decode(stream);
      return recognizer.getResult(stream).text.trim();
    },
    detector: (channel) => {
      const own = (vads[channel] ??= createVad());
      own.reset();
      return createDetector(own);
    },
  };
};
