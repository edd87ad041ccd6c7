/**
 * What a file really is, found out from its bytes: the type that a server names is not to be relied on, and money depends
 * on the length.
 * @module
 */
import type { FileHandle } from 'node:fs/promises';
import { parseFile } from 'music-metadata';
import { CallscribeError } from '../../errors.ts';
import type { Audio } from '../types.ts';
import { readWav } from '../../audio/wav.ts';

export type Measured = Pick<Audio, 'contentType' | 'codec' | 'channels' | 'sampleRate' | 'durationMs'>;

const SNIFFED_BYTES = 16;

/** First bytes of the containers that Genesys can transcode to, and of FLAC and MP4, which may come from a batch download. */
const SIGNATURES: readonly { readonly type: string; readonly at: number; readonly bytes: string }[] = [
  { type: 'audio/wav', at: 8, bytes: 'WAVE' },
  { type: 'audio/ogg', at: 0, bytes: 'OggS' },
  { type: 'audio/webm', at: 0, bytes: '\u001A\u0045\u00DF\u00A3' },
  { type: 'audio/mpeg', at: 0, bytes: 'ID3' },
  { type: 'audio/flac', at: 0, bytes: 'fLaC' },
  { type: 'audio/mp4', at: 4, bytes: 'ftyp' },
];

/** An MPEG frame begins with eleven set bits, and a layer that is not the reserved one. */
const isMPEGFrame = (head: Buffer): boolean =>
  head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0 && ((head[1] ?? 0) & 0x06) !== 0;

/** The media type by the first bytes of a file; undefined for what is no audio container that we know. */
export const sniff = (head: Buffer): string | undefined => {
  const found = SIGNATURES.find(({ at, bytes }) => head.toString('latin1', at, at + bytes.length) === bytes);
  return found?.type ?? (isMPEGFrame(head) ? 'audio/mpeg' : undefined);
};

const CODECS: readonly (readonly [RegExp, string])[] = [
  [/opus/i, 'opus'],
  [/vorbis/i, 'vorbis'],
  [/layer ?3/i, 'mp3'],
  [/flac/i, 'flac'],
  [/aac|mp4a/i, 'aac'],
];

const codecName = (text: string): string => CODECS.find(([pattern]) => pattern.test(text))?.[1] ?? text.toLowerCase();

const unsupported = (why: string): CallscribeError => new CallscribeError('CSC_MEDIA_UNSUPPORTED', why);

/** Some recorders are off by a block or two at the end. */
const TOLERATED_MS = 100;

const measureWav = async (file: FileHandle): Promise<Measured> => {
  const info = await readWav(file);
  if (!info) throw unsupported('the file begins like WAV, but has no samples that can be read');
  const { codec, channels, sampleRate, durationMs, missingBytes, byteRate } = info;
  if (durationMs > 0 && missingBytes * 1000 > byteRate * TOLERATED_MS) {
    const message = `the header announces ${missingBytes} bytes of sound more than the file has`;
    throw new CallscribeError('CSC_MEDIA_INCOMPLETE', message);
  }
  return { contentType: 'audio/wav', codec, channels, sampleRate, durationMs };
};

const measureOther = async (path: string, contentType: string): Promise<Measured> => {
  const metadata = await parseFile(path, { duration: true, skipCovers: true }).catch(() => undefined);
  const { codec, numberOfChannels, sampleRate, duration } = metadata?.format ?? {};
  if (numberOfChannels === undefined || sampleRate === undefined || duration === undefined) {
    throw unsupported(`the length or the channels of a file of ${contentType} cannot be found out`);
  }
  const durationMs = Math.round(duration * 1000);
  return { contentType, codec: codecName(codec ?? 'unknown'), channels: numberOfChannels, sampleRate, durationMs };
};

/**
 * Measures a file: WAV by its samples, anything else by its container.
 *
 * @param file the file at `path`, open for reading
 * @throws CallscribeError `CSC_MEDIA_UNSUPPORTED` where it is no audio that can be measured, `CSC_MEDIA_EMPTY` where it holds none,
 * `CSC_MEDIA_INCOMPLETE` where a part of it is missing
 */
export const measure = async (path: string, file: FileHandle): Promise<Measured> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
  const contentType = sniff(buffer.subarray(0, bytesRead));
  if (contentType === undefined) throw unsupported('the file is no audio of a known kind');
  const measured = contentType === 'audio/wav' ? await measureWav(file) : await measureOther(path, contentType);
  if (measured.durationMs === 0 || measured.channels === 0) {
    throw new CallscribeError('CSC_MEDIA_EMPTY', 'the file has no audio in it');
  }
  return measured;
};
