/**
 * As much of WAV as is needed to measure a file by its samples and to put two mono files side by side. Reads the few bytes
 * that it needs, never the whole file.
 * @module
 */
import type { FileHandle } from 'node:fs/promises';

export interface WavInfo {
  /** `pcm16`, `mulaw`, `alaw`, `float32`, or `wav-` and the number of the format. */
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** Bytes of one sample of all channels. */
  readonly blockAlign: number;
  readonly bitsPerSample: number;
  readonly byteRate: number;
  /** Where the samples are. Clamped to the file: a header may announce more, or say that it does not know. */
  readonly dataOffset: number;
  readonly dataBytes: number;
  readonly durationMs: number;
}

const HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
/** The longest form of `fmt `: WAVE_FORMAT_EXTENSIBLE. */
const FORMAT_BYTES = 40;
/** More chunks than this before the samples is no WAV file of a telephone system. */
const MAX_CHUNKS = 64;

const EXTENSIBLE = 0xfffe;

/** Format numbers of RFC 2361. */
const codecOf = (tag: number, bits: number): string => {
  const named: Readonly<Record<number, string>> = { 1: `pcm${bits}`, 3: `float${bits}`, 6: 'alaw', 7: 'mulaw' };
  return named[tag] ?? `wav-${tag}`;
};

const readAt = async (file: FileHandle, length: number, position: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
};

interface Chunk {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Chunks up to and including `data`. */
const chunksOf = async (file: FileHandle, size: number): Promise<ReadonlyMap<string, Chunk>> => {
  const chunks = new Map<string, Chunk>();
  let position = HEAD_BYTES;
  while (chunks.size < MAX_CHUNKS && position + CHUNK_HEAD_BYTES <= size && !chunks.has('data')) {
    const head = await readAt(file, CHUNK_HEAD_BYTES, position);
    if (head.length < CHUNK_HEAD_BYTES) break;
    const name = head.toString('latin1', 0, 4);
    const announced = head.readUInt32LE(4);
    const offset = position + CHUNK_HEAD_BYTES;
    chunks.set(name, { name, offset, bytes: Math.min(announced, size - offset) });
    position = offset + announced + (announced % 2);
  }
  return chunks;
};

/** What the file says of itself; undefined for anything that is no WAV file with a format and samples. */
export const readWav = async (file: FileHandle): Promise<WavInfo | undefined> => {
  const { size } = await file.stat();
  const head = await readAt(file, HEAD_BYTES, 0);
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  const chunks = await chunksOf(file, size);
  const [format, data] = [chunks.get('fmt '), chunks.get('data')];
  if (!format || !data) return undefined;
  const fields = await readAt(file, Math.min(FORMAT_BYTES, format.bytes), format.offset);
  if (fields.length < 16) return undefined;

  const tag = fields.readUInt16LE(0);
  const realTag = tag === EXTENSIBLE && fields.length >= 26 ? fields.readUInt16LE(24) : tag;
  const byteRate = fields.readUInt32LE(8);
  if (byteRate === 0) return undefined;
  return {
    codec: codecOf(realTag, fields.readUInt16LE(14)),
    channels: fields.readUInt16LE(2),
    sampleRate: fields.readUInt32LE(4),
    byteRate,
    blockAlign: fields.readUInt16LE(12),
    bitsPerSample: fields.readUInt16LE(14),
    dataOffset: data.offset,
    dataBytes: data.bytes,
    durationMs: Math.round((data.bytes * 1000) / byteRate),
  };
};

/** What no sound is, byte by byte. */
const silenceOf = ({ codec, bitsPerSample }: WavInfo): number => {
  if (codec === 'mulaw') return 0xff;
  if (codec === 'alaw') return 0xd5;
  return codec.startsWith('pcm') && bitsPerSample === 8 ? 0x80 : 0;
};

const headerOf = (one: WavInfo, tag: number, dataBytes: number): Buffer => {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes + (dataBytes % 2), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(tag, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(one.sampleRate, 24);
  header.writeUInt32LE(one.byteRate * 2, 28);
  header.writeUInt16LE(one.blockAlign * 2, 32);
  header.writeUInt16LE(one.bitsPerSample, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
};

const TAGS: Readonly<Record<string, number>> = { pcm: 1, float: 3, alaw: 6, mulaw: 7 };

const tagOf = ({ codec }: WavInfo): number | undefined => TAGS[codec.replace(/\d+$/, '')];

/** True where the samples of both files can stand side by side in one. */
export const canJoin = (left: WavInfo, right: WavInfo): boolean =>
  tagOf(left) !== undefined &&
  left.channels === 1 &&
  right.channels === 1 &&
  left.codec === right.codec &&
  left.sampleRate === right.sampleRate &&
  left.blockAlign === right.blockAlign;

export interface WavFile {
  readonly file: FileHandle;
  readonly info: WavInfo;
}

const FRAMES_AT_ONCE = 32_768;

/** So many frames from `frame` on; silence where the file is over. */
const readFrames = async ({ file, info }: WavFile, frame: number, frames: number): Promise<Buffer> => {
  const wanted = frames * info.blockAlign;
  const start = frame * info.blockAlign;
  const length = Math.min(wanted, Math.max(0, info.dataBytes - start));
  const read = await readAt(file, length, info.dataOffset + start);
  return Buffer.concat([read, Buffer.alloc(wanted - read.length, silenceOf(info))]);
};

const interleave = (left: Buffer, right: Buffer, width: number): Buffer => {
  const both = Buffer.alloc(left.length * 2);
  for (let offset = 0; offset < left.length; offset += width) {
    left.copy(both, offset * 2, offset, offset + width);
    right.copy(both, offset * 2 + width, offset, offset + width);
  }
  return both;
};

const framesOf = ({ info }: WavFile): number => Math.floor(info.dataBytes / info.blockAlign);

/**
 * Writes two mono files into one stereo file: `left` is channel 0, `right` channel 1, the shorter one ends in silence. Yields
 * the bytes of the stereo file in order; nothing is decoded, so nothing is lost.
 */
export const joined = async function* (left: WavFile, right: WavFile): AsyncGenerator<Buffer> {
  const { info } = left;
  const frames = Math.max(framesOf(left), framesOf(right));
  yield headerOf(info, tagOf(info) ?? 1, frames * info.blockAlign * 2);
  for (let frame = 0; frame < frames; frame += FRAMES_AT_ONCE) {
    const count = Math.min(FRAMES_AT_ONCE, frames - frame);
    const [ofLeft, ofRight] = await Promise.all([readFrames(left, frame, count), readFrames(right, frame, count)]);
    yield interleave(ofLeft, ofRight, info.blockAlign);
  }
};
