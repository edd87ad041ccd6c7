/**
 * The filters of the details query: checked when the query comes, whether or not there is anything to filter. Pure.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { badRequest } from './answers.ts';
import { fieldsOf } from './shapes.ts';
import type { WorldConversation, WorldSession } from './world.ts';

export type JSONObject = Readonly<Record<string, unknown>>;

export type Test<T> = (subject: T) => boolean;

export const isObject = (value: unknown): value is JSONObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const onlyFields = (value: JSONObject, what: string, fields: ReadonlySet<string>): void => {
  const odd = Object.keys(value).find((field) => !fields.has(field));
  if (odd !== undefined) throw badRequest(`${what} has the unknown field ${odd}`);
};

/** @throws GenesysError 400 unless the value is absent or one of those allowed */
export const oneOf = <T extends string>(what: string, value: unknown, allowed: readonly T[], usual: T): T => {
  if (value === undefined) return usual;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw badRequest(`${what} has an invalid value`, 'invalid.value');
  return found;
};

export const listOf = (what: string, value: unknown): readonly JSONObject[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw badRequest(`${what} must be a list`);
  return value.map((one: unknown, index) => {
    if (!isObject(one)) throw badRequest(`${what}[${index}] must be an object`);
    return one;
  });
};

/** The values that a subject has in a dimension. */
type Dimensions<T> = ReadonlyMap<string, (subject: T) => readonly string[]>;

const present = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

const OF_CONVERSATION: Dimensions<WorldConversation> = new Map([
  ['conversationId', ({ conversationId }) => [conversationId]],
  ['originatingDirection', ({ originatingDirection }) => [originatingDirection]],
  ['divisionId', ({ divisionIds }) => divisionIds],
]);

/** A segment with what it inherits: all predicates of one filter have to hold for the same one. */
export interface SegmentView {
  readonly session: WorldSession;
  readonly purpose: string;
  readonly userId: string | undefined;
  readonly queueId: string | undefined;
  readonly segmentType: string;
}

const OF_SEGMENT: Dimensions<SegmentView> = new Map([
  ['mediaType', ({ session }) => [session.mediaType]],
  ['direction', ({ session }) => [session.direction]],
  ['recording', ({ session }) => (session.recording === true ? ['true'] : [])],
  ['purpose', ({ purpose }) => [purpose]],
  ['userId', ({ userId }) => present(userId)],
  ['queueId', ({ queueId }) => present(queueId)],
  ['segmentType', ({ segmentType }) => [segmentType]],
  ['outboundCampaignId', ({ session }) => present(session.outboundCampaignId)],
]);

type Predicate = Models.ConversationDetailQueryPredicate & Models.SegmentDetailQueryPredicate;

const PREDICATE_FIELDS = fieldsOf<Predicate>({
  type: true,
  dimension: true,
  propertyType: true,
  property: true,
  metric: true,
  operator: true,
  value: true,
  range: true,
});
/** Real fields that the simulator has no use for. */
const NOT_SIMULATED = ['propertyType', 'property', 'metric', 'range'];
const FILTER_FIELDS = fieldsOf<Models.ConversationDetailQueryFilter & Models.SegmentDetailQueryFilter>({
  type: true,
  predicates: true,
  clauses: true,
});
const CLAUSE_FIELDS = fieldsOf<Models.ConversationDetailQueryClause & Models.SegmentDetailQueryClause>({
  type: true,
  predicates: true,
});

const predicateTest = <T>(predicate: JSONObject, what: string, dimensions: Dimensions<T>): Test<T> => {
  onlyFields(predicate, what, PREDICATE_FIELDS);
  const unsimulated = NOT_SIMULATED.find((field) => field in predicate);
  if (unsimulated !== undefined) throw badRequest(`${what}.${unsimulated} is not simulated`);
  oneOf(`${what}.type`, predicate['type'], ['dimension'], 'dimension');
  const operator = oneOf(`${what}.operator`, predicate['operator'], ['matches', 'exists', 'notExists'], 'matches');
  const read = dimensions.get(String(predicate['dimension']));
  if (!read)
    throw badRequest(`${what}.dimension has an invalid value: ${String(predicate['dimension'])}`, 'invalid.value');
  if (operator === 'exists') return (subject) => read(subject).length > 0;
  if (operator === 'notExists') return (subject) => read(subject).length === 0;
  const { value } = predicate;
  if (typeof value !== 'string') throw badRequest(`${what}.value must be a string`, 'invalid.value');
  return (subject) => read(subject).includes(value);
};

const combine = <T>(type: 'and' | 'or', tests: readonly Test<T>[]): Test<T> =>
  type === 'or' ? (subject) => tests.some((test) => test(subject)) : (subject) => tests.every((test) => test(subject));

const typeOf = (what: string, { type }: JSONObject): 'and' | 'or' => {
  if (type === undefined) throw badRequest(`${what}.type is required`, 'invalid.value');
  return oneOf(`${what}.type`, type, ['and', 'or'], 'and');
};

const filterTest = <T>(
  filter: JSONObject,
  what: string,
  dimensions: Dimensions<T>,
  fields = FILTER_FIELDS,
): Test<T> => {
  onlyFields(filter, what, fields);
  const type = typeOf(what, filter);
  const predicates = listOf(`${what}.predicates`, filter['predicates']);
  const clauses = listOf(`${what}.clauses`, filter['clauses']);
  if (predicates.length + clauses.length === 0) throw badRequest(`${what} has no predicates`, 'invalid.value');
  return combine(type, [
    ...predicates.map((one, index) => predicateTest(one, `${what}.predicates[${index}]`, dimensions)),
    ...clauses.map((one, index) => filterTest(one, `${what}.clauses[${index}]`, dimensions, CLAUSE_FIELDS)),
  ]);
};

const testsOf = <T>(name: string, value: unknown, dimensions: Dimensions<T>): readonly Test<T>[] =>
  listOf(name, value).map((filter, index) => filterTest(filter, `${name}[${index}]`, dimensions));

const segmentsOf = ({ participants }: WorldConversation): readonly SegmentView[] =>
  participants.flatMap(({ purpose, userId, sessions }) =>
    sessions.flatMap((session) =>
      session.segments.map(({ queueId, type }) => ({ session, purpose, userId, queueId, segmentType: type })),
    ),
  );

/**
 * Both lists of filters as one test; several filters of a list are ANDed.
 * @throws GenesysError 400
 */
export const compileFilters = (conversationFilters: unknown, segmentFilters: unknown): Test<WorldConversation> => {
  const ofConversation = combine('and', testsOf('conversationFilters', conversationFilters, OF_CONVERSATION));
  const ofSegment = testsOf('segmentFilters', segmentFilters, OF_SEGMENT);
  return (conversation) => {
    if (!ofConversation(conversation)) return false;
    const segments = segmentsOf(conversation);
    return ofSegment.every((test) => segments.some(test));
  };
};
