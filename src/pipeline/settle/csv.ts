/**
 * The report as CSV, which is the ledger as well: what is written here is read back after a restart, to the last digit.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import { formatMicros } from '../money/micros.ts';
import type { Reservation, Row } from '../types.ts';
import { fieldReader, formatSeconds } from './fields.ts';
import { neutralise, parseTable, renderLine } from './table.ts';

const columnsFor = (currency: string): readonly string[] => [
  'mediaId',
  'durationSeconds',
  `cost${currency}`,
  'status',
  'timestamp',
  'conversationId',
  'attempt',
  'costUnknown',
  'errorCode',
  'channels',
  'provider',
  'model',
  'queueId',
  'outcome',
];

const COST_COLUMN = 2;

/** The ledger writes a whole shard for each change of it, and nearly all lines of it are as they were. */
const remembering = <T extends object>(render: (item: T) => string): ((item: T) => string) => {
  const lines = new WeakMap<T, string>();
  return (item) => {
    const known = lines.get(item);
    if (known !== undefined) return known;
    const line = render(item);
    lines.set(item, line);
    return line;
  };
};

const renderRow = remembering((row: Row): string =>
  renderLine([
    neutralise(row.recordingId),
    formatSeconds(row.durationMs),
    formatMicros(row.costMicros),
    row.status,
    new Date(row.atMs).toISOString(),
    neutralise(row.conversationId),
    String(row.attempt),
    formatMicros(row.costUnknownMicros),
    row.errorCode,
    String(row.channels),
    neutralise(row.provider),
    neutralise(row.model),
    neutralise(row.queueId),
    row.outcome,
  ]),
);

/** A header line, also without rows, and a line for each row. Texts that a spreadsheet would run as a formula are neutralised. */
export const renderCsv = (rows: readonly Row[], currency: string): string =>
  renderLine(columnsFor(currency)) + rows.map(renderRow).join('');

export interface Report {
  /** From the name of the third column, ISO 4217. */
  readonly currency: string;
  readonly rows: readonly Row[];
}

const checkHeader = (fields: readonly string[], columns: readonly string[]): void => {
  if (fields.length === columns.length && fields.every((name, index) => name === columns[index])) return;
  throw new CallscribeError('CSC_LEDGER_CORRUPT', 'the first line of the table does not have the names of the columns');
};

/**
 * Reads what `renderCsv` wrote.
 * @throws CallscribeError `CSC_LEDGER_CORRUPT`
 */
export const parseCsv = (text: string): Report => {
  const [header, ...lines] = parseTable(text);
  const currency = /^cost([A-Z]{3})$/.exec(header?.fields[COST_COLUMN] ?? '')?.[1] ?? '';
  const columns = columnsFor(currency);
  checkHeader(currency === '' ? [] : (header?.fields ?? []), columns);
  const rows = lines.map((line): Row => {
    const field = fieldReader(line, columns);
    return {
      recordingId: field.text('mediaId'),
      durationMs: field.ms('durationSeconds'),
      costMicros: field.micros(`cost${currency}`),
      status: field.status('status'),
      atMs: field.instant('timestamp'),
      conversationId: field.text('conversationId'),
      attempt: field.count('attempt'),
      costUnknownMicros: field.micros('costUnknown'),
      errorCode: field.errorCode('errorCode'),
      channels: field.count('channels'),
      provider: field.text('provider'),
      model: field.text('model'),
      queueId: field.text('queueId'),
      outcome: field.outcome('outcome'),
    };
  });
  return { currency, rows };
};

const RESERVATION_COLUMNS = [
  'mediaId',
  'durationSeconds',
  'reserved',
  'timestamp',
  'conversationId',
  'attempt',
  'channels',
  'provider',
  'model',
  'queueId',
] as const;

const renderReservation = remembering((reservation: Reservation): string =>
  renderLine([
    neutralise(reservation.recordingId),
    formatSeconds(reservation.durationMs),
    formatMicros(reservation.reservedMicros),
    new Date(reservation.atMs).toISOString(),
    neutralise(reservation.conversationId),
    String(reservation.attempt),
    String(reservation.channels),
    neutralise(reservation.provider),
    neutralise(reservation.model),
    neutralise(reservation.queueId),
  ]),
);

/** `reserved.csv`: attempts that may be spending money now. */
export const renderReservations = (reservations: readonly Reservation[]): string =>
  renderLine(RESERVATION_COLUMNS) + reservations.map(renderReservation).join('');

/**
 * Reads what `renderReservations` wrote; an empty text has none.
 * @throws CallscribeError `CSC_LEDGER_CORRUPT`
 */
export const parseReservations = (text: string): readonly Reservation[] => {
  const [header, ...lines] = parseTable(text);
  if (!header) return [];
  checkHeader(header.fields, RESERVATION_COLUMNS);
  return lines.map((line): Reservation => {
    const field = fieldReader(line, RESERVATION_COLUMNS);
    return {
      recordingId: field.text('mediaId'),
      durationMs: field.ms('durationSeconds'),
      reservedMicros: field.micros('reserved'),
      atMs: field.instant('timestamp'),
      conversationId: field.text('conversationId'),
      attempt: field.count('attempt'),
      channels: field.count('channels'),
      provider: field.text('provider'),
      model: field.text('model'),
      queueId: field.text('queueId'),
    };
  });
};
