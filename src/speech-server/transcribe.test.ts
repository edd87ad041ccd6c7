import { describe, expect, it } from 'vitest';
import { encodeWav, wavAround } from '../../test/audio/encode.ts';
import { withFile } from '../audio/test-files.ts';
import { DETECTOR_WINDOW, ENGINE_RATE, type Engine, type SpeechDetector } from './engine.ts';
import { transcribe, type Transcription } from './transcribe.ts';

/** Speech is what is loud; what is said is how loud it is. */
const loudnessEngine = (): Engine & { readonly detectors: number[] } => {
  const detectors: number[] = [];
  const isLoud = (window: Float32Array): boolean => Math.abs(window[DETECTOR_WINDOW / 2] ?? 0) > 0.05;
  const createDetector = (): SpeechDetector => {
    let [position, from] = [0, -1];
    const end = () => {
      const span = from < 0 ? [] : [{ from, to: position }];
      from = -1;
      return span;
    };
    return {
      accept: (window) => {
        const loud = isLoud(window);
        if (loud && from < 0) from = position;
        const spans = loud ? [] : end();
        position += DETECTOR_WINDOW;
        return spans;
      },
      end,
    };
  };
  return {
    detectors,
    recognize: (samples) => `level ${(samples[samples.length / 2] ?? 0).toFixed(1)}`,
    detector: (channel) => {
      detectors.push(channel);
      return createDetector();
    },
  };
};

const run = (bytes: Buffer, signal = new AbortController().signal, engine = loudnessEngine()): Promise<Transcription> =>
  withFile(bytes, (file) => transcribe(engine, file, signal));

/** Silence with a level between two times, at 16 kHz. */
const sound = (level: number, fromMs: number, toMs: number, lengthMs = 4096): Float32Array =>
  new Float32Array((lengthMs * ENGINE_RATE) / 1000).fill(
    level,
    (fromMs * ENGINE_RATE) / 1000,
    (toMs * ENGINE_RATE) / 1000,
  );

describe('transcribe', () => {
  it('hears each channel by itself and puts all in the order of time', async () => {
    const [customer, agent] = [sound(0.5, 2048, 3072), sound(0.3, 512, 1536)];
    expect(await run(encodeWav([customer, agent], { sampleRate: ENGINE_RATE }))).toEqual({
      kind: 'Done',
      audioMs: 4096,
      results: [
        { speakerLabel: 'speaker_1', transcript: 'level 0.3', startTimeMs: 512, endTimeMs: 1536, channel: 1 },
        { speakerLabel: 'speaker_0', transcript: 'level 0.5', startTimeMs: 2048, endTimeMs: 3072, channel: 0 },
      ],
    });
  });

  it('puts what begins at the same time in the order of the channels', async () => {
    const both = [sound(0.5, 512, 1024), sound(0.3, 512, 1024)];
    const result = await run(encodeWav(both, { sampleRate: ENGINE_RATE }));
    expect(result.kind === 'Done' && result.results.map(({ channel }) => channel)).toEqual([0, 1]);
  });

  it('does not pretend to know who speaks on a single channel', async () => {
    const result = await run(encodeWav([sound(0.5, 1024, 2048)], { sampleRate: ENGINE_RATE }));
    expect(result.kind === 'Done' && result.results).toMatchObject([{ speakerLabel: 'speaker_unknown', channel: 0 }]);
  });

  it.each([
    ['an empty file', wavAround(Buffer.alloc(0)), 0],
    ['silence', encodeWav([sound(0, 0, 0), sound(0, 0, 0)], { sampleRate: ENGINE_RATE }), 4096],
    ['less than a window', wavAround(Buffer.alloc(80, 0xff)), 10],
  ])('hears nothing in %s', async (_name, bytes, audioMs) => {
    expect(await run(bytes)).toEqual({ kind: 'Done', results: [], audioMs });
  });

  it.each([
    ['no WAV file', Buffer.from('OggS and so on')],
    ['another codec', wavAround(Buffer.alloc(100), { tag: 0x31, byteRate: 1625, blockAlign: 65 })],
    ['a header that makes no sense', wavAround(Buffer.alloc(100), { blockAlign: 0 })],
    ['too many channels', wavAround(Buffer.alloc(100), { channels: 100 })],
  ])('says that it does not know %s', async (_name, bytes) => {
    const engine = loudnessEngine();
    expect(await run(bytes, undefined, engine)).toMatchObject({ kind: 'Unsupported' });
    expect(engine.detectors).toEqual([]);
  });

  it('gives up when nobody waits for it any more', async () => {
    const client = new AbortController();
    const engine = loudnessEngine();
    const begin = (channel: number): SpeechDetector => {
      client.abort(new Error('gone'));
      return loudnessEngine().detector(channel);
    };
    const stopped = run(encodeWav([sound(0.5, 0, 4096)]), client.signal, { ...engine, detector: begin });
    await expect(stopped).rejects.toThrow('gone');
  });
});
