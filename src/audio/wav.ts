/**
 * The header of WAV files (RIFF, Microsoft's "Multimedia Programming Interface" of 1991, and its extensible format). Reads the few
 * bytes that it needs, never the whole file.
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
  /** How many bytes of samples the header announces and the file does not have. 0 where the header does not know their number. */
  readonly missingBytes: number;
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

/** Codecs without compression over time: each frame has the same size, so counting frames is exact. */
const COUNTABLE = /^(?:pcm|float|alaw|mulaw)/;

const readAt = async (file: FileHandle, length: number, position: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
};

interface Chunk {
  readonly offset: number;
  readonly bytes: number;
  readonly announced: number;
}

/** Writers that stream put the largest number there, or one near to it. */
const UNKNOWN_BYTES = 0x7ffffff0;

const missingBytesOf = ({ announced, bytes }: Chunk): number =>
  announced < UNKNOWN_BYTES ? Math.max(0, announced - bytes) : 0;

/** Chunks up to and including `data`. A file that was written as a stream may say 0 for the length of everything. */
const chunksOf = async (file: FileHandle, size: number, isStream: boolean): Promise<ReadonlyMap<string, Chunk>> => {
  const chunks = new Map<string, Chunk>();
  let position = HEAD_BYTES;
  for (let count = 0; count < MAX_CHUNKS && !chunks.has('data'); count += 1) {
    const head = await readAt(file, CHUNK_HEAD_BYTES, position);
    if (head.length < CHUNK_HEAD_BYTES) break;
    const name = head.toString('latin1', 0, 4);
    const announced = head.readUInt32LE(4);
    const offset = position + CHUNK_HEAD_BYTES;
    const isUnknown = isStream && name === 'data' && announced === 0;
    chunks.set(name, { offset, announced, bytes: Math.min(isUnknown ? size : announced, size - offset) });
    position = offset + announced + (announced % 2);
  }
  return chunks;
};

const durationMsOf = (info: Omit<WavInfo, 'durationMs'>): number => {
  const { codec, dataBytes, blockAlign, sampleRate, byteRate } = info;
  // Some writers get the byte rate wrong; where frames can be counted it is not needed.
  const isExact = COUNTABLE.test(codec) && blockAlign > 0 && sampleRate > 0;
  return Math.round(isExact ? (Math.floor(dataBytes / blockAlign) * 1000) / sampleRate : (dataBytes * 1000) / byteRate);
};

/** What the payload of `fmt ` says about the samples of `data`; undefined where it is none. */
const infoOf = (fields: Buffer, data: Chunk): WavInfo | undefined => {
  if (fields.length < 16) return undefined;
  const tag = fields.readUInt16LE(0);
  const realTag = tag === EXTENSIBLE && fields.length >= 26 ? fields.readUInt16LE(24) : tag;
  const info = {
    codec: codecOf(realTag, fields.readUInt16LE(14)),
    channels: fields.readUInt16LE(2),
    sampleRate: fields.readUInt32LE(4),
    byteRate: fields.readUInt32LE(8),
    blockAlign: fields.readUInt16LE(12),
    bitsPerSample: fields.readUInt16LE(14),
    dataOffset: data.offset,
    dataBytes: data.bytes,
    missingBytes: missingBytesOf(data),
  };
  const durationMs = durationMsOf(info);
  return Number.isFinite(durationMs) ? { ...info, durationMs } : undefined;
};

/**
 * What the file says of itself; undefined for anything that is no WAV file with a format and samples.
 * @param wholeSize length of the whole file, where only its beginning is there
 */
export const readWav = async (file: FileHandle, wholeSize?: number): Promise<WavInfo | undefined> => {
  const size = wholeSize ?? (await file.stat()).size;
  const head = await readAt(file, HEAD_BYTES, 0);
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  const chunks = await chunksOf(file, size, head.readUInt32LE(4) === 0);
  const [format, data] = [chunks.get('fmt '), chunks.get('data')];
  if (!format || !data) return undefined;
  return infoOf(await readAt(file, Math.min(FORMAT_BYTES, format.bytes), format.offset), data);
};
