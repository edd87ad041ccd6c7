/**
 * Samples of WAV files as numbers from -1 to 1.
 * @module
 */
import type { FileHandle } from 'node:fs/promises';
import { CallscribeError } from '../errors.ts';
import type { WavInfo } from './wav.ts';

/** ITU-T G.711: 8 bits hold a sign, a segment and a step, all inverted. */
const decodeMulaw = (byte: number): number => {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4);
  return (value & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32_768;
};

/** ITU-T G.711: even bits inverted; the first segment is linear. */
const decodeAlaw = (byte: number): number => {
  const value = byte ^ 0x55;
  const segment = (value & 0x70) >> 4;
  const step = ((value & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (value & 0x80 ? magnitude : -magnitude) / 32_768;
};

const tableOf = (decode: (byte: number) => number): Float32Array =>
  Float32Array.from({ length: 256 }, (_, byte) => decode(byte));

const MULAW = tableOf(decodeMulaw);
const ALAW = tableOf(decodeAlaw);

/** Floating point may hold what is no sound; one such value would spoil all that is computed from its neighbours. */
const clamp = (value: number): number => (Number.isNaN(value) ? 0 : Math.min(1, Math.max(-1, value)));

interface Format {
  /** Bytes of one sample of one channel. */
  readonly bytes: number;
  /** The sample at a byte offset. */
  readonly read: (bytes: Buffer, offset: number) => number;
}

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['mulaw', { bytes: 1, read: (bytes, offset) => MULAW[bytes[offset] ?? 0xff] ?? 0 }],
  ['alaw', { bytes: 1, read: (bytes, offset) => ALAW[bytes[offset] ?? 0xd5] ?? 0 }],
  ['pcm8', { bytes: 1, read: (bytes, offset) => ((bytes[offset] ?? 128) - 128) / 128 }],
  ['pcm16', { bytes: 2, read: (bytes, offset) => bytes.readInt16LE(offset) / 32_768 }],
  ['pcm24', { bytes: 3, read: (bytes, offset) => bytes.readIntLE(offset, 3) / 8_388_608 }],
  ['pcm32', { bytes: 4, read: (bytes, offset) => bytes.readInt32LE(offset) / 2_147_483_648 }],
  ['float32', { bytes: 4, read: (bytes, offset) => clamp(bytes.readFloatLE(offset)) }],
  ['float64', { bytes: 8, read: (bytes, offset) => clamp(bytes.readDoubleLE(offset)) }],
]);

/** Sides of a call, or of a conference; each one costs memory. */
const MAX_CHANNELS = 8;
/** Less holds no speech, more is no sound card. */
const [MIN_RATE, MAX_RATE] = [4000, 192_000];

const problemOf = ({ codec, channels, blockAlign, sampleRate }: WavInfo): string | undefined => {
  const format = FORMATS.get(codec);
  if (!format) return `WAV with ${codec} cannot be decoded`;
  if (channels < 1 || channels > MAX_CHANNELS) return `WAV with ${channels} channels cannot be decoded`;
  if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) return `WAV at ${sampleRate} Hz cannot be decoded`;
  return blockAlign === channels * format.bytes ? undefined : 'the header of the WAV file contradicts itself';
};

/** False for other codecs, and for headers that make no sense. */
export const canDecode = (info: WavInfo): boolean => problemOf(info) === undefined;

/** @throws CallscribeError `CSC_MEDIA_UNSUPPORTED` where `canDecode` is false */
const formatOf = (info: WavInfo): Format => {
  const format = FORMATS.get(info.codec);
  const problem = problemOf(info);
  if (!format || problem !== undefined) throw new CallscribeError('CSC_MEDIA_UNSUPPORTED', problem ?? '');
  return format;
};

/** The samples of whole frames, one array a channel. @throws CallscribeError `CSC_MEDIA_UNSUPPORTED` */
export const decodeFrames = (bytes: Buffer, info: WavInfo): readonly Float32Array[] => {
  const format = formatOf(info);
  const frames = Math.floor(bytes.length / info.blockAlign);
  return Array.from({ length: info.channels }, (_, channel) => {
    const samples = new Float32Array(frames);
    let offset = channel * format.bytes;
    for (let frame = 0; frame < frames; frame += 1, offset += info.blockAlign)
      samples[frame] = format.read(bytes, offset);
    return samples;
  });
};

/** Eight seconds of telephone audio: memory stays small for hours of it. */
const FRAMES_AT_ONCE = 65_536;

/**
 * Reads a file piece by piece, so that memory does not grow with its length.
 * @throws CallscribeError `CSC_MEDIA_UNSUPPORTED`
 */
export const readFrames = async function* (file: FileHandle, info: WavInfo): AsyncGenerator<readonly Float32Array[]> {
  formatOf(info);
  const bytes = Buffer.alloc(FRAMES_AT_ONCE * info.blockAlign);
  for (let position = 0; position < info.dataBytes; position += bytes.length) {
    const length = Math.min(bytes.length, info.dataBytes - position);
    const { bytesRead } = await file.read(bytes, 0, length, info.dataOffset + position);
    yield decodeFrames(bytes.subarray(0, bytesRead), info);
    if (bytesRead < length) return;
  }
};
