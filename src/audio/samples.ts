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

/** The sample at a byte offset. */
type ReadSample = (bytes: Buffer, offset: number) => number;

const READERS: Readonly<Record<string, ReadSample>> = {
  mulaw: (bytes, offset) => MULAW[bytes[offset] ?? 0xff] ?? 0,
  alaw: (bytes, offset) => ALAW[bytes[offset] ?? 0xd5] ?? 0,
  pcm8: (bytes, offset) => ((bytes[offset] ?? 128) - 128) / 128,
  pcm16: (bytes, offset) => bytes.readInt16LE(offset) / 32_768,
  pcm24: (bytes, offset) => bytes.readIntLE(offset, 3) / 8_388_608,
  pcm32: (bytes, offset) => bytes.readInt32LE(offset) / 2_147_483_648,
  float32: (bytes, offset) => bytes.readFloatLE(offset),
};

export const canDecode = ({ codec, channels }: WavInfo): boolean => codec in READERS && channels > 0;

/** The samples of whole frames, one array a channel. @throws CallscribeError `CSC_MEDIA_UNSUPPORTED` */
export const decodeFrames = (bytes: Buffer, { codec, channels, blockAlign }: WavInfo): readonly Float32Array[] => {
  const read = READERS[codec];
  if (!read || channels === 0)
    throw new CallscribeError('CSC_MEDIA_UNSUPPORTED', `WAV with ${codec} cannot be decoded`);
  const frames = Math.floor(bytes.length / blockAlign);
  const width = blockAlign / channels;
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(frames);
    for (let frame = 0; frame < frames; frame += 1) samples[frame] = read(bytes, frame * blockAlign + channel * width);
    return samples;
  });
};

/** Eight seconds of telephone audio: memory stays small for hours of it. */
const FRAMES_AT_ONCE = 65_536;

/** Reads a file piece by piece, so that memory does not grow with its length. */
export const readFrames = async function* (file: FileHandle, info: WavInfo): AsyncGenerator<readonly Float32Array[]> {
  const bytes = Buffer.alloc(FRAMES_AT_ONCE * info.blockAlign);
  for (let position = 0; position < info.dataBytes; position += bytes.length) {
    const length = Math.min(bytes.length, info.dataBytes - position);
    const { bytesRead } = await file.read(bytes, 0, length, info.dataOffset + position);
    yield decodeFrames(bytes.subarray(0, bytesRead), info);
    if (bytesRead < length) return;
  }
};
