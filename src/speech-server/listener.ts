/**
 * Listens to one channel: the sound goes in piece by piece, and each utterance comes out soon after it ended. Only the last half
 * minute is kept, so hours of audio need no more memory than a minute.
 * @module
 */
import { createHistory } from '../audio/history.ts';
import { createResampler } from '../audio/resample.ts';
import { DETECTOR_WINDOW, ENGINE_RATE, LONGEST_SPEECH_SECONDS, type Span, type SpeechDetector } from './engine.ts';

export interface Heard {
  readonly text: string;
  /** Whole milliseconds from the start of the recording. */
  readonly startTimeMs: number;
  readonly endTimeMs: number;
}

export interface Listener {
  /** @returns the utterances that ended by now, in time order */
  push(samples: Float32Array): readonly Heard[];
  /** @returns the last ones */
  end(): readonly Heard[];
}

export interface ListenerOptions {
  readonly sampleRate: number;
  readonly detector: SpeechDetector;
  readonly recognize: (samples: Float32Array) => string;
}

/** Detection cuts into soft onsets and endings. */
const PADDING = 0.2 * ENGINE_RATE;
/** The longest stretch of speech, with what the detector and the padding put before it. */
const CAPACITY = (LONGEST_SPEECH_SECONDS + 5) * ENGINE_RATE;

const toMs = (sample: number): number => Math.round((sample * 1000) / ENGINE_RATE);

export const createListener = ({ sampleRate, detector, recognize }: ListenerOptions): Listener => {
  const resampler = createResampler(sampleRate, ENGINE_RATE);
  const history = createHistory(CAPACITY);
  let [detected, lastTo, length] = [0, 0, Number.POSITIVE_INFINITY];

  const write = ({ from, to }: Span): readonly Heard[] => {
    // Not into the utterance before: its last word would be written twice.
    const text = recognize(history.slice(Math.max(lastTo, from - PADDING), Math.min(length, to + PADDING)));
    lastTo = to;
    return text === '' ? [] : [{ text, startTimeMs: toMs(from), endTimeMs: toMs(Math.min(to, length)) }];
  };

  const hear = (speech: Float32Array): readonly Heard[] => {
    const heard: Heard[] = [];
    for (let offset = 0; offset < speech.length; offset += DETECTOR_WINDOW) {
      history.add(speech.subarray(offset, offset + DETECTOR_WINDOW));
      for (; detected + DETECTOR_WINDOW <= history.length; detected += DETECTOR_WINDOW) {
        heard.push(...detector.accept(history.slice(detected, detected + DETECTOR_WINDOW)).flatMap(write));
      }
    }
    return heard;
  };

  return {
    push: (samples) => hear(resampler.push(samples)),
    end: () => {
      const last = hear(resampler.end());
      length = history.length;
      // What is left fills no window; with silence it does.
      const rest = length > detected ? hear(new Float32Array(detected + DETECTOR_WINDOW - length)) : [];
      return [...last, ...rest, ...detector.end().flatMap(write)];
    },
  };
};
