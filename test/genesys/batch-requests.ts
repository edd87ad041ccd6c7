/**
 * `POST /api/v2/recording/batchrequests` and `GET /api/v2/recording/batchrequests/{id}`: many recordings in one job, whose
 * results appear little by little.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { badRequest, GenesysError, notFound } from './answers.ts';
import { isObject, listOf, onlyFields } from './details-filter.ts';
import type { JSONObject } from './details-filter.ts';
import { idSource } from './ids.ts';
import type { LiveWorld } from './live-world.ts';
import type { Looks } from './looks.ts';
import type { Media } from './media.ts';
import { fieldsOf, shaped } from './shapes.ts';
import type { OAuthClient, WorldConversation, WorldRecording } from './world.ts';

const MOST_ITEMS = 100;
const FIELDS = fieldsOf<Models.BatchDownloadJobSubmission>({ batchDownloadRequestList: true });
const ITEM_FIELDS = fieldsOf<Models.BatchDownloadRequest>({ conversationId: true, recordingId: true });

/** An address, with the origin of the media. */
export type SignURL = (...given: Parameters<Media['sign']>) => string;

export interface BatchOptions {
  readonly world: LiveWorld;
  readonly looks: Looks;
  readonly sign: SignURL;
  readonly contentType: Media['contentType'];
  /** So many more results appear each time that one looks. */
  readonly resultsPerPoll: number;
}

export interface BatchRequests {
  /** @throws GenesysError 400 */
  submit(body: unknown, client: OAuthClient): Models.BatchDownloadJobSubmissionResult;
  /**
   * `quirk`: `partialBatch` is complete with half of the results that it announces; `expiredURL` has addresses that are of no use any more.
   * @throws GenesysError 403, 404
   */
  status(id: string, client: OAuthClient, quirk?: string): Promise<Models.BatchDownloadJobStatusResult>;
}

type Result = Models.BatchDownloadJobResult;
type Reveal = (isExpired: boolean) => Promise<Result>;

interface Job {
  readonly clientId: string;
  readonly asked: number;
  readonly hidden: Reveal[];
  readonly shown: Result[];
}

const shape = shaped<Result>();

const STATE_ERRORS: Readonly<Record<string, string>> = {
  ARCHIVED: 'Recording is archived and cannot be downloaded',
  RESTORING: 'Recording is archived and cannot be downloaded',
  DELETED: 'Recording is not available',
  ERROR: 'Recording is not available',
  UPLOADING: 'Recording is not available yet',
};

const errorOf = ({ batchError, fileState, content }: WorldRecording): string | undefined =>
  batchError ?? STATE_ERRORS[fileState] ?? (content === undefined ? 'Recording is not available' : undefined);

/** The two files of a recording come in no order that means anything. */
const channelsOf = ({ recordingId, layout }: WorldRecording): readonly (number | undefined)[] => {
  if (layout !== '0+1') return [undefined];
  return Number.parseInt(recordingId.slice(0, 1), 16) % 2 === 0 ? [1, 0] : [0, 1];
};

const itemOf = (item: JSONObject, index: number): { conversationId: string; recordingId: string | undefined } => {
  const what = `batchDownloadRequestList[${index}]`;
  onlyFields(item, what, ITEM_FIELDS);
  const { conversationId, recordingId } = item;
  if (typeof conversationId !== 'string' || conversationId === '') {
    throw badRequest(`${what}.conversationId is required`, 'batch.download.bad.request');
  }
  if (recordingId !== undefined && typeof recordingId !== 'string') {
    throw badRequest(`${what}.recordingId must be a text`, 'batch.download.bad.request');
  }
  return { conversationId, recordingId };
};

const itemsOf = (body: unknown) => {
  if (!isObject(body)) throw badRequest('the body must be an object');
  onlyFields(body, 'the body', FIELDS);
  const items = listOf('batchDownloadRequestList', body['batchDownloadRequestList']).map(itemOf);
  if (items.length === 0) throw badRequest('there is nothing to download', 'batch.download.bad.request');
  if (items.length > MOST_ITEMS) throw badRequest(`more than ${MOST_ITEMS} items`, 'batch.download.too.many.items');
  return items;
};

const isVisible = ({ restricted, sensitive }: WorldRecording, { permissions }: OAuthClient): boolean =>
  restricted !== true && (sensitive !== true || permissions.includes('recording:recording:viewSensitiveData'));

export const createBatchRequests = (options: BatchOptions): BatchRequests => {
  const { world, looks, sign, contentType, resultsPerPoll } = options;
  const jobs = new Map<string, Job>();
  const newId = idSource('batch request');

  const revealsOf = (conversation: WorldConversation, recording: WorldRecording): readonly Reveal[] => {
    const { conversationId } = conversation;
    const { recordingId } = recording;
    const errorMsg = errorOf(recording);
    if (errorMsg !== undefined) return [() => Promise.resolve(shape({ conversationId, recordingId, errorMsg }))];
    return channelsOf(recording).map((channel) => async (isExpired) => {
      const variant = { original: true, ...(channel !== undefined && { channel }) };
      const resultUrl = sign(recordingId, variant, isExpired);
      return shape({ conversationId, recordingId, resultUrl, contentType: await contentType(recordingId, variant) });
    });
  };

  return {
    submit: (body, client) => {
      const items = itemsOf(body);
      const hidden = items.flatMap(({ conversationId, recordingId }) => {
        const conversation = world.conversation(conversationId);
        if (!conversation) {
          return [() => Promise.resolve(shape({ conversationId, errorMsg: 'Conversation not found' }))];
        }
        return looks
          .recordings(conversation)
          .filter((one) => isVisible(one, client) && (recordingId === undefined || one.recordingId === recordingId))
          .flatMap((recording) => revealsOf(conversation, recording));
      });
      const id = newId();
      jobs.set(id, { clientId: client.clientId, asked: items.length, hidden, shown: [] });
      return shaped<Models.BatchDownloadJobSubmissionResult>()({
        id,
        selfUri: `/api/v2/recording/batchrequests/${id}`,
      });
    },
    status: async (id, { clientId }, quirk) => {
      const job = jobs.get(id);
      if (!job) throw notFound('The batch download job was not found.', 'batch.download.job.not.found');
      if (job.clientId !== clientId) {
        throw new GenesysError(403, 'batch.download.permission.denied', 'The job belongs to somebody else.');
      }
      const isExpired = quirk === 'expiredURL';
      for (const reveal of job.hidden.splice(0, resultsPerPoll)) job.shown.push(await reveal(isExpired));
      const announced = job.shown.length + job.hidden.length;
      if (quirk === 'partialBatch') job.hidden.length = 0;
      const isComplete = job.hidden.length === 0;
      const shown = quirk === 'partialBatch' ? job.shown.slice(0, Math.floor(job.shown.length / 2)) : job.shown;
      return shaped<Models.BatchDownloadJobStatusResult>()({
        jobId: id,
        status: isComplete ? 'Completed' : 'InProgress',
        // What a conversation has is known when it is looked at: the number grows.
        expectedResultCount: isComplete ? announced : Math.max(job.asked, shown.length + 1),
        resultCount: shown.length,
        errorCount: shown.filter(({ errorMsg }) => errorMsg !== undefined).length,
        results: [...shown],
      });
    },
  };
};
