/**
 * `POST /api/v2/interactions/transcripts`: no public endpoint of Genesys Cloud, but what gateways offer in its name. It
 * accepts exactly the documented form. Pure.
 * @module
 */
import { badRequest, notFound } from './answers.ts';
import { isObject, onlyFields } from './details-filter.ts';

export interface AcceptedTurn {
  readonly role: string;
  readonly text: string;
  /** Whole milliseconds from the start of the recording. */
  readonly start: number;
  readonly end: number;
}

export interface AcceptedTranscript {
  readonly interactionId: string;
  readonly type: 'transcript';
  readonly content: readonly AcceptedTurn[];
  readonly dateCreated: string;
}

const ROLES: ReadonlySet<string> = new Set(['agent', 'caller', 'system', 'unknown']);
const FIELDS = new Set(['interactionId', 'type', 'content', 'dateCreated']);
const TURN_FIELDS = new Set(['role', 'text', 'start', 'end']);
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/u;

const isWhole = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const turnOf = (turn: unknown, what: string): AcceptedTurn => {
  if (!isObject(turn)) throw badRequest(`${what} must be an object`);
  onlyFields(turn, what, TURN_FIELDS);
  const { role, text, start, end } = turn;
  if (typeof role !== 'string' || !ROLES.has(role)) throw badRequest(`${what}.role has an invalid value`);
  if (typeof text !== 'string' || text.trim() === '') throw badRequest(`${what}.text must be a text`);
  if (!isWhole(start)) throw badRequest(`${what}.start must be whole milliseconds`);
  if (!isWhole(end)) throw badRequest(`${what}.end must be whole milliseconds`);
  if (end < start) throw badRequest(`${what} ends before it starts`);
  return { role, text, start, end };
};

/** A recording in which nobody speaks has no content, and that is no error. */
const contentOf = (value: unknown): readonly AcceptedTurn[] => {
  if (!Array.isArray(value)) throw badRequest('content must be a list');
  const turns = value.map((turn: unknown, index) => turnOf(turn, `content[${index}]`));
  const late = turns.findIndex(({ start }, index) => start < (turns[index - 1]?.start ?? 0));
  if (late >= 0) throw badRequest(`content[${late}] is not in time order`);
  return turns;
};

/** @throws GenesysError 400, or 404 for a conversation that does not exist */
export const readTranscript = (body: unknown, exists: (conversationId: string) => boolean): AcceptedTranscript => {
  if (!isObject(body)) throw badRequest('the body must be an object');
  onlyFields(body, 'the body', FIELDS);
  const { interactionId, type, dateCreated } = body;
  if (typeof interactionId !== 'string') throw badRequest('interactionId must be a text');
  if (type !== 'transcript') throw badRequest('type must be transcript');
  const content = contentOf(body['content']);
  if (typeof dateCreated !== 'string' || !INSTANT.test(dateCreated) || Number.isNaN(Date.parse(dateCreated))) {
    throw badRequest('dateCreated must be an ISO-8601 time in UTC', 'invalid.date');
  }
  if (!exists(interactionId)) throw notFound('the interaction does not exist', 'interaction.not.found');
  return { interactionId, type, content, dateCreated };
};
