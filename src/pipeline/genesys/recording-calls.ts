/**
 * The calls for recordings.
 * @module
 */
import type platformClient from 'purecloud-platform-client-v2';
import { CallscribeError } from '../../errors.ts';
import type { Connection, JSONAnswer } from './connection.ts';
import { present, readObject, readObjects, readText, readWhole } from './read.ts';
import type { JSONObject } from './read.ts';

/** 202: Genesys is still transcoding and says nothing about any of them. */
export type RecordingsAnswer =
  { readonly status: 202 } | { readonly status: 200; readonly recordings: readonly JSONObject[] };

/** One file of a recording, or why there is none. */
export interface BatchResult {
  readonly conversationId: string;
  readonly recordingId?: string;
  /** Signed and secret. */
  readonly url?: string;
  readonly contentType?: string;
  readonly error?: string;
}

export interface BatchStatus {
  readonly isComplete: boolean;
  /** True where fewer results came than were announced. */
  readonly isPartial: boolean;
  readonly results: readonly BatchResult[];
}

/** What is to be downloaded: all recordings of a conversation, or one of them. */
export interface BatchItem {
  readonly conversationId: string;
  readonly recordingId?: string;
}

export interface RecordingCalls {
  /** `GET /api/v2/conversations/{id}/recordings` */
  recordings(
    conversationId: string,
    options: { readonly formatId: string },
    signal?: AbortSignal,
  ): Promise<RecordingsAnswer>;
  /** `GET /api/v2/conversations/{id}/recordingmetadata` */
  recordingMetadata(conversationId: string, signal?: AbortSignal): Promise<readonly JSONObject[]>;
  /** Orders an archived recording to be brought back, until that time. `PUT /api/v2/conversations/{id}/recordings/{id}` */
  restoreRecording(item: Required<BatchItem>, untilMs: number, signal?: AbortSignal): Promise<void>;
  /** `POST /api/v2/recording/batchrequests`: the id of the job. At most 100 items. */
  submitBatch(items: readonly BatchItem[], signal?: AbortSignal): Promise<string>;
  /** `GET /api/v2/recording/batchrequests/{id}` */
  batchStatus(jobId: string, signal?: AbortSignal): Promise<BatchStatus>;
}

const protocolError = (what: string): CallscribeError => new CallscribeError('CSC_GENESYS_PROTOCOL', what);

const readRecordings = ({ status, body }: JSONAnswer): RecordingsAnswer => {
  if (status === 202) return { status };
  if (!Array.isArray(body)) throw protocolError(`the list of recordings came with ${status} and is no list`);
  return { status: 200, recordings: readObjects(body) };
};

const readResult = (row: JSONObject): BatchResult | undefined => {
  const conversationId = readText(row['conversationId']);
  if (conversationId === undefined) return undefined;
  return {
    conversationId,
    ...present('recordingId', readText(row['recordingId'])),
    ...present('url', readText(row['resultUrl'])),
    ...present('contentType', readText(row['contentType'])?.toLowerCase()),
    ...present('error', readText(row['errorMsg'])),
  };
};

const readBatch = (body: unknown): BatchStatus => {
  const job = readObject(body);
  const results = readObjects(job['results'])
    .map(readResult)
    .filter((result) => result !== undefined);
  const status = readText(job['status'])?.toLowerCase();
  const expected = readWhole(job['expectedResultCount']);
  const isPartial = results.length < (expected ?? 0);
  if (status !== undefined) return { isComplete: status === 'completed', isPartial, results };
  // The official sample looks at the counts instead. They grow, so a status is to be preferred.
  const isComplete = (readWhole(job['resultCount']) ?? 0) >= (expected ?? Number.POSITIVE_INFINITY);
  return { isComplete, isPartial, results };
};

export const recordingCalls = (
  call: Connection['call'],
  recording: InstanceType<typeof platformClient.RecordingApi>,
): RecordingCalls => ({
  recordings: async (conversationId, { formatId }, signal) => {
    const operation = async (): Promise<unknown> => recording.getConversationRecordings(conversationId, { formatId });
    return readRecordings(await call(operation, { kind: 'recording', signal }));
  },
  recordingMetadata: async (conversationId, signal) => {
    const operation = async (): Promise<unknown> => recording.getConversationRecordingmetadata(conversationId);
    const { body } = await call(operation, { kind: 'recordingMetadata', signal });
    if (!Array.isArray(body)) throw protocolError('the metadata of the recordings are no list');
    return readObjects(body);
  },
  restoreRecording: async ({ conversationId, recordingId }, untilMs, signal) => {
    const body = { archiveDate: new Date(untilMs).toISOString() };
    const operation = async (): Promise<unknown> =>
      recording.putConversationRecording(conversationId, recordingId, body);
    await call(operation, { kind: 'restore', signal });
  },
  submitBatch: async (items, signal) => {
    const operation = async (): Promise<unknown> =>
      recording.postRecordingBatchrequests({ batchDownloadRequestList: [...items] });
    const { body } = await call(operation, { kind: 'batchRequest', signal });
    const id = readText(readObject(body)['id']);
    if (id === undefined) throw protocolError('the batch request came back without an id');
    return id;
  },
  batchStatus: async (jobId, signal) => {
    const operation = async (): Promise<unknown> => recording.getRecordingBatchrequest(jobId);
    return readBatch((await call(operation, { kind: 'batchRequest', signal })).body);
  },
});
