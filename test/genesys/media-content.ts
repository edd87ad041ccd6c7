/**
 * The bytes of a recording as they are served. Fixtures are read once, however many recordings are made of them.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { extractChannel, parseWav, wavComment } from '../audio/wav.ts';
import type { WorldRecording } from './world.ts';

export interface Variant {
  /** As it was recorded, or transcoded to what was asked for. */
  readonly original: boolean;
  /** One channel of a WAV file. */
  readonly channel?: number;
}

/** Undefined where there is nothing to play. */
export type ReadContent = (recording: WorldRecording, variant: Variant) => Promise<Buffer | undefined>;

const channelOf = (bytes: Buffer, channel: number | undefined): Buffer => {
  const wav = channel === undefined ? undefined : parseWav(bytes);
  return wav && channel !== undefined ? extractChannel(wav, channel) : bytes;
};

const named = (bytes: Buffer, recordingId: string): Buffer => {
  if (!parseWav(bytes)) return bytes;
  const { head, tail } = wavComment(bytes.length, recordingId);
  return Buffer.concat([head, bytes.subarray(head.length), tail]);
};

export const createReadContent = (): ReadContent => {
  const files = new Map<string, Promise<Buffer>>();
  const fileOf = (path: string, channel: number | undefined): Promise<Buffer> => {
    const key = `${path}\n${channel ?? ''}`;
    const known = files.get(key) ?? readFile(path).then((bytes) => channelOf(bytes, channel));
    files.set(key, known);
    return known;
  };
  return async ({ recordingId, content, original = content }, variant) => {
    const source = variant.original ? original : content;
    if (source === undefined) return undefined;
    if (typeof source !== 'string') return channelOf(source, variant.channel);
    return named(await fileOf(source, variant.channel), recordingId);
  };
};

/** First bytes and what they stand for. */
const MAGIC: readonly (readonly [string, string])[] = [
  ['52494646', 'audio/wav'],
  ['4f676753', 'audio/ogg'],
  ['494433', 'audio/mpeg'],
  ['fffb', 'audio/mpeg'],
  ['1a45dfa3', 'video/webm'],
];

export const contentTypeOf = (bytes: Buffer): string => {
  const start = bytes.toString('hex', 0, 4);
  return MAGIC.find(([magic]) => start.startsWith(magic))?.[1] ?? 'application/octet-stream';
};
