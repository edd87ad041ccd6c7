/**
 * The calls about recordings, and the one that takes a transcript.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { accepted, json, notFound } from './answers.ts';
import { checkRecordingsQuery, checkRestore, isPlayable, metadataOf, recordingOf } from './recordings.ts';
import type { ListedRecording } from './recordings.ts';
import { bodyOf, conversationOf, needs, needsRecordings } from './routes.ts';
import type { Asked, Route, RouteParts } from './routes.ts';
import { readTranscript } from './transcripts.ts';
import type { WorldConversation, WorldRecording } from './world.ts';

interface Looked {
  readonly conversation: WorldConversation;
  readonly shown: readonly WorldRecording[];
  readonly what: string;
  /** How often the same was asked for before. */
  readonly asked: number;
}

const RECORDINGS = '^/api/v2/conversations/([^/]+)/recordings';

const lookerOf =
  ({ world, looks, polls }: RouteParts) =>
  ({ grant, id, request }: Asked, what: string): Looked => {
    needsRecordings(grant.client);
    const conversation = conversationOf(world, id);
    const asked = polls.ask(what, grant.token, request.atMs);
    const shown = looks.recordings(conversation).filter(({ restricted }) => restricted !== true);
    return { conversation, shown, what, asked };
  };

/** Files that are not there yet cannot be transcoded. */
const isTranscoding = (recording: WorldRecording, asked: number): boolean =>
  isPlayable(recording) && asked < (recording.notReady ?? 0);

const listRoutes = (parts: RouteParts): readonly Route[] => {
  const { looks, polls, sign } = parts;
  const look = lookerOf(parts);
  return [
    {
      method: 'GET',
      path: new RegExp(`${RECORDINGS}$`, 'u'),
      answer: (given) => {
        checkRecordingsQuery(given.request.query);
        const { conversation, shown, what, asked } = look(given, `the recordings of ${given.id}`);
        // A 202 without body hides all recordings of the conversation.
        const isHidden = shown.some((one) => isTranscoding(one, asked));
        if (isHidden || looks.willChange(conversation)) polls.notYet(what, given.grant.token);
        if (isHidden) return accepted();
        const list = shown.map((one) => recordingOf(conversation, one, { sign }));
        return json<readonly ListedRecording[]>(200, list);
      },
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/conversations\/([^/]+)\/recordingmetadata$/u,
      answer: (given) => {
        const { conversation, shown } = look(given, `the metadata of ${given.id}`);
        const list = shown.map((one) => metadataOf(conversation, one));
        return json<readonly Models.RecordingMetadata[]>(200, list);
      },
    },
  ];
};

const singleRoutes = (parts: RouteParts): readonly Route[] => {
  const { looks, polls, sign, now } = parts;
  const look = lookerOf(parts);
  const only = (shown: readonly WorldRecording[], id: string): WorldRecording => {
    const found = shown.find(({ recordingId }) => recordingId === id);
    if (!found) throw notFound('The recording was not found.', 'recording.not.found');
    return found;
  };
  return [
    {
      method: 'GET',
      path: new RegExp(`${RECORDINGS}/([^/]+)$`, 'u'),
      answer: (given) => {
        const { request, subId, grant } = given;
        checkRecordingsQuery(request.query);
        const { conversation, shown, what, asked } = look(given, `the recording ${subId}`);
        const recording = only(shown, subId);
        const isUnready = isTranscoding(recording, asked);
        if (isUnready) polls.notYet(what, grant.token);
        const isCombined = request.query.get('download') === 'true';
        const full = recordingOf(conversation, recording, { sign, isCombined });
        return json<ListedRecording>(isUnready ? 202 : 200, isUnready ? { ...full, mediaUris: null } : full);
      },
    },
    {
      method: 'PUT',
      path: new RegExp(`${RECORDINGS}/([^/]+)$`, 'u'),
      answer: async (given) => {
        const body = await bodyOf(given.request);
        needs(given.grant.client, 'recording:recording:restore', 'recording:recording:editRetention');
        const { conversation, shown } = look(given, `the retention of ${given.subId}`);
        const recording = only(shown, given.subId);
        checkRestore(body, recording, now());
        looks.restore(conversation, recording.recordingId);
        return json<ListedRecording>(
          200,
          recordingOf(conversation, { ...recording, fileState: 'RESTORING' }, { sign }),
        );
      },
    },
  ];
};

const batchRoutes = ({ batches, polls }: RouteParts): readonly Route[] => [
  {
    method: 'POST',
    path: /^\/api\/v2\/recording\/batchrequests$/u,
    answer: async ({ request, grant }) => {
      needsRecordings(grant.client);
      const result = batches.submit(await bodyOf(request), grant.client);
      return json<Models.BatchDownloadJobSubmissionResult>(200, result);
    },
  },
  {
    method: 'GET',
    path: /^\/api\/v2\/recording\/batchrequests\/([^/]+)$/u,
    answer: async ({ request, grant, id }) => {
      const what = `the batch request ${id}`;
      polls.ask(what, grant.token, request.atMs);
      const status = await batches.status(id, grant.client, request.quirk);
      if (status.status === 'InProgress') polls.notYet(what, grant.token);
      return json<Models.BatchDownloadJobStatusResult>(200, status);
    },
  },
];

const transcriptRoute = ({ world, onTranscript }: RouteParts): Route => ({
  method: 'POST',
  path: /^\/api\/v2\/interactions\/transcripts$/u,
  answer: async ({ request }) => {
    const transcript = readTranscript(await bodyOf(request), (id) => world.conversation(id) !== undefined);
    onTranscript(transcript);
    return json(201, { id: transcript.interactionId });
  },
});

export const recordingRoutes = (parts: RouteParts): readonly Route[] => [
  ...listRoutes(parts),
  ...singleRoutes(parts),
  ...batchRoutes(parts),
  transcriptRoute(parts),
];
