/**
 * The report as JSON: summary and rows in one document. Pure.
 * @module
 */
import { formatMicros } from '../pipeline/money/micros.ts';
import { formatSeconds } from '../pipeline/settle/fields.ts';
import type { LedgerRow } from '../pipeline/types.ts';
import type { Book } from './book.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

const secondsOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : formatSeconds(ms));

/** Money and seconds are decimal strings. */
const rowDocument = (row: LedgerRow) => ({
  seq: row.seq,
  recordingId: row.recordingId,
  conversationId: row.conversationId,
  attempt: row.attempt,
  status: row.status,
  outcome: row.outcome,
  errorCode: row.errorCode,
  at: iso(row.atMs),
  callAt: iso(row.callAtMs),
  durationMs: row.durationMs,
  channels: row.channels,
  provider: row.provider,
  model: row.model,
  queueId: row.queueId,
  campaignId: row.campaignId,
  divisionId: row.divisionId,
  agent: row.agent,
  cost: formatMicros(row.costMicros),
  costUnknown: formatMicros(row.costUnknownMicros),
  estimate: formatMicros(row.estimateMicros),
  reserved: formatMicros(row.reservedMicros),
  billedSeconds: formatSeconds(row.billedMs),
  freeSeconds: formatSeconds(row.freeMs),
  ratePerMinute: formatMicros(row.microsPerMinute),
  provided: {
    requestId: row.usage.requestId ?? null,
    audioSeconds: secondsOrNull(row.usage.audioMs),
    billedSeconds: secondsOrNull(row.usage.billedMs),
    cost: row.providerMicros === undefined ? null : formatMicros(row.providerMicros),
  },
  avoided: formatMicros(row.avoidedMicros),
  avoidedBy: row.avoidedBy,
  transcribedBy: row.transcribedBy,
  audioSha256: row.audioSha256,
  chain: row.chain,
});

export const renderJson = ({ run, currency, summary, rows }: Book): string =>
  `${JSON.stringify({ run, currency, summary: summary ?? null, rows: rows.map(rowDocument) }, null, 2)}\n`;
