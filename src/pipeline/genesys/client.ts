/**
 * Everything that callscribe asks Genesys Cloud, through the official SDK. Rate limit, login, retry, time limits and
 * normalised errors are here, so that callers see either the data or a `CallscribeError` that is worth no further attempt now.
 * @module
 */
import platformClient from 'purecloud-platform-client-v2';
import type { Models } from 'purecloud-platform-client-v2';
import type { HTTPMethod } from '../http/exchange.ts';
import type { GenesysCalls } from '../plan.ts';
import { analyticsCalls } from './analytics-calls.ts';
import type { AnalyticsCalls } from './analytics-calls.ts';
import { connect } from './connection.ts';
import type { GenesysClientOptions, JSONAnswer } from './connection.ts';
import { readObject } from './read.ts';
import type { JSONObject } from './read.ts';
import { recordingCalls } from './recording-calls.ts';
import type { RecordingCalls } from './recording-calls.ts';

export type { GenesysClientOptions, JSONAnswer };
export type { DetailsPage, JobPage, JobState } from './analytics-calls.ts';
export type { BatchResult, BatchStatus, RecordingsAnswer } from './recording-calls.ts';

/**
 * All methods reject with a `CallscribeError` (`CSC_GENESYS_*`, `CSC_EGRESS_DENIED`, or what reading the credentials throws),
 * or with the reason of the signal.
 */
export interface GenesysClient extends AnalyticsCalls, RecordingCalls {
  /** `GET /api/v2/conversations/{id}` */
  conversation(conversationId: string, signal?: AbortSignal): Promise<JSONObject>;
  /**
   * Any other call with JSON in and out. `path` begins with a slash, its variable parts are encoded already. Errors carry
   * `status` and do not quote the message of the answer, since that may repeat what was sent. It does not wait for long: what
   * cannot be sent soon ends with `CSC_GENESYS_UNAVAILABLE`.
   */
  request(method: HTTPMethod, path: string, body: unknown, signal?: AbortSignal): Promise<JSONAnswer>;
  /** Requests sent so far, logins and repetitions included. */
  readonly requests: () => GenesysCalls;
}

/** A transcript that waits is not safe yet. */
const PATIENCE_MS = 60_000;

/** A client of one organisation for one run. */
export const createGenesysClient = (options: GenesysClientOptions): GenesysClient => {
  const { call, sdk } = connect(options);
  const conversations = new platformClient.ConversationsApi(sdk);
  const json = ['application/json'];
  return {
    ...analyticsCalls(call, new platformClient.AnalyticsApi(sdk)),
    ...recordingCalls(call, new platformClient.RecordingApi(sdk)),
    requests: options.meter.byKind,
    conversation: async (conversationId, signal) => {
      const operation = async (): Promise<Models.Conversation> => conversations.getConversation(conversationId);
      return readObject((await call(operation, { kind: 'conversation', signal })).body);
    },
    request: (method, path, body, signal) => {
      // Braces would be taken for a template by the SDK; no other character is touched by it.
      const safe = path.replaceAll('{', '%7B').replaceAll('}', '%7D');
      const oauth = ['PureCloud OAuth'];
      const operation = async (): Promise<unknown> =>
        sdk.callApi(safe, method, {}, {}, {}, {}, body, oauth, json, json);
      return call(operation, { kind: 'transcript', signal, quoteMessage: false, patienceMs: PATIENCE_MS });
    },
  };
};
