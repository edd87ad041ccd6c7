/**
 * Reads the multipart request of the generic contract: the audio goes to a file, the configuration is small.
 * @module
 */
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { Refusal } from './refusal.ts';
import { openSpoolFile } from './spool.ts';

export interface Upload {
  /** The audio. The caller closes it. */
  readonly file: FileHandle;
  readonly languageCode: string;
}

const MAX_CONFIG_BYTES = 65_536;

const malformed = (message: string): Refusal => new Refusal(400, 'malformed', message);

/** The other fields of the contract choose between what this engine does not have: it has one model and tells no voices apart. */
const languageOf = (text: string): string => {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw malformed('the part "config" is not JSON');
  }
  const { languageCode } = (config ?? {}) as { readonly languageCode?: unknown };
  if (typeof languageCode !== 'string') throw malformed('config.languageCode must be a string');
  return languageCode;
};

const tooLarge = (maxBytes: number): Refusal =>
  new Refusal(413, 'too_large', `the audio is larger than ${maxBytes} bytes`);

const createParser = ({ headers }: IncomingMessage, maxBytes: number): InstanceType<typeof Busboy> => {
  if (!headers['content-type']?.startsWith('multipart/form-data'))
    throw malformed('the body must be multipart/form-data');
  if (Number(headers['content-length'] ?? 0) > maxBytes + MAX_CONFIG_BYTES) throw tooLarge(maxBytes);
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: { files: 4, parts: 8, fieldSize: MAX_CONFIG_BYTES, fileSize: maxBytes },
    });
  } catch {
    throw malformed('the multipart header has no usable boundary');
  }
};

/** Not to be destroyed when its reader gives up: the parser goes on only when each part is read to its end. */
const chunksOf = (stream: Readable): AsyncIterable<Buffer> =>
  stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;

const storageFailed = (cause: NodeJS.ErrnoException): Refusal =>
  cause.code === 'ENOSPC'
    ? new Refusal(507, 'storage_full', 'there is no space left for the audio', { cause })
    : new Refusal(500, 'storage_failed', 'the audio could not be stored', { cause });

/** The parser says on the stream itself when it cut off what is beyond the limit. */
type FileStream = Readable & { readonly truncated?: boolean };

const save = async (stream: FileStream, file: FileHandle, maxBytes: number): Promise<void> => {
  try {
    for await (const chunk of chunksOf(stream)) {
      await file.writeFile(chunk).catch((error: NodeJS.ErrnoException) => {
        throw storageFailed(error);
      });
    }
  } finally {
    stream.resume();
  }
  if (stream.truncated) throw tooLarge(maxBytes);
};

const tooLong = (): Refusal => malformed(`the part "config" is longer than ${MAX_CONFIG_BYTES} bytes`);

const readShort = async (stream: Readable): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(stream)) {
    bytes += chunk.length;
    if (bytes <= MAX_CONFIG_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_CONFIG_BYTES) throw tooLong();
  return Buffer.concat(chunks).toString('utf8');
};

/** The promises are looked at when the whole body is there; until then a failure must not count as unhandled. */
const inTime = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

class Parts {
  #audio: Promise<void> | undefined;
  #config: Promise<string> | undefined;
  #isDoubled = false;

  constructor(parser: InstanceType<typeof Busboy>, file: FileHandle, maxBytes: number) {
    parser.on('file', (name: string, stream: FileStream) => {
      if (name === 'audio' && !this.#audio) this.#audio = inTime(save(stream, file, maxBytes));
      // Some clients send a file name with every part.
      else if (name === 'config') this.#keepConfig(readShort(stream));
      else {
        this.#isDoubled ||= name === 'audio';
        stream.resume();
      }
    });
    parser.on('field', (name: string, value: string, _nameIsCut: boolean, isCut: boolean) => {
      if (name === 'config') this.#keepConfig(isCut ? Promise.reject(tooLong()) : Promise.resolve(value));
    });
  }

  #keepConfig(config: Promise<string>): void {
    this.#isDoubled ||= this.#config !== undefined;
    this.#config = inTime(config);
  }

  /** To be called when the body has been read. @returns the configuration */
  async finish(): Promise<string> {
    if (!this.#audio) throw malformed('the part "audio" is missing, or is no file');
    await this.#audio;
    if (!this.#config) throw malformed('the part "config" is missing');
    if (this.#isDoubled) throw malformed('a part is there more than once');
    return this.#config;
  }
}

/**
 * @param maxBytes of the audio
 * @throws Refusal 400, 413, 500 or 507
 */
export const receiveUpload = async (request: IncomingMessage, maxBytes: number): Promise<Upload> => {
  const parser = createParser(request, maxBytes);
  const file = await openSpoolFile().catch((error: NodeJS.ErrnoException) => {
    throw storageFailed(error);
  });
  try {
    const parts = new Parts(parser, file, maxBytes);
    // The request itself stays open when the parser fails: the client is to get an answer.
    await pipeline(chunksOf(request), parser);
    return { file, languageCode: languageOf(await parts.finish()) };
  } catch (error) {
    await file.close();
    if (error instanceof Refusal) throw error;
    throw malformed(error instanceof Error ? error.message : 'the body broke off');
  }
};
