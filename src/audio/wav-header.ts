/**
 * The header of a WAV file that is written here.
 * @module
 */
import type { WavInfo } from './wav.ts';

const TAGS: Readonly<Record<string, number>> = { pcm: 1, float: 3, alaw: 6, mulaw: 7 };

const tagOf = ({ codec }: Pick<WavInfo, 'codec'>): number => TAGS[codec.replace(/\d+$/, '')] ?? 1;

export interface WavShape extends Pick<WavInfo, 'codec' | 'sampleRate' | 'bitsPerSample'> {
  readonly channels: number;
  /** Bytes of one sample of one channel. */
  readonly width: number;
}

/** What comes before `dataBytes` bytes of samples. */
export const wavHeader = (shape: WavShape, dataBytes: number): Buffer => {
  const { channels, width, sampleRate, bitsPerSample } = shape;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes + (dataBytes % 2), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(tagOf(shape), 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * width * channels, 28);
  header.writeUInt16LE(width * channels, 32);
  header.writeUInt16LE(bitsPerSample, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
};
