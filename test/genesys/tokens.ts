/**
 * `POST /oauth/token` for the Client Credentials grant, and the tokens that it gave out.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { GenesysError } from './answers.ts';
import type { Answer, FakeRequest } from '../fakes/server.ts';
import type { OAuthClient } from './world.ts';

export interface TokensOptions {
  readonly clients: () => readonly OAuthClient[];
  readonly lifetimeSeconds: number;
  readonly now: () => number;
  /** For requests that were under way when the first of them was refused. Default 2000. */
  readonly graceMs?: number | undefined;
  readonly onViolation: (what: string) => void;
}

export interface Grant {
  readonly token: string;
  readonly client: OAuthClient;
}

export interface Tokens {
  /** Answers a login. */
  issue(request: FakeRequest): Promise<Answer>;
  /** Whose request it is. @throws GenesysError 401 */
  authenticate(request: FakeRequest): Grant;
  /** Makes every token that was given out worthless. */
  revoke(): void;
  /** How many were given out. */
  issued(): number;
}

/** RFC 6749, 5.2, with the status that Genesys Cloud has for all of them: not the error body of the API. */
const refusal = (error: string, description: string): Answer => ({
  status: 400,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error, description, error_description: description }),
});

const basicOf = (header: string | undefined): readonly [id: string, secret: string] | undefined => {
  if (!header?.startsWith('Basic ')) return undefined;
  const [id = '', ...secret] = Buffer.from(header.slice(6), 'base64').toString('utf8').split(':');
  return [id, secret.join(':')];
};

/** What is wrong with the form of a login, whoever it is. */
const malformedLogin = (request: FakeRequest, form: URLSearchParams): readonly [string, string] | undefined => {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return ['invalid_request', 'the content type must be application/x-www-form-urlencoded'];
  }
  if (form.get('grant_type') !== 'client_credentials') {
    return ['unsupported_grant_type', 'grant_type must be client_credentials'];
  }
  const extra = [...form.keys(), ...request.query.keys()].find((key) => key !== 'grant_type' && key !== 'scope');
  return extra === undefined ? undefined : ['invalid_request', `the parameter ${extra} does not belong here`];
};

export const createTokens = ({ clients, lifetimeSeconds, now, graceMs = 2000, onViolation }: TokensOptions): Tokens => {
  const live = new Map<string, { readonly client: OAuthClient; readonly expiresAtMs: number }>();
  const refusedSinceMs = new Map<string, number>();
  let count = 0;

  const mint = (client: OAuthClient): Answer => {
    const token = randomBytes(32).toString('base64url');
    live.set(token, { client, expiresAtMs: now() + lifetimeSeconds * 1000 });
    count += 1;
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify({ access_token: token, token_type: 'bearer', expires_in: lifetimeSeconds }),
    };
  };

  const refuse = (token: string, atMs: number): GenesysError => {
    const sinceMs = refusedSinceMs.get(token);
    if (sinceMs === undefined) refusedSinceMs.set(token, now());
    else if (atMs > sinceMs + graceMs) onViolation('a token was used on after it had been refused');
    return new GenesysError(401, 'bad.credentials', 'Invalid login credentials.');
  };

  return {
    issued: () => count,
    revoke: () => live.clear(),
    issue: async (request) => {
      const form = new URLSearchParams((await request.body()).toString('utf8'));
      const problem = malformedLogin(request, form);
      if (problem) {
        onViolation(`a login was malformed: ${problem[1]}`);
        return refusal(...problem);
      }
      const [id, secret] = basicOf(request.headers.authorization) ?? [];
      const client = clients().find((one) => one.clientId === id && one.clientSecret === secret);
      return client ? mint(client) : refusal('invalid_client', 'client not found or invalid client secret');
    },
    authenticate: ({ headers: { authorization = '' }, atMs }) => {
      const token = /^bearer (\S+)$/iu.exec(authorization)?.[1];
      if (token === undefined) {
        const message = 'No authentication bearer token specified in authorization header.';
        throw new GenesysError(401, 'authentication.required', message);
      }
      const known = live.get(token);
      if (!known || known.expiresAtMs <= now()) throw refuse(token, atMs);
      return { token, client: known.client };
    },
  };
};
