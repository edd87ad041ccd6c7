/**
 * The report as a FOCUS 1.2 dataset (FinOps Open Cost and Usage Specification): one row for each day (UTC), provider, model, queue,
 * campaign and division. What has no name there is in columns that begin with `x_`. Pure.
 *
 * It is what the operator metered, not the invoice of the provider: there is no `InvoiceId`, and unit prices are left out, because each
 * attempt is rounded by itself and a product of sums would not be the sum. Without unit prices the standard wants list and contracted
 * cost to be the billed cost.
 * @module
 */
import { formatMicros } from '../pipeline/money/micros.ts';
import { isBilled } from '../pipeline/recording/row.ts';
import { formatSeconds } from '../pipeline/settle/fields.ts';
import { neutralise, renderLine } from '../pipeline/settle/table.ts';
import type { LedgerRow } from '../pipeline/types.ts';
import type { Book } from './book.ts';
import { type Totals, totalsOf } from './totals.ts';

interface Charge {
  readonly book: Book;
  /** One of the rows, for what all of them have in common. */
  readonly row: LedgerRow;
  readonly totals: Totals;
}

/** `null` is no value: an empty field. */
type Value = string | null;

const DAY_MS = 86_400_000;

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const dayStart = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** First moment of the month, and of the one after it. */
const monthOf = (ms: number): readonly [number, number] => {
  const at = new Date(ms);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  return [Date.UTC(year, month), Date.UTC(year, month + 1)];
};

/** Millionths of a minute, rounded half up, as a decimal string. */
const minutes = (ms: number): string => formatMicros((BigInt(ms) * 1_000_000n + 30_000n) / 60_000n);

/** Allocation as the user knows it; a key without a value is left out. */
const tagsOf = ({ queueId, campaignId, divisionId }: LedgerRow): string =>
  JSON.stringify({
    ...(queueId !== '' && { queue: queueId }),
    ...(campaignId !== '' && { campaign: campaignId }),
    ...(divisionId !== '' && { division: divisionId }),
  });

const orNull = (text: string | undefined): Value => (text === undefined || text === '' ? null : text);

type Column = readonly [name: string, read: (charge: Charge) => Value];

const cost = ({ totals }: Charge): string => formatMicros(totals.settledMicros);
const provider = ({ row }: Charge): string => row.provider;

/** In the order of the alphabet, as the standard lists them; our own come last. */
const COLUMNS: readonly Column[] = [
  ['BilledCost', cost],
  // Nobody but the provider knows the number of the account.
  ['BillingAccountId', provider],
  ['BillingAccountName', () => null],
  ['BillingCurrency', ({ book }) => book.currency],
  ['BillingPeriodEnd', ({ row }) => iso(monthOf(row.atMs)[1])],
  ['BillingPeriodStart', ({ row }) => iso(monthOf(row.atMs)[0])],
  ['ChargeCategory', () => 'Usage'],
  ['ChargeClass', () => null],
  ['ChargeDescription', ({ book }) => `Speech to text of run ${book.run}, metered by callscribe; not an invoice`],
  ['ChargeFrequency', () => 'Usage-Based'],
  ['ChargePeriodEnd', ({ row }) => iso(dayStart(row.atMs) + DAY_MS)],
  ['ChargePeriodStart', ({ row }) => iso(dayStart(row.atMs))],
  ['ConsumedQuantity', ({ totals }) => formatSeconds(totals.audioMs)],
  ['ConsumedUnit', () => 'Seconds'],
  ['ContractedCost', cost],
  ['EffectiveCost', cost],
  ['InvoiceIssuerName', provider],
  ['ListCost', cost],
  ['PricingCategory', () => 'Standard'],
  ['PricingQuantity', ({ totals }) => minutes(totals.billedMs)],
  ['PricingUnit', () => 'Minutes'],
  ['ProviderName', provider],
  ['PublisherName', provider],
  ['ResourceId', ({ book }) => book.summary?.uid ?? book.run],
  ['ResourceName', ({ book }) => (book.summary ? book.run : null)],
  ['ResourceType', () => 'TranscriptionRun'],
  ['ServiceCategory', () => 'AI and Machine Learning'],
  ['ServiceName', () => 'Speech to text'],
  ['ServiceSubcategory', () => 'Natural Language Processing'],
  ['SkuId', ({ row }) => `${row.provider}/${row.model}`],
  ['SubAccountId', ({ book }) => orNull(book.summary?.namespace)],
  ['SubAccountName', ({ book }) => orNull(book.summary?.namespace)],
  ['Tags', ({ row }) => tagsOf(row)],
  ['x_AvoidedCost', ({ totals }) => formatMicros(totals.avoidedMicros)],
  ['x_BilledAttempts', ({ totals }) => String(totals.billedAttempts)],
  ['x_DuplicateCost', ({ totals }) => formatMicros(totals.duplicateMicros)],
  ['x_FailedCost', ({ totals }) => formatMicros(totals.failedMicros)],
  ['x_FreeSeconds', ({ totals }) => formatSeconds(totals.freeMs)],
  ['x_PriceTableSha256', ({ book }) => orNull(book.summary?.price?.table.sha256)],
  [
    'x_ProviderReportedCost',
    ({ totals }) => (totals.providerAttempts > 0 ? formatMicros(totals.providerMicros) : null),
  ],
  ['x_RecordingsTranscribed', ({ totals }) => String(totals.outcomes.Transcribed)],
  ['x_RunName', ({ book }) => book.run],
  ['x_SpecSha256', ({ book }) => orNull(book.summary?.specSha256)],
  ['x_UnknownCost', ({ totals }) => formatMicros(totals.unknownMicros)],
];

export const FOCUS_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name);

const groupKey = ({ atMs, provider: by, model, queueId, campaignId, divisionId }: LedgerRow): string =>
  JSON.stringify([dayStart(atMs), by, model, queueId, campaignId, divisionId]);

/** The charges of a report; what neither cost nor saved anything is none. */
const chargesOf = (book: Book): Charge[] => {
  const rows = book.rows.filter((row) => isBilled(row) || row.avoidedMicros > 0);
  const groups = [...Map.groupBy(rows, groupKey)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return groups.flatMap(([, ofGroup]) => {
    const [row] = ofGroup;
    return row ? [{ book, row, totals: totalsOf(ofGroup) }] : [];
  });
};

export const renderFocus = (book: Book): string => {
  const lines = chargesOf(book).map((charge) => COLUMNS.map(([, read]) => neutralise(read(charge) ?? '')));
  return [FOCUS_COLUMNS, ...lines].map(renderLine).join('');
};
