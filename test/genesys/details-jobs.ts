/**
 * `/api/v2/analytics/conversations/details/jobs`: the same rows as the details query, prepared in the background and read with
 * a cursor. What is younger than the availability date is missing, or still going on, without a word.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { badRequest, notFound } from './answers.ts';
import { compileFilters, isObject, oneOf, onlyFields } from './details-filter.ts';
import { intervalOf, refuseUnsimulated } from './details-query.ts';
import { stillGoingOn } from './calls.ts';
import { idSource } from './ids.ts';
import type { LiveWorld } from './live-world.ts';
import type { Looks } from './looks.ts';
import { analyticsRow } from './rows.ts';
import { fieldsOf, shaped } from './shapes.ts';
import type { WorldConversation } from './world.ts';

const FIELDS = fieldsOf<Models.AsyncConversationQuery>({
  interval: true,
  order: true,
  orderBy: true,
  conversationFilters: true,
  segmentFilters: true,
  evaluationFilters: true,
  surveyFilters: true,
  resolutionFilters: true,
  limit: true,
  startOfDayIntervalMatching: true,
});
const LARGEST_PAGE = 10_000;
const USUAL_PAGE = 1000;

export interface DetailsJobs {
  /** @throws GenesysError 400 */
  submit(body: unknown): Models.AsyncQueryResponse;
  /** `quirk`: `failedJob` ends it in the state FAILED. @throws GenesysError 404 */
  status(id: string, quirk?: string): Models.AsyncQueryStatus;
  /**
   * `quirk`: `duplicatedPage` gives the page before once more, and goes on from there; `expiredJob` makes it forget everything.
   * @throws GenesysError 400, 404
   */
  results(id: string, query: URLSearchParams, quirk?: string): Models.AnalyticsConversationAsyncQueryResponse;
  /** @throws GenesysError 404 */
  remove(id: string): void;
  availability(): Models.DataAvailabilityResponse;
  /** How many were submitted and not removed. */
  readonly open: () => number;
}

export interface DetailsJobsOptions {
  readonly world: LiveWorld;
  readonly looks: Looks;
  readonly now: () => number;
  /** So many times one looks before a job is done. */
  readonly pollsPerJob: number;
}

interface Job {
  readonly conversations: readonly WorldConversation[];
  readonly submittedAtMs: number;
  polls: number;
  state: 'PENDING' | 'FULFILLED' | 'FAILED';
}

const iso = (ms: number): string => new Date(ms).toISOString();

const pageSizeOf = (text: string | null): number => {
  if (text === null) return USUAL_PAGE;
  const size = /^\d+$/u.test(text) ? Number(text) : 0;
  if (size < 1 || size > LARGEST_PAGE) throw badRequest(`pageSize must be from 1 to ${LARGEST_PAGE}`, 'invalid.value');
  return size;
};

/** A cursor means nothing to who gets it. */
const cursorOf = (offset: number): string => Buffer.from(`offset ${offset}`).toString('base64url');

const offsetOf = (cursor: string | null, rows: number): number => {
  if (cursor === null) return 0;
  const offset = Number(/^offset (\d+)$/u.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1] ?? -1);
  if (offset < 1 || offset >= rows) throw badRequest('the cursor is not valid', 'invalid.value');
  return offset;
};

const asyncRow = (conversation: WorldConversation) => {
  const { participants, ...row } = analyticsRow(conversation);
  return shaped<Models.AnalyticsConversation>()({
    ...row,
    participants: participants.map((one) => shaped<Models.AnalyticsParticipant>()({ ...one, attributes: {} })),
  });
};

export const createDetailsJobs = ({ world, looks, now, pollsPerJob }: DetailsJobsOptions): DetailsJobs => {
  const jobs = new Map<string, Job>();
  const newId = idSource('details job');

  const search = (body: unknown): readonly WorldConversation[] => {
    if (!isObject(body)) throw badRequest('the body must be an object');
    onlyFields(body, 'the body', FIELDS);
    refuseUnsimulated(body);
    const [fromMs, toMs] = intervalOf(body['interval']);
    oneOf('order', body['order'], ['asc', 'desc', 'unordered'], 'asc');
    const passes = compileFilters(body['conversationFilters'], body['segmentFilters']);
    const untilMs = world.availableUntilMs();
    return world
      .startedWithin(Number.NEGATIVE_INFINITY, Math.min(toMs, untilMs))
      .filter(({ endAtMs = Number.POSITIVE_INFINITY }) => endAtMs >= fromMs)
      .filter(passes)
      .map((one) => ((one.endAtMs ?? 0) > untilMs ? stillGoingOn(one) : one));
  };

  const jobOf = (id: string): Job => {
    const job = jobs.get(id);
    if (!job) throw notFound('The job was not found.', 'job.not.found');
    return job;
  };

  return {
    open: () => jobs.size,
    submit: (body) => {
      const jobId = newId();
      jobs.set(jobId, { conversations: search(body), submittedAtMs: now(), polls: 0, state: 'PENDING' });
      return shaped<Models.AsyncQueryResponse>()({ jobId });
    },
    status: (id, quirk) => {
      const job = jobOf(id);
      job.polls += 1;
      if (quirk === 'failedJob') job.state = 'FAILED';
      else if (job.state === 'PENDING' && job.polls > pollsPerJob) job.state = 'FULFILLED';
      return shaped<Models.AsyncQueryStatus>()({
        state: job.state,
        submissionDate: iso(job.submittedAtMs),
        expirationDate: iso(job.submittedAtMs + 86_400_000),
        ...(job.state === 'FULFILLED' && { completionDate: iso(now()) }),
        ...(job.state === 'FAILED' && { errorMessage: 'A simulated fault' }),
      });
    },
    results: (id, query, quirk) => {
      if (quirk === 'expiredJob') jobs.delete(id);
      const { conversations, state } = jobOf(id);
      if (state !== 'FULFILLED') throw badRequest('the job is not done');
      const size = pageSizeOf(query.get('pageSize'));
      const asked = offsetOf(query.get('cursor'), conversations.length);
      const offset = quirk === 'duplicatedPage' ? Math.max(0, asked - size) : asked;
      const page = conversations.slice(offset, offset + size).map((one) => asyncRow(looks.conversation(one)));
      const end = offset + size;
      return shaped<Models.AnalyticsConversationAsyncQueryResponse>()({
        ...(page.length > 0 && { conversations: page }),
        ...(end < conversations.length && { cursor: cursorOf(end) }),
        dataAvailabilityDate: iso(world.availableUntilMs()),
      });
    },
    remove: (id) => {
      jobOf(id);
      jobs.delete(id);
    },
    availability: () =>
      shaped<Models.DataAvailabilityResponse>()({ dataAvailabilityDate: iso(world.availableUntilMs()) }),
  };
};
