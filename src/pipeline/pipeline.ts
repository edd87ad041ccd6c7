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
