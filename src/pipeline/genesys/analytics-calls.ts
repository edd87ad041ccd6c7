/**
 * The calls for conversations: details query and details jobs.
 * @module
 */
import type platformClient from 'purecloud-platform-client-v2';
import type { Models } from 'purecloud-platform-client-v2';
import { CallscribeError } from '../../errors.ts';
import type { Connection } from './connection.ts';
import { readObject, readObjects, readText, readTimeMs, readWhole } from './read.ts';
import type { JSONObject } from './read.ts';

export interface DetailsPage {
  readonly conversations: readonly JSONObject[];
  readonly totalHits: number | undefined;
}

export interface JobPage {
  readonly conversations: readonly JSONObject[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** `Gone`: failed, cancelled or expired; it gives no results any more. */
export type JobState = 'Pending' | 'Done' | 'Gone';

export interface AnalyticsCalls {
  /** `POST /api/v2/analytics/conversations/details/query` */
  detailsQuery(query: Models.ConversationQuery, signal?: AbortSignal): Promise<DetailsPage>;
  /** Until when the data of details jobs are complete, in milliseconds since the epoch. */
  detailsAvailability(signal?: AbortSignal): Promise<number>;
  /** The id of a new job. */
  submitDetailsJob(query: Models.AsyncConversationQuery, signal?: AbortSignal): Promise<string>;
  detailsJobState(jobId: string, signal?: AbortSignal): Promise<JobState>;
  detailsJobPage(jobId: string, cursor: string | undefined, signal?: AbortSignal): Promise<JobPage>;
  deleteDetailsJob(jobId: string, signal?: AbortSignal): Promise<void>;
}

/** A page is large, and analytics is slow: the 16 seconds of the SDK are too few. */
const TIMEOUT_MS = 60_000;
/** A query that took too long twice is asked for less instead. */
const SLOW_ATTEMPTS = 2;
/** In use elsewhere without trouble; several MB. */
const JOB_PAGE_SIZE = 1000;

const STATES: Readonly<Record<string, JobState>> = {
  QUEUED: 'Pending',
  PENDING: 'Pending',
  FULFILLED: 'Done',
  FAILED: 'Gone',
  CANCELLED: 'Gone',
  EXPIRED: 'Gone',
};

const need = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new CallscribeError('CSC_GENESYS_PROTOCOL', `${what} is missing in the answer`);
  return value;
};

export const analyticsCalls = (
  call: Connection['call'],
  analytics: InstanceType<typeof platformClient.AnalyticsApi>,
): AnalyticsCalls => {
  const job = async (operation: () => Promise<unknown>, signal: AbortSignal | undefined): Promise<JSONObject> => {
    const { body } = await call(operation, { kind: 'detailsJob', signal, timeoutMs: TIMEOUT_MS });
    return readObject(body);
  };
  return {
    detailsQuery: async (query, signal) => {
      const operation = async (): Promise<unknown> => analytics.postAnalyticsConversationsDetailsQuery(query);
      const options = { kind: 'detailsQuery', signal, timeoutMs: TIMEOUT_MS, slowAttempts: SLOW_ATTEMPTS } as const;
      const page = readObject((await call(operation, options)).body);
      return { conversations: readObjects(page['conversations']), totalHits: readWhole(page['totalHits']) };
    },
    detailsAvailability: async (signal) => {
      const body = await job(async () => analytics.getAnalyticsConversationsDetailsJobsAvailability(), signal);
      return need(readTimeMs(body['dataAvailabilityDate']), 'dataAvailabilityDate');
    },
    submitDetailsJob: async (query, signal) => {
      const body = await job(async () => analytics.postAnalyticsConversationsDetailsJobs(query), signal);
      return need(readText(body['jobId']), 'jobId');
    },
    detailsJobState: async (jobId, signal) => {
      const body = await job(async () => analytics.getAnalyticsConversationsDetailsJob(jobId), signal);
      return STATES[readText(body['state'])?.toUpperCase() ?? ''] ?? 'Pending';
    },
    detailsJobPage: async (jobId, cursor, signal) => {
      const options = { pageSize: JOB_PAGE_SIZE, ...(cursor !== undefined && { cursor }) };
      const body = await job(async () => analytics.getAnalyticsConversationsDetailsJobResults(jobId, options), signal);
      const next = readText(body['cursor']);
      return { conversations: readObjects(body['conversations']), ...(next !== undefined && { cursor: next }) };
    },
    deleteDetailsJob: async (jobId, signal) => {
      await job(async () => analytics.deleteAnalyticsConversationsDetailsJob(jobId), signal);
    },
  };
};
