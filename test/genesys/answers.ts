/**
 * Answers in the form of the Genesys Cloud platform API.
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Models } from 'purecloud-platform-client-v2';
import type { Answer } from '../fakes/server.ts';

/** An error of the API; thrown by the parts of the simulator. */
export class GenesysError extends Error {
  override readonly name = 'GenesysError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const badRequest = (message: string, code = 'bad.request'): GenesysError => new GenesysError(400, code, message);

export const notFound = (message: string, code = 'not.found'): GenesysError => new GenesysError(404, code, message);

/** The body that every 429 has since November 2021. */
export const rateLimited = (seconds: number): GenesysError =>
  new GenesysError(
    429,
    'too.many.requests.retry.after',
    `Rate limit exceeded the maximum. Retry the request in [${seconds}] seconds`,
    { 'retry-after': String(seconds) },
  );

/** @typeParam T what the SDK says that the call answers with */
export const json = <T>(status: number, body: T): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'inin-correlation-id': randomUUID() },
  body: JSON.stringify(body),
});

/** 202 as the list of recordings has it: no body at all. */
export const accepted = (): Answer => ({ status: 202, headers: { 'inin-correlation-id': randomUUID() } });

interface ErrorSketch {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const bodyOf = ({ status, code, message }: ErrorSketch, contextId: string): Models.ErrorBody => ({
  message,
  code,
  status,
  messageWithParams: message,
  messageParams: {},
  contextId,
  details: [],
  errors: [],
});

export const errorAnswer = (error: GenesysError): Answer => {
  const contextId = randomUUID();
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'inin-correlation-id': contextId, ...error.headers },
    body: JSON.stringify(bodyOf(error, contextId)),
  };
};

const USUAL_CODES: Readonly<Record<number, string>> = {
  400: 'bad.request',
  401: 'bad.credentials',
  403: 'not.authorized',
  404: 'not.found',
  429: 'too.many.requests.retry.after',
  500: 'internal.server.error',
  503: 'service.unavailable',
  504: 'request.timeout',
};

/** The error body for a status that a fault asks for. */
export const errorBodyOf = (status: number): Models.ErrorBody =>
  bodyOf({ status, code: USUAL_CODES[status] ?? 'internal.server.error', message: 'A simulated fault' }, randomUUID());
