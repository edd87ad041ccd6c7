/**
 * The request of the generic speech contract, read as strictly as its documentation allows.
 * @module
 */
import { Busboy } from '@fastify/busboy';
import type { BusboyHeaders } from '@fastify/busboy';
import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';

/** A request that the client has to correct. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The part `config`: exactly these fields. */
export interface SpeechConfig {
  /** BCP 47. */
  readonly languageCode: string;
  readonly enableSpeakerDiarization: boolean;
  readonly diarizationSpeakerCount: number;
  readonly model: string;
}

export interface Upload {
  readonly audio: Buffer;
  /** What the client says that the audio is. */
  readonly contentType: string;
  readonly filename: string;
  readonly config: SpeechConfig;
}

interface Part {
  readonly name: string;
  readonly contentType: string;
  /** Absent for a part that is no file. */
  readonly filename?: string;
  readonly content: Buffer;
}

const malformed = (message: string): Refused => new Refused(400, message);

const CHECKS: Readonly<Record<keyof SpeechConfig, (value: unknown) => boolean>> = {
  languageCode: (value) => typeof value === 'string' && /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/u.test(value),
  enableSpeakerDiarization: (value) => typeof value === 'boolean',
  diarizationSpeakerCount: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  model: (value) => typeof value === 'string' && value !== '',
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed('the part config is not JSON');
  }
};

const configOf = (text: string): SpeechConfig => {
  const config = parsed(text);
  if (typeof config !== 'object' || config === null) throw malformed('the part config is no object');
  const fields = new Map(Object.entries(config));
  const odd = [...fields.keys()].find((field) => !Object.hasOwn(CHECKS, field));
  if (odd !== undefined) throw malformed(`config has the unknown field ${odd}`);
  for (const [field, isValid] of Object.entries(CHECKS)) {
    if (!isValid(fields.get(field))) throw malformed(`config.${field} is missing or invalid`);
  }
  return config as SpeechConfig;
};

/** First bytes, and the types that they may be called. */
const MAGIC: readonly (readonly [hex: string, types: readonly string[]])[] = [
  ['52494646', ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave']],
  ['4f676753', ['audio/ogg']],
  ['494433', ['audio/mpeg', 'audio/mp3']],
  ['664c6143', ['audio/flac', 'audio/x-flac']],
];

const typesOf = (audio: Buffer): readonly string[] | undefined => {
  const start = audio.toString('hex', 0, 4);
  return MAGIC.find(([hex]) => start.startsWith(hex))?.[1];
};

const checkAudio = ({ content, contentType, filename = '' }: Part): void => {
  if (filename === '') throw malformed('the part audio is no file');
  if (content.length === 0) throw malformed('the part audio is empty');
  if (!contentType.startsWith('audio/')) throw malformed(`the part audio has the type ${contentType}`);
  const types = typesOf(content);
  const isOther = types ? !types.includes(contentType) : MAGIC.some(([, known]) => known.includes(contentType));
  if (isOther) throw malformed(`the part audio is not ${contentType}`);
};

const partsOf = async (headers: IncomingHttpHeaders, body: Buffer): Promise<readonly Part[]> => {
  const parts: Promise<Part>[] = [];
  const parser = new Busboy({ headers: headers as BusboyHeaders, limits: { fieldSize: 65_536 } });
  // Both events end with the type of the part, after the transfer encoding.
  parser.on('file', (name: string, stream: Readable, filename: string, ...[, contentType]: string[]) => {
    const part = { name, filename, contentType: contentType ?? '' };
    parts.push(buffer(stream).then((content) => ({ ...part, content })));
  });
  parser.on('field', (name: string, value: string, ...[, , , contentType]: unknown[]) => {
    parts.push(Promise.resolve({ name, contentType: String(contentType), content: Buffer.from(value) }));
  });
  try {
    await pipeline(Readable.from([body]), parser);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'the body cannot be read');
  }
  return Promise.all(parts);
};

const onlyPart = (parts: readonly Part[], name: string): Part => {
  const [part, ...more] = parts.filter((one) => one.name === name);
  if (!part) throw malformed(`the part ${name} is missing`);
  if (more.length > 0) throw malformed(`the part ${name} is there more than once`);
  return part;
};

/**
 * What can be told from the headers alone.
 * @throws Refused 401, 411 or 415
 */
export const checkHeaders = (headers: IncomingHttpHeaders, apiKey: string | undefined): void => {
  if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`)
    throw new Refused(401, 'the key is not valid');
  if (headers['transfer-encoding'] !== undefined) throw new Refused(411, 'chunked requests are not accepted');
  if (headers['content-length'] === undefined) throw new Refused(411, 'the Content-Length is missing');
  if (!headers['content-type']?.startsWith('multipart/form-data')) {
    throw new Refused(415, 'the body must be multipart/form-data');
  }
};

/** @throws Refused 400 */
export const readUpload = async (headers: IncomingHttpHeaders, body: Buffer): Promise<Upload> => {
  const parts = await partsOf(headers, body);
  const odd = parts.find(({ name }) => name !== 'audio' && name !== 'config');
  if (odd) throw malformed(`there is no part ${odd.name} in the contract`);
  const [audio, config] = [onlyPart(parts, 'audio'), onlyPart(parts, 'config')];
  if (config.contentType !== 'application/json') throw malformed('the part config is not application/json');
  checkAudio(audio);
  const { content, contentType, filename = '' } = audio;
  return { audio: content, contentType, filename, config: configOf(config.content.toString('utf8')) };
};
