/**
 * The calls of the API: which permission each needs, and what it answers.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { accepted, badRequest, GenesysError, json, notFound } from './answers.ts';
import type { DetailsQuery } from './details-query.ts';
import type { LiveWorld } from './live-world.ts';
import type { Polls } from './polls.ts';
import { checkRecordingsQuery, listMetadata, listRecordings } from './recordings.ts';
import type { ListedRecording, Sign } from './recordings.ts';
import { liveConversation } from './rows.ts';
import type { LiveConversation } from './rows.ts';
import type { Answer, FakeRequest } from '../fakes/server.ts';
import type { Grant } from './tokens.ts';
import { readTranscript } from './transcripts.ts';
import type { AcceptedTranscript } from './transcripts.ts';
import type { OAuthClient, WorldConversation } from './world.ts';

export interface Asked {
  readonly request: FakeRequest;
  readonly grant: Grant;
  /** The variable part of the path, `''` where it has none. */
  readonly id: string;
}

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (asked: Asked) => Promise<Answer> | Answer;
}

export interface RouteParts {
  readonly world: LiveWorld;
  readonly queryDetails: DetailsQuery;
  readonly sign: Sign;
  readonly polls: Polls;
  readonly onTranscript: (transcript: AcceptedTranscript) => void;
}

const LARGEST_BODY_BYTES = 10_000_000;

const needs = (client: OAuthClient, ...anyOf: readonly string[]): void => {
  if (anyOf.some((permission) => client.permissions.includes(permission))) return;
  const message = `Unable to perform the requested action. You must have at least one of the following permissions assigned: ${anyOf.join(', ')}`;
  throw new GenesysError(403, 'missing.any.permissions', message);
};

const needsRecordings = ({ permissions }: OAuthClient): void => {
  if (permissions.includes('recording:recording:view')) return;
  const message = 'The user does not have permission to view the recording.';
  throw new GenesysError(403, 'recording.recording.view.permission.check.failed', message);
};

const bodyOf = async (request: FakeRequest): Promise<unknown> => {
  if (!/^application\/json\s*(;|$)/iu.test(request.headers['content-type'] ?? '')) {
    throw new GenesysError(415, 'unsupported.media.type', 'the content type must be application/json');
  }
  const bytes = await request.body();
  if (bytes.length > LARGEST_BODY_BYTES) {
    const message = `The request is over the size limit. Maximum bytes: ${LARGEST_BODY_BYTES}`;
    throw new GenesysError(413, 'request.entity.too.large', message);
  }
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw badRequest('the body is not JSON');
  }
};

const conversationNotFound = (): GenesysError => notFound('The conversation was not found.', 'conversation.not.found');

const conversationOf = (world: LiveWorld, id: string): WorldConversation => {
  const conversation = world.conversation(id);
  if (!conversation) throw conversationNotFound();
  return conversation;
};

const conversationRoutes = ({ world, queryDetails }: RouteParts): readonly Route[] => [
  {
    method: 'POST',
    path: /^\/api\/v2\/analytics\/conversations\/details\/query$/u,
    answer: async ({ request, grant }) => {
      needs(grant.client, 'analytics:conversationDetail:view', 'analytics:agentConversationDetail:view');
      return json<Models.AnalyticsConversationQueryResponse>(200, queryDetails(await bodyOf(request)));
    },
  },
  {
    method: 'GET',
    path: /^\/api\/v2\/conversations\/([^/]+)$/u,
    answer: ({ grant, id }) => {
      needs(grant.client, 'conversation:communication:view');
      const conversation = conversationOf(world, id);
      if (conversation.inLiveStore === false) throw conversationNotFound();
      return json<LiveConversation>(200, liveConversation(conversation));
    },
  },
];

const recordingRoutes = ({ world, sign, polls }: RouteParts): readonly Route[] => [
  {
    method: 'GET',
    path: /^\/api\/v2\/conversations\/([^/]+)\/recordings$/u,
    answer: ({ request, grant, id }) => {
      needsRecordings(grant.client);
      checkRecordingsQuery(request.query);
      const conversation = conversationOf(world, id);
      const what = `the recordings of ${id}`;
      const asked = polls.ask(what, grant.token, request.atMs);
      const listing = listRecordings(conversation, asked, sign);
      if (listing.kind === 'Transcoding' || !listing.isComplete) polls.notYet(what, grant.token);
      return listing.kind === 'Transcoding' ? accepted() : json<readonly ListedRecording[]>(200, listing.recordings);
    },
  },
  {
    method: 'GET',
    path: /^\/api\/v2\/conversations\/([^/]+)\/recordingmetadata$/u,
    answer: ({ request, grant, id }) => {
      needsRecordings(grant.client);
      const conversation = conversationOf(world, id);
      const asked = polls.ask(`the metadata of ${id}`, grant.token, request.atMs);
      return json<readonly Models.RecordingMetadata[]>(200, listMetadata(conversation, asked));
    },
  },
];

const transcriptRoutes = ({ world, onTranscript }: RouteParts): readonly Route[] => [
  {
    method: 'POST',
    path: /^\/api\/v2\/interactions\/transcripts$/u,
    answer: async ({ request }) => {
      const transcript = readTranscript(await bodyOf(request), (id) => world.conversation(id) !== undefined);
      onTranscript(transcript);
      return json(201, { id: transcript.interactionId });
    },
  },
];

export const routesOf = (parts: RouteParts): readonly Route[] => [
  ...conversationRoutes(parts),
  ...recordingRoutes(parts),
  ...transcriptRoutes(parts),
];

/** @throws GenesysError 404 for a path that does not exist, 405 for one that has no such method */
export const findRoute = (routes: readonly Route[], method: string, path: string) => {
  const found = routes.flatMap((route) => {
    const match = route.path.exec(path);
    return match ? [{ route, id: decodeURIComponent(match[1] ?? '') }] : [];
  });
  const [first] = found;
  if (!first) throw notFound('The requested resource was not found.');
  const fitting = found.find(({ route }) => route.method === method);
  if (!fitting) throw new GenesysError(405, 'method.not.allowed', `The method ${method} is not allowed`);
  return fitting;
};
