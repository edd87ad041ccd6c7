/**
 * Calls the simulator as plain HTTP, for tests of the simulator itself: nothing of the product is in between.
 * @module
 */
import type { GenesysSimulator } from './simulator.ts';
import { defaultClient } from './world.ts';
import type { OAuthClient } from './world.ts';

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown;
}

/** Sends a request as it is. */
export const send = async (url: string, init: RequestInit = {}): Promise<Called> => {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  const text = await answer.text();
  const isJSON = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, headers: answer.headers, body: isJSON ? JSON.parse(text) : text };
};

const basicOf = ({ clientId, clientSecret }: Pick<OAuthClient, 'clientId' | 'clientSecret'>): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

export const postLogin = (
  { loginURL }: GenesysSimulator,
  client: Pick<OAuthClient, 'clientId' | 'clientSecret'> = defaultClient,
  init: RequestInit = {},
): Promise<Called> =>
  send(`${loginURL}/oauth/token`, {
    method: 'POST',
    headers: { authorization: basicOf(client), 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
    ...init,
  });

export interface Caller {
  readonly token: string;
  get(path: string): Promise<Called>;
  post(path: string, body: unknown): Promise<Called>;
  put(path: string, body: unknown): Promise<Called>;
  delete(path: string): Promise<Called>;
}

/** Logs in and calls the API from then on. */
export const callerOf = async (genesys: GenesysSimulator, client: OAuthClient = defaultClient): Promise<Caller> => {
  const { body } = await postLogin(genesys, client);
  const token = (body as { readonly access_token: string }).access_token;
  const authorization = `Bearer ${token}`;
  const sendJSON = (method: string, path: string, given: unknown): Promise<Called> =>
    send(genesys.apiURL + path, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(given),
    });
  return {
    token,
    get: (path) => send(genesys.apiURL + path, { headers: { authorization } }),
    post: (path, body_) => sendJSON('POST', path, body_),
    put: (path, body_) => sendJSON('PUT', path, body_),
    delete: (path) => send(genesys.apiURL + path, { method: 'DELETE', headers: { authorization } }),
  };
};

/** A client that lacks these permissions. */
export const clientWithout = (...permissions: readonly string[]): OAuthClient => ({
  ...defaultClient,
  permissions: defaultClient.permissions.filter((one) => !permissions.includes(one)),
});
