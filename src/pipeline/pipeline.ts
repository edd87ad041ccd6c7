/**
 * Puts the verbs together for one run: from the plan (settings, Secrets) to what `run/` orchestrates. What runs share is
 * here, too: connections, the ceilings of OAuth clients and speech endpoints, the recordings in flight, the work directory.
 * @module
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { Dispatcher } from 'undici';
import type { TranscriptionRunSpec } from '../api/types.ts';
import { readEnergy } from '../audio/energy.ts';
import type { Clock, Random } from '../clock.ts';
import { CallscribeError, toCallscribeError } from '../errors.ts';
import { createAttribute } from './attribute/attribute.ts';
import { createDeliver } from './deliver/deliver.ts';
import { createFetch } from './fetch/fetch.ts';
import { sweepWorkDir } from './fetch/work-dir.ts';
import { createFind } from './find/find.ts';
import { createGenesysClient, type GenesysClient } from './genesys/client.ts';
import { createRateLimiters, type RateLimiter } from './genesys/rate-limiter.ts';
import { regionHosts } from './genesys/regions.ts';
import { assertAllowed, createDispatcher } from './http/dispatcher.ts';
import type { EgressPolicy } from './http/egress.ts';
import { createLocate } from './locate/locate.ts';
import { createPricing } from './money/pricing.ts';
import type { Journal, Plan, RunPipeline, Summary } from './plan.ts';
import { backoffMs } from './retry/backoff.ts';
import type { RunSettings, RunVerbs } from './run/context.ts';
import { run } from './run/run.ts';
import { createTracker } from './run/tracker.ts';
import { createScreen } from './screen/screen.ts';

export interface PipelineOptions {
  readonly egress: EgressPolicy;
  readonly workDir: string;
  /** Over all runs. */
  readonly maxRecordingsInFlight: number;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Pipeline {
  readonly run: RunPipeline;
  close(): Promise<void>;
}

/** What the runs of one process share. */
interface Shared extends PipelineOptions {
  readonly dispatcher: Dispatcher;
  readonly inFlight: LimitFunction;
  readonly rateLimiter: (key: string, perMinute: number) => RateLimiter;
}

/** Between the attempts of one recording. */
const ATTEMPT_BACKOFF = { baseMs: 2000, capMs: 60_000 };

const valueOf = (secret: Readonly<Record<string, string>>, name: string, key: string): string => {
  const value = secret[key]?.trim();
  if (value) return value;
  throw new CallscribeError('CSC_SECRET_INVALID', `Secret ${name} has no key ${key}`);
};

const readCredentials = async ({ spec, readSecret }: Plan) => {
  const { name } = spec.genesys.credentialsSecretRef;
  const secret = await readSecret(name);
  return { clientId: valueOf(secret, name, 'clientId'), clientSecret: valueOf(secret, name, 'clientSecret') };
};

/** An endpoint that a Secret names: its `url`, and its `apiKey` where it has one. */
const readEndpoint = async ({ readSecret }: Plan, name: string) => {
  const secret = await readSecret(name);
  const apiKey = secret['apiKey']?.trim();
  return { url: valueOf(secret, name, 'url'), ...(apiKey && { apiKey }) };
};

const genesysHosts = ({ genesys: { region, apiURL, loginURL } }: TranscriptionRunSpec) => {
  const hosts = region === undefined ? undefined : regionHosts(region);
  const trimmed = (url: string | undefined): string | undefined => url?.replace(/\/+$/, '');
  return { apiURL: trimmed(apiURL) ?? hosts?.apiURL ?? '', loginURL: trimmed(loginURL) ?? hosts?.loginURL ?? '' };
};

/** Everything that a run names is looked at before anything is done for it, so that a mistake shows at once. */
const preflight = async ({ egress }: Shared, plan: Plan) => {
  const hosts = genesysHosts(plan.spec);
  const { clientId } = await readCredentials(plan);
  const speech = await readEndpoint(plan, plan.spec.stt.endpointSecretRef.name);
  const httpSecrets = plan.spec.transcripts.destinations.flatMap(({ http }) => (http ? [http.urlSecretRef.name] : []));
  const destinations = await Promise.all(httpSecrets.map((name) => readEndpoint(plan, name)));
  const urls = [hosts.apiURL, hosts.loginURL, speech.url, ...destinations.map(({ url }) => url)];
  await Promise.all(urls.map((url) => assertAllowed(url, egress)));
  return { hosts, clientId, speechURL: speech.url };
};

const settingsOf = ({ spec }: Plan, { inFlight, random }: Shared): RunSettings => ({
  provider: spec.stt.provider,
  model: spec.stt.model,
  policy: {
    maxAttempts: spec.retry.maxAttempts,
    backoffMs: (attempt) => backoffMs(attempt, ATTEMPT_BACKOFF, random),
  },
  maxRecordings: spec.selection.maxRecordings ?? Number.POSITIVE_INFINITY,
  dryRun: spec.dryRun,
  maxFailed: spec.failurePolicy?.maxFailed ?? Number.POSITIVE_INFINITY,
  maxFailedPercent: spec.failurePolicy?.maxFailedPercent ?? 100,
  inFlight,
});
