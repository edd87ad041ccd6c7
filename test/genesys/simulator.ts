/**
 * A strict stand-in for one organisation of Genesys Cloud: login, API, and media on a second origin. It refuses what the real
 * one refuses, notes what a correct client never does, and can be told to have faults.
 * @module
 */
import { errorAnswer, errorBodyOf, GenesysError } from './answers.ts';
import { analyticsRoutes } from './analytics-routes.ts';
import { createBatchRequests } from './batch-requests.ts';
import type { SignURL } from './batch-requests.ts';
import { createDetailsJobs } from './details-jobs.ts';
import type { DetailsJobs } from './details-jobs.ts';
import { createDetailsQuery } from './details-query.ts';
import { createFaults } from '../fakes/faults.ts';
import type { Fault, Faults } from '../fakes/faults.ts';
import { createLiveWorld } from './live-world.ts';
import type { LiveWorld } from './live-world.ts';
import { createMedia } from './media.ts';
import type { Media } from './media.ts';
import { createPolls } from './polls.ts';
import { createRateLimit } from './rate-limit.ts';
import { createLooks } from './looks.ts';
import { recordingRoutes } from './recording-routes.ts';
import { findRoute } from './routes.ts';
import type { Route, RouteParts } from './routes.ts';
import { startServer } from '../fakes/server.ts';
import type { Answer, CallRecord, FakeRequest, Handler } from '../fakes/server.ts';
import { createTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';
import type { AcceptedTranscript } from './transcripts.ts';
import { worldOf } from './world.ts';
import type { World } from './world.ts';

export interface SimulatorOptions {
  /** Default: no conversations, and `defaultClient`. */
  readonly world?: World;
  readonly faults?: readonly Fault[];
  /** Default a day. May be a fraction. */
  readonly tokenLifetimeSeconds?: number;
  /** Default an hour. May be a fraction. */
  readonly mediaLifetimeSeconds?: number;
  /** Requests of one OAuth client in a minute before 429 (Genesys Cloud: 300); without it, any number. */
  readonly requestsPerMinute?: number;
  /** Recordings that are not ready may not be asked for again sooner. Default 500. */
  readonly minPollMs?: number;
  /** Results of a batch request that appear each time that one looks. Default 40. */
  readonly batchResultsPerPoll?: number;
  /** So many times one looks at a details job before it is done. Default 1. */
  readonly pollsPerJob?: number;
  /** Default: that of the machine. A faster one makes tokens, addresses and limits pass faster. */
  readonly now?: () => number;
  /** For how long requests that were under way are nobody's fault, after a refusal or a 429. Default a moment. */
  readonly graceMs?: number;
  readonly port?: number;
  readonly mediaPort?: number;
  /** Where both listen; default loopback. */
  readonly host?: string;
  /** The host in the addresses of media, where clients reach it under another one than they listen on. */
  readonly publicHost?: string;
}

export interface GenesysSimulator {
  readonly apiURL: string;
  readonly loginURL: string;
  readonly mediaURL: string;
  readonly world: LiveWorld;
  readonly faults: Faults;
  /** Everything that was asked, media included, in the order of the answers. */
  readonly calls: readonly CallRecord[];
  /** What a correct client never does. Empty at the end of every test. */
  readonly violations: readonly string[];
  /** What was delivered, by `interactionId`, in the order of arrival; also where a fault lost the answer. */
  readonly transcripts: ReadonlyMap<string, readonly AcceptedTranscript[]>;
  /** Details jobs that were submitted and not removed. */
  readonly openJobs: () => number;
  /** How many tokens were given out. */
  readonly logins: () => number;
  revokeTokens(): void;
  stop(): Promise<void>;
}

/** Statuses and codes that a correct client is never the cause of; `not.found` is a path that does not exist. */
const DEFECT_STATUSES: ReadonlySet<number> = new Set([400, 405, 413, 415]);
const DEFECT_CODES: ReadonlySet<string> = new Set(['not.found', 'authentication.required']);

const isDefect = ({ status, code }: GenesysError): boolean => DEFECT_STATUSES.has(status) || DEFECT_CODES.has(code);

interface APIParts {
  readonly tokens: Tokens;
  readonly answer: (request: FakeRequest) => Promise<Answer>;
  readonly violate: (what: string) => void;
}

/** Turns what the parts throw into answers. */
const guarded = ({ tokens, answer, violate }: APIParts): Handler => {
  return async (request) => {
    try {
      if (request.method === 'POST' && request.path === '/oauth/token') {
        return request.forced ?? (await tokens.issue(request));
      }
      return await answer(request);
    } catch (error) {
      if (!(error instanceof GenesysError)) throw error;
      if (isDefect(error)) violate(`${request.method} ${request.path}: ${error.message}`);
      return errorAnswer(error);
    }
  };
};

const secondsOf = ({ status, headers = {} }: Answer): number | undefined => {
  const seconds = Number(headers['retry-after'] ?? headers['Retry-After'] ?? Number.NaN);
  return status === 429 && Number.isFinite(seconds) ? seconds : undefined;
};

interface Records {
  readonly calls: CallRecord[];
  readonly violations: string[];
  readonly transcripts: Map<string, AcceptedTranscript[]>;
}

interface API {
  readonly tokens: Tokens;
  readonly jobs: DetailsJobs;
  readonly handler: Handler;
}

interface APIOptions extends SimulatorOptions {
  readonly live: LiveWorld;
  readonly media: Media;
  readonly sign: SignURL;
  readonly records: Records;
  readonly now: () => number;
}

const routesOf = ({ live: world, sign, media, now, records, ...options }: APIOptions) => {
  const looks = createLooks();
  const { minPollMs = 500, pollsPerJob = 1, batchResultsPerPoll: resultsPerPoll = 40 } = options;
  const onViolation = (what: string): void => {
    records.violations.push(what);
  };
  const parts: RouteParts = {
    world,
    looks,
    sign,
    now,
    queryDetails: createDetailsQuery(world, looks),
    jobs: createDetailsJobs({ world, looks, now, pollsPerJob }),
    batches: createBatchRequests({ world, looks, sign, contentType: media.contentType, resultsPerPoll }),
    polls: createPolls({ minPollMs, now, onViolation }),
    onTranscript: (transcript) => {
      const known = records.transcripts.get(transcript.interactionId) ?? [];
      known.push(transcript);
      records.transcripts.set(transcript.interactionId, known);
    },
  };
  const routes: readonly Route[] = [...analyticsRoutes(parts), ...recordingRoutes(parts)];
  return { routes, jobs: parts.jobs };
};

const createAPI = (options: APIOptions): API => {
  const { live, now, records, requestsPerMinute, tokenLifetimeSeconds = 86_400, graceMs } = options;
  const onViolation = (what: string): void => {
    records.violations.push(what);
  };
  const tokens = createTokens({
    clients: live.clients,
    lifetimeSeconds: tokenLifetimeSeconds,
    graceMs,
    now,
    onViolation,
  });
  const limit = createRateLimit({ perMinute: requestsPerMinute, graceMs, now, onViolation });
  const { routes, jobs } = routesOf(options);

  const answer = async (request: FakeRequest): Promise<Answer> => {
    if (request.quirk === 'tokenDeath') tokens.revoke();
    const grant = tokens.authenticate(request);
    const headers = limit.admit(grant, request.atMs);
    if (request.forced) {
      await request.body();
      const seconds = secondsOf(request.forced);
      if (seconds !== undefined) limit.told(grant.token, seconds);
      return request.forced;
    }
    const { route, id, subId } = findRoute(routes, request.method, request.path);
    const given = await route.answer({ request, grant, id, subId });
    return { ...given, headers: { ...given.headers, ...headers } };
  };
  return { tokens, jobs, handler: guarded({ tokens, answer, violate: onViolation }) };
};

export const startGenesys = async (options: SimulatorOptions = {}): Promise<GenesysSimulator> => {
  const { host, publicHost, mediaLifetimeSeconds: lifetimeSeconds = 3600, now = Date.now } = options;
  const live = createLiveWorld(options.world ?? worldOf([]));
  const faults = createFaults(options.faults);
  const records: Records = { calls: [], violations: [], transcripts: new Map() };
  const onCall = (call: CallRecord): void => {
    records.calls.push(call);
  };
  const onViolation = (what: string): void => {
    records.violations.push(what);
  };
  const media = createMedia({ world: live, lifetimeSeconds, now, onViolation });
  const common = { host, faults, onCall, now };
  const store = await startServer({ ...common, port: options.mediaPort, answer: (request) => media.answer(request) });
  const mediaURL = publicHost === undefined ? store.url : `http://${publicHost}:${store.port}`;
  const sign: SignURL = (...given) => mediaURL + media.sign(...given);
  const { tokens, jobs, handler } = createAPI({ ...options, live, media, sign, records, now });
  const api = await startServer({ ...common, port: options.port, errorBody: errorBodyOf, answer: handler });
  return {
    apiURL: api.url,
    loginURL: api.url,
    mediaURL,
    world: live,
    faults,
    ...records,
    openJobs: jobs.open,
    logins: () => tokens.issued(),
    revokeTokens: () => tokens.revoke(),
    stop: async () => {
      await api.stop();
      await store.stop();
    },
  };
};
