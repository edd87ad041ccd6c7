/**
 * The generic contract: one multipart request with the file and a configuration, one JSON answer.
 * @module
 */
import type { LimitFunction } from 'p-limit';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../../clock.ts';
import { CallscribeError } from '../../../errors.ts';
import type { Audio, Heard } from '../../types.ts';
import { whenAdmitted } from '../endpoint-limits.ts';
import { failureOfAnswer, failureOfUpload } from '../failure.ts';
import { multipart } from '../multipart.ts';
import type { Endpoint, Transcribe } from '../provider.ts';
import { upload } from '../upload.ts';
import { parseAnswer } from './answer.ts';

export interface GenericOptions {
  /** Asked before the first request, and again after a refusal of the key (rotation). */
  readonly readSecret: () => Promise<Endpoint>;
  /** BCP 47. */
  readonly language: string;
  readonly model: string;
  /** How many speakers the service is told to expect. */
  readonly speakers: number;
  /** For one whole exchange, without the wait for admission. Default 300. */
  readonly timeoutSeconds?: number;
  readonly dispatcher: Dispatcher;
  readonly clock: Pick<Clock, 'now'>;
  /** Shared by all runs that use the endpoint, see `createEndpointLimits`. */
  readonly inFlight: LimitFunction;
}

const DEFAULT_TIMEOUT_SECONDS = 300;
/** An hour of speech has about a tenth of this as JSON. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
};

/** Some services tell formats by the name. It says nothing of the recording. */
const filenameOf = (contentType: string): string => `audio.${EXTENSIONS[contentType] ?? 'bin'}`;

const bodyOf = (audio: Audio, { language, model, speakers }: GenericOptions) => {
  const config = {
    languageCode: language,
    enableSpeakerDiarization: speakers > 1,
    diarizationSpeakerCount: speakers,
    model,
  };
  const { contentType, path } = audio;
  return multipart([{ name: 'config', contentType: 'application/json', text: JSON.stringify(config) }], {
    name: 'audio',
    filename: filenameOf(contentType),
    contentType,
    path,
  });
};

const attempt = async (
  options: GenericOptions,
  { url, apiKey = '' }: Endpoint,
  audio: Audio,
  signal: AbortSignal,
): Promise<Heard> => {
  const { dispatcher, clock, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = options;
  const timeoutMs = timeoutSeconds * 1000;
  const answer = await upload({
    dispatcher,
    url,
    headers: { accept: 'application/json', ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }) },
    body: await bodyOf(audio, options),
    timeoutMs,
    signal,
    maxBytes: MAX_ANSWER_BYTES,
  }).catch((error: unknown) => {
    throw failureOfUpload(error, timeoutMs);
  });
  if (answer.status < 200 || answer.status > 299) throw failureOfAnswer(answer, [apiKey, url], clock.now());
  return parseAnswer(answer.text, audio.durationMs);
};

const isRefusedKey = (error: unknown): boolean => error instanceof CallscribeError && error.code === 'CSC_STT_AUTH';

/** A speech service behind the generic contract. See `Transcribe` for its errors. */
export const createGenericTranscriber = (options: GenericOptions): Transcribe => {
  let endpoint: Endpoint | undefined;
  const known = async (): Promise<Endpoint> => (endpoint ??= await options.readSecret());
  const exchange = async (audio: Audio, signal: AbortSignal): Promise<Heard> => {
    try {
      return await attempt(options, await known(), audio, signal);
    } catch (error) {
      if (!isRefusedKey(error)) throw error;
      endpoint = await options.readSecret();
      return attempt(options, endpoint, audio, signal);
    }
  };
  return (audio, signal) => whenAdmitted(options.inFlight, signal, () => exchange(audio, signal));
};
