/**
 * A small day in the life of a run, for the tests of this folder: each kind of row that there is.
 * @module
 */
import { NOW_MS, rowWith } from '../pipeline/recording/test-recording.ts';
import { genesis } from '../pipeline/settle/chain.ts';
import { linkedRows } from '../pipeline/test-spec.ts';
import type { LedgerRow, Row } from '../pipeline/types.ts';

const UNSPENT = { costMicros: 0, billedMs: 0, reservedMicros: 0, audioSha256: '' } as const;

const rows: readonly Row[] = [
  rowWith({
    usage: { requestId: 'req-1', audioMs: 61_500, billedMs: 62_000 },
    providerMicros: 4133,
  }),
  rowWith({
    recordingId: 'r-2',
    conversationId: 'c-2',
    attempt: 1,
    status: 'unknown',
    outcome: '',
    costMicros: 0,
    costUnknownMicros: 4100,
    errorCode: 'CSC_STT_TIMEOUT',
    callAtMs: NOW_MS - 3_600_000,
    queueId: '=HYPERLINK("https://example.com")',
  }),
  rowWith({
    recordingId: 'r-2',
    conversationId: 'c-2',
    attempt: 2,
    atMs: NOW_MS + 60_000,
    callAtMs: NOW_MS - 3_600_000,
    queueId: '=HYPERLINK("https://example.com")',
  }),
  rowWith({
    recordingId: 'r-3',
    conversationId: 'c-3',
    status: 'failed',
    outcome: 'Failed',
    errorCode: 'CSC_STT_PROTOCOL',
    campaignId: 'camp-2',
    atMs: NOW_MS + 86_400_000,
  }),
  rowWith({
    ...UNSPENT,
    recordingId: 'r-4',
    conversationId: 'c-4',
    status: 'failed',
    outcome: 'Failed',
    errorCode: 'CSC_STT_REJECTED',
    reservedMicros: 4100,
    queueId: '',
    agent: '',
  }),
  rowWith({
    ...UNSPENT,
    recordingId: 'r-5',
    conversationId: 'c-5',
    status: 'skipped',
    outcome: 'Skipped',
    errorCode: 'CSC_MEDIA_SILENT',
    avoidedMicros: 2000,
    avoidedBy: 'CSC_MEDIA_SILENT',
  }),
  rowWith({
    ...UNSPENT,
    recordingId: 'r-6',
    conversationId: 'c-6',
    attempt: 0,
    status: 'skipped',
    outcome: 'Skipped',
    errorCode: 'CSC_ALREADY_TRANSCRIBED',
    transcribedBy: 'monday',
    avoidedMicros: 4000,
    avoidedBy: 'CSC_ALREADY_TRANSCRIBED',
  }),
  rowWith({
    ...UNSPENT,
    recordingId: '',
    conversationId: 'c-7',
    attempt: 0,
    durationMs: 0,
    channels: 0,
    estimateMicros: 0,
    status: 'skipped',
    outcome: 'NoRecording',
    errorCode: 'CSC_NO_RECORDING',
  }),
  rowWith({ recordingId: 'r-8', conversationId: 'c-8', transcribedBy: 'sunday', freeMs: 1500, costMicros: 4000 }),
];

export const dayOfRows: readonly LedgerRow[] = linkedRows(rows, genesis('USD'));
