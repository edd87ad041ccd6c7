/**
 * The report as CSV, which is the ledger as well: what is written here is read back after a restart, to the last digit.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { AttemptFacts, LedgerRow, Reservation, Usage } from '../types.ts';
import { type Column, column, fieldsOf, headerLine, openTable, readTable, remembering } from './columns.ts';
import { count, errorCode, instant, money, optional, outcome, seconds, status, text } from './fields.ts';
import { renderLine } from './table.ts';

/** A row as its columns see it: flat. */
interface FlatRow extends Omit<LedgerRow, 'usage' | 'providerMicros'> {
  readonly requestId: string;
  readonly providerMs: Usage['audioMs'];
  readonly providerBilledMs: Usage['billedMs'];
  readonly providerMicros: number | undefined;
}

const flat = ({ usage, ...row }: LedgerRow): FlatRow => ({
  ...row,
  requestId: usage.requestId ?? '',
  providerMs: usage.audioMs,
  providerBilledMs: usage.billedMs,
  providerMicros: row.providerMicros,
});

const deep = ({ requestId, providerMs, providerBilledMs, providerMicros, ...row }: FlatRow): LedgerRow => ({
  ...row,
  usage: {
    ...(requestId !== '' && { requestId }),
    ...(providerMs !== undefined && { audioMs: providerMs }),
    ...(providerBilledMs !== undefined && { billedMs: providerBilledMs }),
  },
  ...(providerMicros !== undefined && { providerMicros }),
});

/** Where the report and the reservations agree: what is known before money is spent. */
const factColumns = <T extends AttemptFacts>(): readonly Column<T>[] => [
  column('campaignId', 'campaignId', text),
  column('divisionId', 'divisionId', text),
  column('agent', 'agent', text),
  column('callTimestamp', 'callAtMs', instant),
  column('billedSeconds', 'billedMs', seconds),
  column('ratePerMinute', 'microsPerMinute', money),
  column('estimate', 'estimateMicros', money),
  column('reserved', 'reservedMicros', money),
  column('avoided', 'avoidedMicros', money),
  column('avoidedBy', 'avoidedBy', errorCode),
  column('audioSha256', 'audioSha256', text),
];

/** The first nine are promised, in name and order; scripts read them by position. */
const rowColumns = (currency: string): readonly Column<FlatRow>[] => [
  column('mediaId', 'recordingId', text),
  column('durationSeconds', 'durationMs', seconds),
  column(`cost${currency}`, 'costMicros', money),
  column('status', 'status', status),
  column('timestamp', 'atMs', instant),
  column('conversationId', 'conversationId', text),
  column('attempt', 'attempt', count),
  column('costUnknown', 'costUnknownMicros', money),
  column('errorCode', 'errorCode', errorCode),
  column('channels', 'channels', count),
  column('provider', 'provider', text),
  column('model', 'model', text),
  column('queueId', 'queueId', text),
  column('outcome', 'outcome', outcome),
  ...factColumns<FlatRow>(),
  column('freeSeconds', 'freeMs', seconds),
  column('requestId', 'requestId', text),
  column('providerSeconds', 'providerMs', optional(seconds)),
  column('providerBilledSeconds', 'providerBilledMs', optional(seconds)),
  column('providerCost', 'providerMicros', optional(money)),
  column('transcribedBy', 'transcribedBy', text),
  column('seq', 'seq', count),
  column('chain', 'chain', text),
];

const COST_COLUMN = 2;

/** For lines: the currency is named in the header only. */
const lineColumns = rowColumns('');

const rowLine = remembering((row: LedgerRow): string => renderLine(fieldsOf(lineColumns, flat(row))));

/** A header line, also without rows, and a line for each row. Texts that a spreadsheet would run as a formula are neutralised. */
export const renderCsv = (rows: readonly LedgerRow[], currency: string): string =>
  headerLine(rowColumns(currency)) + rows.map(rowLine).join('');

/** The fields of a row as they are written, the last one (its `chain`) left out. */
export const chainedFields = (row: LedgerRow): readonly string[] => fieldsOf(lineColumns, flat(row)).slice(0, -1);

/** The names of the columns, in order. */
export const reportColumns = (currency: string): readonly string[] => rowColumns(currency).map(({ name }) => name);

export interface Report {
  /** From the name of the third column, ISO 4217. */
  readonly currency: string;
  readonly rows: readonly LedgerRow[];
}

/**
 * Reads what `renderCsv` wrote.
 * @throws CallscribeError `CSC_LEDGER_CORRUPT`
 */
export const parseCsv = (csv: string): Report => {
  const table = openTable(csv);
  const currency = /^cost([A-Z]{3})$/.exec(table.header[COST_COLUMN] ?? '')?.[1];
  if (currency === undefined) throw new CallscribeError('CSC_LEDGER_CORRUPT', 'the table does not name its currency');
  return { currency, rows: readTable(rowColumns(currency), table).map(deep) };
};

const reservationColumns: readonly Column<Reservation>[] = [
  column('mediaId', 'recordingId', text),
  column('durationSeconds', 'durationMs', seconds),
  column('timestamp', 'atMs', instant),
  column('conversationId', 'conversationId', text),
  column('attempt', 'attempt', count),
  column('channels', 'channels', count),
  column('provider', 'provider', text),
  column('model', 'model', text),
  column('queueId', 'queueId', text),
  ...factColumns<Reservation>(),
];

const reservationLine = remembering((reservation: Reservation): string =>
  renderLine(fieldsOf(reservationColumns, reservation)),
);

/** `reserved.csv`: attempts that may be spending money now. */
export const renderReservations = (reservations: readonly Reservation[]): string =>
  headerLine(reservationColumns) + reservations.map(reservationLine).join('');

/**
 * Reads what `renderReservations` wrote; an empty text has none.
 * @throws CallscribeError `CSC_LEDGER_CORRUPT`
 */
export const parseReservations = (csv: string): readonly Reservation[] =>
  csv === '' ? [] : readTable(reservationColumns, openTable(csv));
