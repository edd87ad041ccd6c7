import { describe, expect, it } from 'vitest';
import { DETECTOR_WINDOW, ENGINE_RATE, LONGEST_SPEECH_SECONDS, type Span, type SpeechDetector } from './engine.ts';
import { createListener, type Heard } from './listener.ts';

/** Each sample of the sound is its own number, so that what reaches the recogniser tells where it is from. */
const numbered = (from: number, to: number): Float32Array =>
  Float32Array.from({ length: to - from }, (_, index) => from + index);

interface Listening {
  readonly heard: readonly Heard[];
  /** What the recogniser was given, first and last sample. */
  readonly given: readonly (readonly [number | undefined, number | undefined])[];
  readonly windows: readonly Float32Array[];
}

/** A detector that tells `spans` when it has heard so many windows; `Infinity` is at the end. */
const detectorThatTells = (spans: readonly (readonly [afterWindows: number, span: Span])[]) => {
  const windows: Float32Array[] = [];
  const told = (after: number): readonly Span[] => spans.filter(([when]) => when === after).map(([, span]) => span);
  const detector: SpeechDetector = {
    accept: (window) => {
      windows.push(window);
      return told(windows.length);
    },
    end: () => told(Number.POSITIVE_INFINITY),
  };
  return { detector, windows };
};

const listenTo = (
  pieces: readonly Float32Array[],
  spans: readonly (readonly [number, Span])[],
  words: (index: number) => string = (index) => `utterance ${index}`,
): Listening => {
  const given: (readonly [number | undefined, number | undefined])[] = [];
  const { detector, windows } = detectorThatTells(spans);
  const listener = createListener({
    sampleRate: ENGINE_RATE,
    detector,
    recognize: (samples) => {
      given.push([samples[0], samples.at(-1)]);
      return words(given.length - 1);
    },
  });
  const heard = [...pieces.flatMap((piece) => listener.push(piece)), ...listener.end()];
  return { heard, given, windows };
};

const PADDING = 3200;
const END = Number.POSITIVE_INFINITY;

describe('createListener', () => {
  it('gives the detector whole windows, whatever the pieces are, and fills the last one with silence', () => {
    const pieces = [numbered(0, 100), numbered(100, 1500), new Float32Array(), numbered(1500, 1600)];
    const { windows } = listenTo(pieces, []);
    expect(windows.map(({ length }) => length)).toEqual([
      DETECTOR_WINDOW,
      DETECTOR_WINDOW,
      DETECTOR_WINDOW,
      DETECTOR_WINDOW,
    ]);
    const all = windows.flatMap((window) => [...window]);
    expect(all.slice(0, 1600)).toEqual([...numbered(0, 1600)]);
    expect(all.slice(1600).every((sample) => sample === 0)).toBe(true);
  });

  it('hears nothing in nothing', () => {
    expect(listenTo([], [])).toEqual({ heard: [], given: [], windows: [] });
  });

  it('writes down what the detector tells, with some sound around it, at the times without', () => {
    const { heard, given } = listenTo([numbered(0, 64_000)], [[80, { from: 16_000, to: 32_000 }]]);
    expect(given).toEqual([[16_000 - PADDING, 32_000 + PADDING - 1]]);
    expect(heard).toEqual([{ text: 'utterance 0', startTimeMs: 1000, endTimeMs: 2000 }]);
  });

  it('pads neither beyond the ends nor into the utterance before', () => {
    const { given } = listenTo(
      [numbered(0, 32_000)],
      [
        [40, { from: 1000, to: 18_000 }],
        [END, { from: 19_000, to: 31_900 }],
      ],
    );
    expect(given).toEqual([
      [0, 20_479],
      [18_000, 31_999],
    ]);
  });

  it('ends no utterance after the sound', () => {
    const { heard } = listenTo([numbered(0, 16_100)], [[END, { from: 8000, to: 16_384 }]]);
    expect(heard).toEqual([{ text: 'utterance 0', startTimeMs: 500, endTimeMs: 1006 }]);
  });

  it('leaves out an utterance without words', () => {
    const spans = [
      [10, { from: 0, to: 2000 }],
      [20, { from: 5000, to: 8000 }],
    ] as const;
    const { heard } = listenTo([numbered(0, 16_000)], spans, (index) => (index === 0 ? '' : 'Hello?'));
    expect(heard.map(({ text }) => text)).toEqual(['Hello?']);
  });

  it('still has the whole of the longest utterance there is, hours into a call', () => {
    const hour = 3600 * ENGINE_RATE;
    const to = hour + LONGEST_SPEECH_SECONDS * ENGINE_RATE;
    const given: number[] = [];
    const { detector } = detectorThatTells([[Math.ceil(to / DETECTOR_WINDOW) + 7, { from: hour, to }]]);
    const listener = createListener({
      sampleRate: ENGINE_RATE,
      detector,
      recognize: ({ length }) => {
        given.push(length);
        return 'long';
      },
    });
    const minute = new Float32Array(60 * ENGINE_RATE);
    const heard = Array.from({ length: 62 }, () => listener.push(minute)).flat();
    expect(given).toEqual([LONGEST_SPEECH_SECONDS * ENGINE_RATE + 2 * PADDING]);
    expect(heard).toEqual([{ text: 'long', startTimeMs: 3_600_000, endTimeMs: 3_625_000 }]);
  });

  it('counts time in the rate of the recording', () => {
    const { detector } = detectorThatTells([[END, { from: 8000, to: 16_000 }]]);
    const listener = createListener({ sampleRate: 8000, detector, recognize: () => 'Hello?' });
    listener.push(new Float32Array(8000));
    expect(listener.end()).toEqual([{ text: 'Hello?', startTimeMs: 500, endTimeMs: 1000 }]);
  });
});
