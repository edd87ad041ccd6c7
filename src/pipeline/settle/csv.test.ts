import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '../../errors.ts';
import { reservationOf, rowWith } from '../recording/test-recording.ts';
import { linkedRows } from '../test-spec.ts';
import type { LedgerRow, Reservation } from '../types.ts';
import { genesis } from './chain.ts';
import { parseCsv, parseReservations, renderCsv, renderReservations } from './csv.ts';

const [row] = linkedRows(
  [
    rowWith({
      providerMicros: 4100,
      usage: { requestId: 'req-77', audioMs: 61_500, billedMs: 61_500 },
      freeMs: 0,
    }),
  ],
  genesis('USD'),
) as [LedgerRow];

const HEADER = [
  'mediaId,durationSeconds,costUSD,status,timestamp,conversationId,attempt,costUnknown,errorCode',
  'channels,provider,model,queueId,outcome',
  'campaignId,divisionId,agent,callTimestamp,billedSeconds,ratePerMinute,estimate,reserved,avoided,avoidedBy,audioSha256',
  'freeSeconds,requestId,providerSeconds,providerBilledSeconds,providerCost,transcribedBy,seq,chain',
].join(',');
const LINE = [
  'r-1,61.500,0.0041,success,2026-11-24T08:00:00.000Z,c-1,1,0.0000,',
  '2,generic,phone_call,q-1,Transcribed',
  `camp-1,d-1,h:0123456789abcdef,2026-11-24T06:00:00.000Z,61.500,0.0040,0.0040,0.0041,0.0000,,${'ab'.repeat(32)}`,
  `0.000,req-77,61.500,61.500,0.0041,,1,${row.chain}`,
].join(',');
const COLUMNS = HEADER.split(',').length;

// Lone surrogates are no UTF-8, so no ConfigMap and no file can hold them; binary strings of fast-check have none.
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '"', ',', '\n', '\r', '\t', '=', '+', '-', '@', '＝', ' ', 'a') }),
);
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 });
const code = fc.constantFrom('' as const, ...(Object.keys(catalogue) as ErrorCode[]));
const reservations = fc.record<Reservation>({
  recordingId: text,
  conversationId: text,
  durationMs: fc.nat(1e12),
  atMs: instant,
  callAtMs: instant,
  attempt: fc.nat(256),
  channels: fc.nat(8),
  provider: text,
  model: text,
  queueId: text,
  campaignId: text,
  divisionId: text,
  agent: text,
  audioSha256: text,
  billedMs: fc.nat(1e12),
  microsPerMinute: fc.maxSafeNat(),
  estimateMicros: fc.maxSafeNat(),
  reservedMicros: fc.maxSafeNat(),
  avoidedMicros: fc.maxSafeNat(),
  avoidedBy: code,
});
const usage = fc
  .record(
    { requestId: fc.string({ minLength: 1 }), audioMs: fc.nat(1e12), billedMs: fc.nat(1e12) },
    { requiredKeys: [] },
  )
  .map((some) => ({ ...some }));
const rows = fc.array(
  fc
    .tuple(
      reservations,
      fc.record({
        costMicros: fc.maxSafeNat(),
        costUnknownMicros: fc.maxSafeNat(),
        status: fc.constantFrom('success' as const, 'failed' as const, 'unknown' as const, 'skipped' as const),
        errorCode: code,
        outcome: fc.constantFrom(
          '' as const,
          'Transcribed' as const,
          'Skipped' as const,
          'Failed' as const,
          'NoRecording' as const,
        ),
        freeMs: fc.nat(1e12),
        usage,
        transcribedBy: text,
        seq: fc.nat(1e8),
        chain: text,
      }),
      fc.option(fc.maxSafeNat(), { nil: undefined }),
    )
    .map(([facts, more, providerMicros]): LedgerRow => ({
      ...facts,
      ...more,
      ...(providerMicros !== undefined && { providerMicros }),
    })),
);

describe('renderCsv', () => {
  it('writes the columns that are promised', () => {
    expect(renderCsv([row], 'USD')).toBe(`${HEADER}\n${LINE}\n`);
  });

  it('writes the header also without rows, with the currency in it', () => {
    expect(renderCsv([], 'EUR')).toBe(`${HEADER.replace('costUSD', 'costEUR')}\n`);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ["'quoted", "''quoted"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a,b', '"a,b"'],
    ['plain=1', 'plain=1'],
  ])('neutralises %j', (recordingId, written) => {
    const line = renderCsv([{ ...row, recordingId }], 'USD').slice(HEADER.length + 1);
    expect(line).toBe(`${LINE.replace('r-1', () => written)}\n`);
  });

  it('is read alike by another parser, and never as a formula', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const table = parse(renderCsv(some, 'USD'), { record_delimiter: '\n' });
        expect(table).toHaveLength(some.length + 1);
        for (const [index, fields] of table.slice(1).entries()) {
          expect(fields).toHaveLength(COLUMNS);
          const id = fields[0]?.replace(/^'(?=['=+\-@\t\r\n＝＋－＠])/, '');
          expect(id).toBe(some[index]?.recordingId);
          for (const field of fields) expect(field).not.toMatch(/^[=+\-@\t\r]/);
        }
      }),
    );
  });
});

