/**
 * What the official SDK sends its requests with, in place of its own client: that one buffers into error objects which carry
 * the token, takes no `AbortSignal`, and follows proxies and redirects by itself.
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import platformClient from 'purecloud-platform-client-v2';
import { CallscribeError } from '../../errors.ts';
import type { ExchangeAnswer, ExchangeRequest, HTTPMethod } from '../http/exchange.ts';
import { failureOfAnswer, failureOfNetwork, parseJSON } from './failure.ts';
import { readObject } from './read.ts';

/** What belongs to one call and cannot be passed through the methods of the SDK. */
export interface CallContext {
  readonly accessToken: string;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** See `FailedCall`. */
  readonly quoteMessage: boolean;
  readonly permission: string | undefined;
  /** Called with every answer, whatever its status. */
  readonly onAnswer: (answer: ExchangeAnswer) => void;
}

export interface SDKAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: ExchangeAnswer['headers'];
  /** Parsed JSON; undefined where there is no body. */
  readonly data: unknown;
}

export type Send = (request: Omit<ExchangeRequest, 'dispatcher'>) => Promise<ExchangeAnswer>;

/** The part of the SDK's `HttpRequestOptions` that it fills for the calls that are made here. */
interface SDKRequest {
  readonly url: string;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

const urlOf = ({ url, params = {} }: SDKRequest): URL => {
  const target = new URL(url);
  for (const [name, value] of Object.entries(params)) target.searchParams.set(name, String(value));
  return target;
};

const dataOf = (answer: ExchangeAnswer, call: string): unknown => {
  if (answer.text === '') return undefined;
  const data = parseJSON(answer.text);
  if (data === undefined) {
    throw new CallscribeError('CSC_GENESYS_PROTOCOL', `${call} was answered with ${answer.status} and no JSON`);
  }
  return data;
};

/** Rejects with a `CallscribeError`, or with the reason of the signal; never with anything that holds the token. */
export class Transport extends platformClient.AbstractHttpClient {
  readonly calls = new AsyncLocalStorage<CallContext>();
  readonly #send: Send;
  readonly #now: () => number;

  constructor(send: Send, now: () => number) {
    super();
    this.#send = send;
    this.#now = now;
  }

  override async request(request: SDKRequest): Promise<SDKAnswer> {
    const context = this.calls.getStore();
    if (!context) throw new CallscribeError('CSC_INTERNAL', 'a call of the SDK was made outside of a client');
    const url = urlOf(request);
    const { quoteMessage, permission } = context;
    const failed = { call: `${request.method} ${url.pathname}`, quoteMessage, permission };
    const answer = await this.#sendAs(context, request, url).catch((error: unknown) => {
      context.signal?.throwIfAborted();
      throw failureOfNetwork(error, failed);
    });
    context.onAnswer(answer);
    if (answer.status < 200 || answer.status >= 300) throw failureOfAnswer(answer, failed, this.#now());
    return { status: answer.status, statusText: '', headers: answer.headers, data: dataOf(answer, failed.call) };
  }

  override enableHooks(): void {
    // The SDK's hooks are not used.
  }

  async #sendAs(context: CallContext, request: SDKRequest, url: URL): Promise<ExchangeAnswer> {
    const body = request.data === undefined ? {} : { body: JSON.stringify(request.data) };
    return this.#send({
      method: request.method as HTTPMethod,
      url,
      headers: {
        authorization: `Bearer ${context.accessToken}`,
        accept: 'application/json',
        ...(request.data === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...body,
      timeoutMs: context.timeoutMs,
      signal: context.signal,
    });
  }
}

/** An `ApiClient` that shares nothing with any other: no token, no host, no file in the home directory that may change them. */
export const createSDK = (apiURL: string, transport: Transport): typeof platformClient.ApiClient => {
  // The types of the SDK know the one shared instance only.
  const Client = platformClient.ApiClient.constructor as new () => typeof platformClient.ApiClient;
  const sdk = new Client();
  sdk.config.live_reload_config = false;
  // A file in the home directory may have named a gateway. Without one, `basePath` decides.
  delete sdk.config.gateway;
  sdk.config.basePath = apiURL;
  sdk.config.logger.log_level = 'none';
  sdk.config.logger.setLogger();
  sdk.setReturnExtendedResponses(true);
  sdk.setHttpClient(transport);
  return sdk;
};

/** What the SDK resolves with once it returns extended responses. */
export const readExtended = (answer: unknown): { readonly status: number; readonly body: unknown } => {
  const { status, body } = readObject(answer);
  if (typeof status !== 'number') throw new CallscribeError('CSC_INTERNAL', 'the SDK gave no extended response');
  return { status, body };
};
