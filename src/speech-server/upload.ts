/**
 * Reads the multipart request of the generic contract: the audio goes to a file, the configuration is small.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';

/** A request that the client has to correct. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface Upload {
  readonly path: string;
  readonly languageCode: string;
}

export interface UploadLimits {
  readonly folder: string;
  readonly maxBytes: number;
}

const malformed = (message: string): BadRequest => new BadRequest(400, 'malformed', message);

const parseConfig = (text: string | undefined): { readonly languageCode: string } => {
  if (text === undefined) throw malformed('the part "config" is missing');
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw malformed('the part "config" is not JSON');
  }
  const { languageCode } = (config ?? {}) as { readonly languageCode?: unknown };
  if (typeof languageCode !== 'string') throw malformed('config.languageCode must be a string');
  return { languageCode };
};

const createParser = (request: IncomingMessage, maxBytes: number): InstanceType<typeof Busboy> => {
  const { headers } = request;
  if (!headers['content-type']?.startsWith('multipart/form-data'))
    throw malformed('the body must be multipart/form-data');
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: { files: 4, parts: 8, fieldSize: 65_536, fileSize: maxBytes },
    });
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'the multipart header cannot be read');
  }
};

/** What was found; the caller removes the file, also after an error: `onFile` tells where it is. */
export const receiveUpload = async (
  request: IncomingMessage,
  { folder, maxBytes }: UploadLimits,
  onFile: (path: string) => void,
): Promise<Upload> => {
  const parser = createParser(request, maxBytes);
  const path = join(folder, `${randomUUID()}.audio`);
  let config: Promise<string> | undefined;
  let saved: Promise<void> | undefined;
  let truncated = false;
  const save = (stream: Readable): void => {
    onFile(path);
    stream.once('limit', () => {
      truncated = true;
    });
    saved = pipeline(stream, createWriteStream(path, { mode: 0o600 }));
    // Looked at below; until then a failure must not count as unhandled.
    saved.catch(() => {});
  };
  const keep = (name: string, stream: Readable): void => {
    // Some clients send a name with every part, which makes a file of the configuration, too.
    if (name === 'config') config = readText(stream);
    else if (name === 'audio' && !saved) save(stream);
    else stream.resume();
  };
  parser.on('file', keep);
  parser.on('field', (name: string, value: string) => {
    if (name === 'config') config = Promise.resolve(value);
  });
  try {
    await pipeline(request, parser);
    await saved;
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'the body broke off');
  }
  if (truncated) throw new BadRequest(413, 'too_large', `the audio is larger than ${maxBytes} bytes`);
  if (!saved) throw malformed('the part "audio" is missing');
  return { path, ...parseConfig(await config) };
};
