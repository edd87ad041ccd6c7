import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '../../errors.ts';
import type { Reservation, Row } from '../types.ts';
import { parseCsv, parseReservations, renderCsv, renderReservations } from './csv.ts';

const row: Row = {
  recordingId: 'r-1',
  conversationId: 'c-1',
  durationMs: 61_500,
  costMicros: 4133,
  costUnknownMicros: 0,
  status: 'success',
  atMs: Date.UTC(2026, 10, 24, 8, 0, 9, 7),
  attempt: 1,
  errorCode: '',
  channels: 2,
  provider: 'generic',
  model: 'phone_call',
  queueId: 'q-9',
  outcome: 'Transcribed',
};

const reservation: Reservation = {
  recordingId: 'r-1',
  conversationId: 'c-1',
  attempt: 2,
  reservedMicros: 4133,
  durationMs: 61_500,
  channels: 2,
  provider: 'generic',
  model: 'phone_call',
  queueId: '',
  atMs: Date.UTC(2026, 10, 24, 8),
};

const HEADER =
  'mediaId,durationSeconds,costUSD,status,timestamp,conversationId,attempt,costUnknown,errorCode,channels,provider,model,queueId,outcome';
const LINE = 'r-1,61.500,0.004133,success,2026-11-24T08:00:09.007Z,c-1,1,0.0000,,2,generic,phone_call,q-9,Transcribed';

// Lone surrogates are no UTF-8, so no ConfigMap and no file can hold them; binary strings of fast-check have none.
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '"', ',', '\n', '\r', '\t', '=', '+', '-', '@', '＝', ' ', 'a') }),
);
const base = {
  recordingId: text,
  conversationId: text,
  durationMs: fc.nat(1e12),
  atMs: fc.integer({ min: 0, max: 253_402_300_799_999 }),
  attempt: fc.nat(256),
  channels: fc.nat(8),
  provider: text,
  model: text,
  queueId: text,
};
const rows = fc.array(
  fc.record<Row>({
    ...base,
    costMicros: fc.maxSafeNat(),
    costUnknownMicros: fc.maxSafeNat(),
    status: fc.constantFrom('success', 'failed', 'unknown', 'skipped'),
    errorCode: fc.constantFrom('', ...(Object.keys(catalogue) as ErrorCode[])),
    outcome: fc.constantFrom('', 'Transcribed', 'Skipped', 'Failed', 'NoRecording'),
  }),
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
          expect(fields).toHaveLength(14);
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
    ['money as a float', `${HEADER}\n${LINE.replace('0.004133', '4.133e-3')}\n`],
    ['a length in another form', `${HEADER}\n${LINE.replace('61.500', '61.5')}\n`],
    ['a time in another form', `${HEADER}\n${LINE.replace('.007Z', 'Z')}\n`],
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
      fc.property(fc.array(fc.record<Reservation>({ ...base, reservedMicros: fc.maxSafeNat() })), (some) => {
        expect(parseReservations(renderReservations(some))).toEqual(some);
      }),
    );
  });

  it('have a table of their own', () => {
    expect(renderReservations([reservation])).toBe(
      'mediaId,durationSeconds,reserved,timestamp,conversationId,attempt,channels,provider,model,queueId\n' +
        'r-1,61.500,0.004133,2026-11-24T08:00:00.000Z,c-1,2,2,generic,phone_call,\n',
    );
  });

  it('are none in an empty text, and corrupt in any other that is not theirs', () => {
    expect(parseReservations('')).toEqual([]);
    expect(() => parseReservations(renderCsv([row], 'USD'))).toThrow(
      expect.objectContaining({ code: 'CSC_LEDGER_CORRUPT' }),
    );
  });
});
