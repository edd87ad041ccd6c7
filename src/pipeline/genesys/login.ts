/**
 * The Client Credentials login: `POST <loginURL>/oauth/token`. The SDK has one too, but it can reach a login host other than
 * that of a region only together with the API host.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { ExchangeAnswer, ExchangeRequest } from '../http/exchange.ts';
import { failureOfAnswer, failureOfNetwork, parseJSON } from './failure.ts';
import { readObject, readText, readWhole } from './read.ts';
import type { Token } from './session.ts';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface LoginOptions {
  readonly loginURL: string;
  /** Asked at each login, and once more when a login is refused, so that a rotated Secret is noticed. */
  readonly readCredentials: () => Promise<Credentials>;
  readonly send: (request: Omit<ExchangeRequest, 'dispatcher' | 'signal' | 'timeoutMs'>) => Promise<ExchangeAnswer>;
  readonly now: () => number;
}

const CALL = 'POST /oauth/token';
/** The lifetime where the answer has none: the shortest that an OAuth client can have. */
const SHORTEST_LIFETIME_SECONDS = 300;
/** The statuses by which a login refuses the client rather than fails. */
const REFUSED: ReadonlySet<number> = new Set([400, 401, 403]);

const request = async ({ loginURL, send, now }: LoginOptions, credentials: Credentials): Promise<Token> => {
  const basic = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64');
  const answer = await send({
    method: 'POST',
    url: `${loginURL}/oauth/token`,
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: 'grant_type=client_credentials',
  }).catch((error: unknown) => {
    throw failureOfNetwork(error, { call: CALL });
  });
  if (answer.status !== 200) {
    const failure = failureOfAnswer(answer, { call: CALL, quoteMessage: true }, now());
    if (!REFUSED.has(answer.status)) throw failure;
    throw new CallscribeError('CSC_GENESYS_AUTH', failure.message, { status: answer.status });
  }
  const body = readObject(parseJSON(answer.text));
  const accessToken = readText(body['access_token']);
  if (accessToken === undefined) throw new CallscribeError('CSC_GENESYS_PROTOCOL', `${CALL} gave no access_token`);
  return { accessToken, lifetimeMs: (readWhole(body['expires_in']) ?? SHORTEST_LIFETIME_SECONDS) * 1000 };
};

const areEqual = (one: Credentials, other: Credentials): boolean =>
  one.clientId === other.clientId && one.clientSecret === other.clientSecret;

/**
 * A new token.
 *
 * @throws CallscribeError `CSC_GENESYS_AUTH` where the client is refused, `CSC_GENESYS_UNAVAILABLE`, `CSC_GENESYS_RATE_LIMITED`
 * or `CSC_GENESYS_PROTOCOL`, or what `readCredentials` throws
 */
export const logIn = async (options: LoginOptions): Promise<Token> => {
  const credentials = await options.readCredentials();
  try {
    return await request(options, credentials);
  } catch (error) {
    if (!(error instanceof CallscribeError) || error.code !== 'CSC_GENESYS_AUTH') throw error;
    const fresh = await options.readCredentials();
    if (areEqual(fresh, credentials)) throw error;
    return await request(options, fresh);
  }
};
