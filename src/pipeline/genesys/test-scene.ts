/**
 * A small HTTP server in the place of Genesys Cloud, and clocks, for the tests of the client: the SDK, the transport and undici are
 * all in it.
 * @module
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.ts';
import { createDispatcher } from '../http/dispatcher.ts';
import { createEgressPolicy } from '../http/egress.ts';
import { createAccounts } from './account.ts';
import type { Membership, OnOutage } from './account.ts';
import { createGenesysClient } from './client.ts';
import type { GenesysClient, GenesysClientOptions } from './client.ts';
import { createMeter } from './kinds.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string;
  readonly body: string;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
}

type Answer = Reply | 'break' | 'hang';

export interface Fake {
  readonly url: string;
  readonly seen: Seen[];
  /** Decides the answer of an API call; logins are answered by `login`. */
  api: (seen: Seen, count: number) => Answer;
  login: (seen: Seen, count: number) => Answer;
  close(): Promise<void>;
}

const readSeen = async (request: IncomingMessage): Promise<Seen> => ({
  method: request.method ?? '',
  url: request.url ?? '',
  authorization: request.headers.authorization ?? '',
  body: await text(request),
});

export const startFake = async (): Promise<Fake> => {
  const seen: Seen[] = [];
  const counts = { api: 0, login: 0 };
  const server = createServer((request, response) => {
    void readSeen(request).then((one) => {
      seen.push(one);
      const kind = one.url.startsWith('/login/') ? 'login' : 'api';
      counts[kind] += 1;
      const answer = fake[kind](one, counts[kind]);
      if (answer === 'hang') return;
      if (answer === 'break') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status ?? 200, answer.headers);
      response.end(answer.raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: Fake = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    api: () => ({ body: {} }),
    login: (_, count) => ({ body: { access_token: `token-${count}`, expires_in: 86_400 } }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
};

/** Sleeps take no time, and are remembered. */
export const swiftClock = (): Clock & { readonly waits: number[] } => {
  const waits: number[] = [];
  let nowMs = 0;
  return {
    waits,
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
  };
};

/** Sleeps of more than half a minute end only by an abort. */
export const shortSleep: Clock['sleep'] = async (ms, signal) => {
  if (ms > 30_000) await patientClock().sleep(ms, signal);
};

/** Nobody sleeps for long: only an abort ends a sleep. */
export const patientClock = (): Clock => ({
  now: () => 0,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    }),
});

export const accountOf = (of: Clock, onOutage: OnOutage = () => {}): Membership => {
  const membership = createAccounts(of, () => 0.5)('account').join(300);
  membership.listen(onOutage);
  return membership;
};

/** What one test plays with. */
export interface Scene {
  readonly fake: Fake;
  readonly dispatcher: Dispatcher;
  readonly clock: ReturnType<typeof swiftClock>;
  readonly clientOf: (more?: Partial<GenesysClientOptions>) => GenesysClient;
  readonly logins: () => readonly Seen[];
  readonly calls: () => readonly Seen[];
  close(): Promise<void>;
}

export const setScene = async (): Promise<Scene> => {
  const fake = await startFake();
  const dispatcher = createDispatcher(createEgressPolicy({ allow: ['127.0.0.0/8'], only: false }));
  const clock = swiftClock();
  return {
    fake,
    dispatcher,
    clock,
    clientOf: (more = {}) =>
      createGenesysClient({
        apiURL: `${fake.url}/api-host`,
        loginURL: `${fake.url}/login`,
        readCredentials: async () => ({ clientId: 'id', clientSecret: 's3cret' }),
        dispatcher,
        account: accountOf(clock),
        meter: createMeter(),
        clock,
        random: () => 0.5,
        ...more,
      }),
    logins: () => fake.seen.filter(({ url }) => url.startsWith('/login/')),
    calls: () => fake.seen.filter(({ url }) => !url.startsWith('/login/')),
    close: async () => {
      await dispatcher.destroy();
      await fake.close();
    },
  };
};

export const rejected = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not reject with an error');
};
