import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWith } from '../pipeline/recording/test-recording.ts';
import { genesis, link, tipAt } from '../pipeline/settle/chain.ts';
import { parseCsv, renderCsv } from '../pipeline/settle/csv.ts';
import { linkedRows } from '../pipeline/test-spec.ts';
import type { LedgerRow } from '../pipeline/types.ts';
import type { Book } from './book.ts';
import { bookOf, smallBook } from './test-book.ts';
import { verify } from './verify.ts';

const messages = (book: Book, ...known: Parameters<typeof verify> extends [Book, ...infer Rest] ? Rest : never) =>
  verify(book, ...known).map(({ message }) => message);

/** The rows alone, as somebody has them who was given a `report.csv`. */
const { summary: _summary, ...rowsAlone } = smallBook;

const changed = (at: number, change: Partial<LedgerRow>): Book => ({
  ...rowsAlone,
  rows: rowsAlone.rows.map((row, index) => (index === at ? { ...row, ...change } : row)),
});

describe('verify', () => {
  it('finds nothing in a report as it was written, also after it went through a file', () => {
    expect(verify(smallBook)).toEqual([]);
    const again = parseCsv(renderCsv(smallBook.rows, smallBook.currency));
    expect(verify({ ...smallBook, rows: again.rows })).toEqual([]);
    expect(verify(bookOf([]))).toEqual([]);
  });

  it.each<[string, number, Partial<LedgerRow>, string]>([
    ['a queue', 2, { queueId: 'other' }, 'row 3 (recording r-2, attempt 2) was changed'],
    ['an outcome', 3, { outcome: 'Skipped' }, 'row 4 (recording r-3, attempt 1) was changed'],
    ['a conversation', 7, { conversationId: 'c-9' }, 'row 8 (conversation c-9) was changed'],
    ['the first row', 0, { atMs: 1 }, 'row 1 (recording r-1, attempt 1) was changed'],
  ])('names the row of which %s was changed, and no other', (_name, at, change, message) => {
    expect(messages(changed(at, change))).toEqual([message]);
  });

  it('tells a cost that does not follow from its row, even where the chain was made anew', () => {
    expect(messages(changed(0, { costMicros: 1 }))).toEqual([
      'row 1 (recording r-1, attempt 1) was changed',
      'row 1 (recording r-1, attempt 1) costs 0.000001, but its seconds and its rate make 0.0041',
    ]);
    const forged = linkedRows([rowWith({ costMicros: 1 })], genesis('USD'));
    expect(messages({ ...rowsAlone, rows: forged })).toEqual([
      'row 1 (recording r-1, attempt 1) costs 0.000001, but its seconds and its rate make 0.0041',
    ]);
  });

  it('tells a chain that was made anew after a change from the one that somebody knows', () => {
    const rows = linkedRows([...smallBook.rows.slice(0, 8), rowWith({ recordingId: 'forged' })], genesis('USD'));
    const head = smallBook.rows.at(-1)?.chain ?? '';
    expect(messages({ ...rowsAlone, rows })).toEqual([]);
    expect(messages({ ...rowsAlone, rows }, { head })[0]).toContain(`${head} is expected`);
    expect(messages({ ...smallBook, rows })[0]).toContain('the summary has');
  });

  it.each<[string, (rows: readonly LedgerRow[]) => readonly LedgerRow[], string]>([
    ['the first row', (rows) => rows.slice(1), 'row 2 (recording r-2, attempt 1): rows 1 to 1 are missing'],
    [
      'a row in the middle',
      (rows) => rows.toSpliced(3, 2),
      'row 6 (recording r-5, attempt 1): rows 4 to 5 are missing',
    ],
    [
      'a row twice',
      (rows) => rows.flatMap((row) => (row.seq === 2 ? [row, row] : [row])),
      'row 2 (recording r-2, attempt 1): it is there twice',
    ],
  ])('finds %s', (_name, change, message) => {
    expect(messages({ ...rowsAlone, rows: change(rowsAlone.rows) })[0]).toBe(message);
  });

  it('finds rows that are missing at the end, or were added there, by what the summary knows', () => {
    expect(messages({ ...smallBook, rows: smallBook.rows.slice(0, 7) })).toContain(
      'the summary knows of 9 rows, and only 7 are here',
    );
    const last = smallBook.rows.at(-1) as LedgerRow;
    const added = { ...smallBook, rows: [...smallBook.rows, link(rowWith({ recordingId: 'r-9' }), tipAt(last))] };
    expect(messages(added)).toContain('the summary knows of 9 rows, and 10 are here');
  });

  it('does not mind rows that came after the summary of a run that goes on', () => {
    const { phase: _phase, ...paused } = smallBook.summary as NonNullable<Book['summary']>;
    const last = smallBook.rows.at(-1) as LedgerRow;
    const going = {
      ...smallBook,
      summary: paused,
      rows: [...smallBook.rows, link(rowWith({ recordingId: 'r-9' }), tipAt(last))],
    };
    expect(verify(going)).toEqual([]);
  });

  it('holds the rows against the status of the run', () => {
    const tip = tipAt(smallBook.rows.at(-1) as LedgerRow);
    expect(messages(rowsAlone, { status: { tip, isFinal: true } })).toEqual([]);
    expect(messages(rowsAlone, { status: { tip: { rows: 9, head: 'other' }, isFinal: true } })[0]).toContain(
      'the status of the run has other',
    );
    const earlier = tipAt(smallBook.rows[3] as LedgerRow);
    expect(messages(rowsAlone, { status: { tip: earlier, isFinal: false } })).toEqual([]);
    expect(messages(rowsAlone, { status: { tip: earlier, isFinal: true } })).toEqual([
      'the status of the run knows of 4 rows, and 9 are here',
    ]);
  });

  it.each<[string, (summary: NonNullable<Book['summary']>) => object, string]>([
    ['a cost', ({ cost }) => ({ cost: { ...cost, settled: '1.0000' } }), 'the summary has settled "1.0000"'],
    ['the account', ({ account }) => ({ account: { ...account, failed: 0 } }), 'the summary has the account'],
    ['a list', ({ totals }) => ({ totals: { ...totals, queue: [] } }), 'the totals by queue of the summary'],
  ])('finds a summary of which %s was changed', (_name, change, message) => {
    const { summary } = smallBook;
    const book = { ...smallBook, summary: { ...summary, ...(summary && change(summary)) } as Book['summary'] } as Book;
    expect(messages(book)[0]).toContain(message);
  });

  it('finds any change of any row, and names that row', () => {
    const change = fc.constantFrom<Partial<LedgerRow>>(
      { provider: 'other' },
      { atMs: 5 },
      { attempt: 77 },
      { usage: { requestId: 'other' } },
      { audioSha256: 'other' },
      { transcribedBy: 'other' },
      { chain: 'ff'.repeat(32) },
    );
    fc.assert(
      fc.property(fc.nat(8), change, (at, some) => {
        expect(verify(changed(at, some))[0]?.seq).toBe(at + 1);
      }),
    );
  });
});
