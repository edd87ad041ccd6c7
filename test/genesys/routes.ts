/**
 * The calls of the API: what they have in common, and how one is found.
 * @module
 */
import { badRequest, GenesysError, notFound } from './answers.ts';
import type { BatchRequests, SignURL } from './batch-requests.ts';
import type { DetailsJobs } from './details-jobs.ts';
import type { DetailsQuery } from './details-query.ts';
import type { LiveWorld } from './live-world.ts';
import type { Looks } from './looks.ts';
import type { Polls } from './polls.ts';
import type { Answer, FakeRequest } from '../fakes/server.ts';
import type { Grant } from './tokens.ts';
import type { AcceptedTranscript } from './transcripts.ts';
import type { OAuthClient, WorldConversation } from './world.ts';

export interface Asked {
  readonly request: FakeRequest;
  readonly grant: Grant;
  /** The first variable part of the path, `''` where it has none. */
  readonly id: string;
  /** The second one. */
  readonly subId: string;
}

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (asked: Asked) => Promise<Answer> | Answer;
}

export interface RouteParts {
  readonly world: LiveWorld;
  readonly looks: Looks;
  readonly queryDetails: DetailsQuery;
  readonly jobs: DetailsJobs;
  readonly batches: BatchRequests;
  readonly sign: SignURL;
  readonly polls: Polls;
  readonly now: () => number;
  readonly onTranscript: (transcript: AcceptedTranscript) => void;
}

const LARGEST_BODY_BYTES = 10_000_000;

/** @throws GenesysError 403 */
export const needs = (client: OAuthClient, ...anyOf: readonly string[]): void => {
  if (anyOf.some((permission) => client.permissions.includes(permission))) return;
  const message = `Unable to perform the requested action. You must have at least one of the following permissions assigned: ${anyOf.join(', ')}`;
  throw new GenesysError(403, 'missing.any.permissions', message);
};

/** The calls for recordings do not say what is missing. @throws GenesysError 403 */
export const needsRecordings = ({ permissions }: OAuthClient): void => {
  if (permissions.includes('recording:recording:view')) return;
  const message = 'The user does not have permission to view the recording.';
  throw new GenesysError(403, 'recording.recording.view.permission.check.failed', message);
};

/** @throws GenesysError 400, 413, 415 */
export const bodyOf = async (request: FakeRequest): Promise<unknown> => {
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

export const conversationNotFound = (): GenesysError =>
  notFound('The conversation was not found.', 'conversation.not.found');

/** @throws GenesysError 404 */
export const conversationOf = (world: LiveWorld, id: string): WorldConversation => {
  const conversation = world.conversation(id);
  if (!conversation) throw conversationNotFound();
  return conversation;
};

/** @throws GenesysError 404 for a path that does not exist, 405 for one that has no such method */
export const findRoute = (routes: readonly Route[], method: string, path: string) => {
  const found = routes.flatMap((route) => {
    const match = route.path.exec(path);
    const part = (index: number): string => decodeURIComponent(match?.[index] ?? '');
    return match ? [{ route, id: part(1), subId: part(2) }] : [];
  });
  const [first] = found;
  if (!first) throw notFound('The requested resource was not found.');
  const fitting = found.find(({ route }) => route.method === method);
  if (!fitting) throw new GenesysError(405, 'method.not.allowed', `The method ${method} is not allowed`);
  return fitting;
};