describe('parseCsv', () => {
  it('reads back what was written, whatever it was', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom('USD', 'EUR'), (some, currency) => {
        expect(parseCsv(renderCsv(some, currency))).toEqual({ currency, rows: some });
      }),
    );
  });

  it('takes the line ends of other systems and a missing last one', () => {
    expect(parseCsv(`${HEADER}\r\n${LINE}`).rows).toEqual([row]);
  });

  it.each([
    ['nothing', ''],
    ['no table', 'hello'],
    ['another header', 'a,b,c\n'],
    ['a header without currency', HEADER.replace('costUSD', 'cost')],
    ['a column too many', `${HEADER},more\n`],
    ['a field too few', `${HEADER}\nr-1,61.500\n`],
    ['an empty line', `${HEADER}\n\n`],
    ['money as a float', `${HEADER}\n${LINE.replace('0.0041', '4.1e-3')}\n`],
    ['a length in another form', `${HEADER}\n${LINE.replace('61.500', '61.5')}\n`],
    ['a time in another form', `${HEADER}\n${LINE.replace('.000Z', 'Z')}\n`],
    ['a time that does not exist', `${HEADER}\n${LINE.replace('2026-11-24', '2026-02-30')}\n`],
    ['an unknown status', `${HEADER}\n${LINE.replace('success', 'SUCCESS')}\n`],
    ['an unknown outcome', `${HEADER}\n${LINE.replace('Transcribed', 'Done')}\n`],
    ['an unknown error', `${HEADER}\n${LINE.replace('0.0000,,', '0.0000,CSC_NEW,')}\n`],
    ['a negative attempt', `${HEADER}\n${LINE.replace('c-1,1', 'c-1,-1')}\n`],
    ['a quote without end', `${HEADER}\n"r-1,61.500\n`],
    ['text behind a quoted field', `${HEADER}\n${LINE.replace('r-1', '"r-1"x')}\n`],
    ['a quote inside of a plain field', `${HEADER}\n${LINE.replace('r-1', 'r"1')}\n`],
  ])('refuses %s', (_name, garbage) => {
    expect(() => parseCsv(garbage)).toThrow(expect.objectContaining({ code: 'CSC_LEDGER_CORRUPT' }));
  });

  it('never throws anything else, and never takes a damaged report for another one', () => {
    fc.assert(
      fc.property(fc.nat(HEADER.length + LINE.length), fc.string({ maxLength: 3 }), (at, insert) => {
        const whole = `${HEADER}\n${LINE}\n`;
        const damaged = whole.slice(0, at) + insert + whole.slice(at + 1);
        try {
          expect(parseCsv(damaged).rows.length).toBeLessThanOrEqual(2);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CSC_LEDGER_CORRUPT' });
        }
      }),
    );
  });

  it('needs time in proportion to the size', () => {
    const large = Array.from({ length: 20_000 }, (_, index) => ({ ...row, recordingId: `"r,${index}` }));
    const csv = renderCsv(large, 'USD');
    const startedAt = performance.now();
    expect(parseCsv(csv).rows).toHaveLength(20_000);
    // Some 100 ms on a slow machine; a parser that copies the rest for each field would need minutes.
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

describe('reservations', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.array(reservations), (some) => {
        expect(parseReservations(renderReservations(some))).toEqual(some);
      }),
    );
  });

  it('have a table of their own', () => {
    expect(renderReservations([reservationOf({ attempt: 2, queueId: '=1' })])).toBe(
      'mediaId,durationSeconds,timestamp,conversationId,attempt,channels,provider,model,queueId,campaignId,divisionId,agent,' +
        'callTimestamp,billedSeconds,ratePerMinute,estimate,reserved,avoided,avoidedBy,audioSha256\n' +
        "r-1,61.500,2026-11-24T08:00:00.000Z,c-1,2,2,generic,phone_call,'=1,camp-1,d-1,h:0123456789abcdef," +
        `2026-11-24T06:00:00.000Z,61.500,0.0040,0.0040,0.0041,0.0000,,${'ab'.repeat(32)}\n`,
    );
  });

  it('are none in an empty text, and corrupt in any other that is not theirs', () => {
    expect(parseReservations('')).toEqual([]);
    expect(() => parseReservations(renderCsv([row], 'USD'))).toThrow(
      expect.objectContaining({ code: 'CSC_LEDGER_CORRUPT' }),
    );
  });
});
