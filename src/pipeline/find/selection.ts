/**
 * The selection of a run, as far as the query of Genesys can make it.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import type { Window } from '../types.ts';

export type Direction = 'Inbound' | 'Outbound';

/** The fields of `spec.selection` that find and locate need. */
export interface Selection {
  readonly queueIDs?: readonly string[] | undefined;
  readonly divisionIDs?: readonly string[] | undefined;
  readonly campaignIDs?: readonly string[] | undefined;
  /** Default `['Outbound']`. */
  readonly directions?: readonly Direction[] | undefined;
  readonly minDurationSeconds?: number | undefined;
}

/** The largest page that the details query gives. */
export const PAGE_SIZE = 100;

type Filter = Models.ConversationDetailQueryFilter & Models.SegmentDetailQueryFilter;

const anyOf = (dimension: string, values: readonly string[]): Filter => ({
  type: 'or',
  predicates: values.map((value) => ({ type: 'dimension', dimension, operator: 'matches', value })),
});

const optional = (dimension: string, values: readonly string[] | undefined): Filter[] =>
  values && values.length > 0 ? [anyOf(dimension, values)] : [];

/** The directions of a selection in the words of the API. */
export const directionsOf = ({ directions = ['Outbound'] }: Selection): readonly ('inbound' | 'outbound')[] =>
  directions.map((direction) => (direction === 'Inbound' ? 'inbound' : 'outbound'));

/** The filters of a selection, for the query and for jobs alike. */
const filtersOf = (selection: Selection) => ({
  conversationFilters: [
    anyOf('originatingDirection', directionsOf(selection)),
    ...optional('divisionId', selection.divisionIDs),
  ],
  segmentFilters: [
    anyOf('mediaType', ['voice']),
    ...optional('queueId', selection.queueIDs),
    ...optional('outboundCampaignId', selection.campaignIDs),
  ],
});

const intervalOf = ({ fromMs, toMs }: Window): string =>
  `${new Date(fromMs).toISOString()}/${new Date(toMs).toISOString()}`;

/**
 * A page of voice conversations in the order in which they started, so that what is added meanwhile comes last. Filters of
 * one list are ANDed, which is why each condition is a filter of its own. There is none on recordings: a conversation
 * without one belongs into the report.
 *
 * @param pageNumber from 1
 */
export const detailsQueryOf = (
  interval: Window,
  selection: Selection,
  pageNumber: number,
): Models.ConversationQuery => ({
  interval: intervalOf(interval),
  order: 'asc',
  orderBy: 'conversationStart',
  paging: { pageSize: PAGE_SIZE, pageNumber },
  ...filtersOf(selection),
});

/** The same conversations by a details job. */
export const asyncQueryOf = (interval: Window, selection: Selection): Models.AsyncConversationQuery => ({
  interval: intervalOf(interval),
  order: 'asc',
  orderBy: 'conversationStart',
  ...filtersOf(selection),
});

/** These conversations and no others, as they are now. At most a page of them, all of which started in the interval. */
export const idQueryOf = (interval: Window, conversationIds: readonly string[]): Models.ConversationQuery => ({
  interval: intervalOf(interval),
  order: 'asc',
  orderBy: 'conversationStart',
  paging: { pageSize: PAGE_SIZE, pageNumber: 1 },
  conversationFilters: [anyOf('conversationId', conversationIds)],
});
