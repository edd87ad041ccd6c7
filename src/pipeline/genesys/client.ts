/**
 * Everything that callscribe asks Genesys Cloud, through the official SDK. Rate limit, login, retry, time limits and
 * normalised errors are here, so that callers see either the data or a `CallscribeError` that is worth no further attempt now.
 * @module
 */
import platformClient from 'purecloud-platform-client-v2';
import type { Models } from 'purecloud-platform-client-v2';
import { CallscribeError } from '../../errors.ts';
import type { HTTPMethod } from '../http/exchange.ts';
import { connect } from './connection.ts';
import type { GenesysClientOptions, JSONAnswer } from './connection.ts';
import { readObject, readObjects, readWhole } from './read.ts';
import type { JSONObject } from './read.ts';

export type { GenesysClientOptions, JSONAnswer };

export interface DetailsPage {
  readonly conversations: readonly JSONObject[];
  readonly totalHits: number | undefined;
}

/** 202: Genesys is still transcoding and says nothing about any of them. */
export type RecordingsAnswer =
  { readonly status: 202 } | { readonly status: 200; readonly recordings: readonly JSONObject[] };

/**
 * All methods reject with a `CallscribeError` (`CSC_GENESYS_*`, `CSC_EGRESS_DENIED`, or what reading the credentials throws),
 * or with the reason of the signal.
 */
export interface GenesysClient {
  /** `POST /api/v2/analytics/conversations/details/query` */
  detailsQuery(query: Models.ConversationQuery, signal?: AbortSignal): Promise<DetailsPage>;
  /** `GET /api/v2/conversations/{id}` */
  conversation(conversationId: string, signal?: AbortSignal): Promise<JSONObject>;
  /** `GET /api/v2/conversations/{id}/recordings` */
  recordings(
    conversationId: string,
    options: { readonly formatId: string },
    signal?: AbortSignal,
  ): Promise<RecordingsAnswer>;
  /** `GET /api/v2/conversations/{id}/recordingmetadata` */
  recordingMetadata(conversationId: string, signal?: AbortSignal): Promise<readonly JSONObject[]>;
  /**
   * Any other call with JSON in and out. `path` begins with a slash, its variable parts are encoded already. Errors carry
   * `status` and do not quote the message of the answer, since that may repeat what was sent.
   */
  request(method: HTTPMethod, path: string, body: unknown, signal?: AbortSignal): Promise<JSONAnswer>;
  /** Requests sent so far, logins and repetitions included. */
  readonly requests: () => number;
}

/** A page of a hundred conversations is large, and analytics is slow: the 16 seconds of the SDK are too few. */
const ANALYTICS_TIMEOUT_MS = 60_000;

const protocolError = (what: string): CallscribeError => new CallscribeError('CSC_GENESYS_PROTOCOL', what);

const readRecordings = ({ status, body }: JSONAnswer): RecordingsAnswer => {
  if (status === 202) return { status };
  if (!Array.isArray(body)) throw protocolError(`the list of recordings came with ${status} and is no list`);
  return { status: 200, recordings: readObjects(body) };
};

/** A client of one organisation for one run. */
export const createGenesysClient = (options: GenesysClientOptions): GenesysClient => {
  const { call, sdk, requests } = connect(options);
  const analytics = new platformClient.AnalyticsApi(sdk);
  const conversations = new platformClient.ConversationsApi(sdk);
  const recording = new platformClient.RecordingApi(sdk);
  const json = ['application/json'];
  return {
    requests,
    detailsQuery: async (query, signal) => {
      const { body } = await call(async () => analytics.postAnalyticsConversationsDetailsQuery(query), {
        signal,
        timeoutMs: ANALYTICS_TIMEOUT_MS,
      });
      const page = readObject(body);
      return { conversations: readObjects(page['conversations']), totalHits: readWhole(page['totalHits']) };
    },
    conversation: async (conversationId, signal) => {
      const { body } = await call(async () => conversations.getConversation(conversationId), { signal });
      return readObject(body);
    },
    recordings: async (conversationId, { formatId }, signal) =>
      readRecordings(
        await call(async () => recording.getConversationRecordings(conversationId, { formatId }), { signal }),
      ),
    recordingMetadata: async (conversationId, signal) => {
      const { body } = await call(async () => recording.getConversationRecordingmetadata(conversationId), { signal });
      if (!Array.isArray(body)) throw protocolError('the metadata of the recordings are no list');
      return readObjects(body);
    },
    request: (method, path, body, signal) => {
      // Braces would be taken for a template by the SDK; no other character is touched by it.
      const safe = path.replaceAll('{', '%7B').replaceAll('}', '%7D');
      const oauth = ['PureCloud OAuth'];
      const operation = async (): Promise<unknown> =>
        sdk.callApi(safe, method, {}, {}, {}, {}, body, oauth, json, json);
      return call(operation, { signal, quoteMessage: false });
    },
  };
};
