/**
 * Checks a report offline: that no row was changed, left out, added or moved since it was written, that each cost follows from
 * its own row, and that the summary says what the rows say. Pure.
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { formatMicros } from '../pipeline/money/micros.ts';
import { priceOfTime } from '../pipeline/money/pricing.ts';
import { genesis, link, type Tip, tipAt } from '../pipeline/settle/chain.ts';
import type { LedgerRow } from '../pipeline/types.ts';
import { accountOf } from './account.ts';
import { type Accumulator, accumulate } from './accumulator.ts';
import type { Book } from './book.ts';
import { type SummaryDocument, totalsDocument } from './summary.ts';

/** Something that is wrong. `seq` is the number of the row, where it is about one. */
export interface Finding {
  readonly seq?: number;
  readonly message: string;
}

const nameOf = ({ seq, recordingId, conversationId, attempt }: LedgerRow): string =>
  recordingId === ''
    ? `row ${seq} (conversation ${conversationId})`
    : `row ${seq} (recording ${recordingId}, attempt ${attempt})`;

/** The row at each place must follow from the one before it, as that one says of itself: so a changed row is found alone. */
const chainFindings = ({ rows, currency }: Book): Finding[] => {
  const findings: Finding[] = [];
  let before: Tip = genesis(currency);
  for (const row of rows) {
    const { seq } = row;
    if (seq !== before.rows + 1) {
      const gap = seq > before.rows + 1 ? `rows ${before.rows + 1} to ${seq - 1} are missing` : 'it is there twice';
      findings.push({ seq, message: `${nameOf(row)}: ${gap}` });
    } else if (link(row, before).chain !== row.chain) {
      findings.push({ seq, message: `${nameOf(row)} was changed` });
    }
    before = tipAt(row);
  }
  return findings;
};

/** What is spent, or may be, is the billed time less what is free, at the rate of the row, rounded half up. */
const arithmeticFindings = ({ rows }: Book): Finding[] =>
  rows.flatMap((row) => {
    const spent = row.costMicros + row.costUnknownMicros;
    const expected = priceOfTime(row.billedMs - row.freeMs, row.microsPerMinute);
    if (spent === expected) return [];
    const message = `${nameOf(row)} costs ${formatMicros(spent)}, but its seconds and its rate make ${formatMicros(expected)}`;
    return [{ seq: row.seq, message }];
  });

/** The tip after so many rows. */
const tipAfter = ({ rows, currency }: Pick<Book, 'rows' | 'currency'>, count: number): Tip => {
  const last = rows[count - 1];
  return last ? tipAt(last) : genesis(currency);
};

/** Somebody who looked at an earlier moment knows the beginning of the chain only, which is no fault while the run goes on. */
interface Witness {
  readonly whose: string;
  readonly tip: Tip;
  /** Nothing may have been added since. */
  readonly isFinal: boolean;
}

const tipFindings = (book: Book, { whose, tip, isFinal }: Witness): Finding[] => {
  const count = book.rows.length;
  if (tip.rows > count) return [{ message: `${whose} knows of ${tip.rows} rows, and only ${count} are here` }];
  if (isFinal && tip.rows < count) return [{ message: `${whose} knows of ${tip.rows} rows, and ${count} are here` }];
  const { head } = tipAfter(book, tip.rows);
  if (head === tip.head) return [];
  return [{ message: `the chain comes to ${head} after ${tip.rows} rows, and ${whose} has ${tip.head}` }];
};

const differs = (what: string, said: unknown, found: unknown): Finding[] =>
  isDeepStrictEqual(said, found)
    ? []
    : [{ message: `the summary has ${what} ${JSON.stringify(said)}, and the rows make ${JSON.stringify(found)}` }];

/** Lists that differ are too long to be shown. */
const differingTotals = (summary: SummaryDocument, sums: Accumulator): Finding[] => {
  const found = totalsDocument(sums);
  return Object.entries(found).flatMap(([dimension, pieces]) =>
    isDeepStrictEqual(summary.totals[dimension as keyof typeof found], pieces)
      ? []
      : [{ message: `the totals by ${dimension} of the summary are not those of the rows` }],
  );
};

const summaryFindings = (book: Book): Finding[] => {
  const { summary } = book;
  if (!summary) return [];
  const { counts, chain, cost, account, phase } = summary;
  const isFinal = phase !== undefined;
  const rows = isFinal ? book.rows : book.rows.slice(0, chain.rows);
  const sums = accumulate(rows, summary.timeZone);
  const { settledMicros, unknownMicros, avoidedMicros } = sums.totals;
  return [
    ...tipFindings(book, { whose: 'the summary', tip: chain, isFinal }),
    ...differs('settled', cost.settled, formatMicros(settledMicros)),
    ...differs('unknown', cost.unknown, formatMicros(unknownMicros)),
    ...differs('avoided', cost.avoided, formatMicros(avoidedMicros)),
    ...differs('the account', account, accountOf(sums, counts)),
    ...differingTotals(summary, sums),
  ];
};

/** What is known from elsewhere. */
export interface Known {
  /** Of `status.report` of the run. */
  readonly status?: Omit<Witness, 'whose'>;
  /** Noted when the report was handed over. */
  readonly head?: string;
}

const knownFindings = (book: Book, { status, head }: Known): Finding[] => {
  const found = tipAfter(book, book.rows.length).head;
  return [
    ...(status ? tipFindings(book, { whose: 'the status of the run', ...status }) : []),
    ...(head === undefined || head === found
      ? []
      : [{ message: `the head of the chain is ${found}, and ${head} is expected` }]),
  ];
};

/** Everything that is wrong with a report, rows first; nothing where it is as it was written. */
export const verify = (book: Book, known: Known = {}): readonly Finding[] => [
  ...chainFindings(book),
  ...arithmeticFindings(book),
  ...summaryFindings(book),
  ...knownFindings(book, known),
];
