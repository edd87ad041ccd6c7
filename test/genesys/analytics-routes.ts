/**
 * The calls about conversations: details query, details jobs, and the conversation itself.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { accepted, json } from './answers.ts';
import { bodyOf, conversationNotFound, conversationOf, needs } from './routes.ts';
import type { Asked, Route, RouteParts } from './routes.ts';
import { liveConversation } from './rows.ts';
import type { LiveConversation } from './rows.ts';

const DETAILS = '^/api/v2/analytics/conversations/details';

const needsDetails = ({ grant }: Asked): void =>
  needs(grant.client, 'analytics:conversationDetail:view', 'analytics:agentConversationDetail:view');

const jobRoutes = ({ jobs, polls }: RouteParts): readonly Route[] => [
  {
    method: 'POST',
    path: new RegExp(`${DETAILS}/jobs$`, 'u'),
    answer: async (asked) => {
      needsDetails(asked);
      return json<Models.AsyncQueryResponse>(202, jobs.submit(await bodyOf(asked.request)));
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${DETAILS}/jobs/availability$`, 'u'),
    answer: ({ grant }) => {
      needs(grant.client, 'analytics:conversationDetail:view');
      return json<Models.DataAvailabilityResponse>(200, jobs.availability());
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${DETAILS}/jobs/([^/]+)$`, 'u'),
    answer: (asked) => {
      needsDetails(asked);
      const { request, grant, id } = asked;
      const what = `the details job ${id}`;
      polls.ask(what, grant.token, request.atMs);
      const status = jobs.status(id, request.quirk);
      if (status.state !== 'FULFILLED' && status.state !== 'FAILED') polls.notYet(what, grant.token);
      return json<Models.AsyncQueryStatus>(status.state === 'PENDING' ? 202 : 200, status);
    },
  },
  {
    method: 'DELETE',
    path: new RegExp(`${DETAILS}/jobs/([^/]+)$`, 'u'),
    answer: (asked) => {
      needsDetails(asked);
      jobs.remove(asked.id);
      return { ...accepted(), status: 204 };
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${DETAILS}/jobs/([^/]+)/results$`, 'u'),
    answer: (asked) => {
      needsDetails(asked);
      const { id, request } = asked;
      const page = jobs.results(id, request.query, request.quirk);
      return json<Models.AnalyticsConversationAsyncQueryResponse>(200, page);
    },
  },
];

export const analyticsRoutes = (parts: RouteParts): readonly Route[] => [
  {
    method: 'POST',
    path: new RegExp(`${DETAILS}/query$`, 'u'),
    answer: async (asked) => {
      needsDetails(asked);
      const { request } = asked;
      const page = parts.queryDetails(await bodyOf(request), request.quirk);
      return json<Models.AnalyticsConversationQueryResponse>(200, page);
    },
  },
  // The availability is found before the job that could have its name.
  ...jobRoutes(parts),
  {
    method: 'GET',
    path: /^\/api\/v2\/conversations\/([^/]+)$/u,
    answer: ({ grant, id }) => {
      needs(grant.client, 'conversation:communication:view');
      const conversation = conversationOf(parts.world, id);
      if (conversation.inLiveStore === false) throw conversationNotFound();
      return json<LiveConversation>(200, liveConversation(conversation));
    },
  },
];
