import { describe, expect, it } from 'vitest';
import { genesis } from '../pipeline/settle/chain.ts';
import type { LedgerRow } from '../pipeline/types.ts';
import { accumulate } from './accumulator.ts';
import { summaryDocument, type SummaryContext } from './summary.ts';
import { contextOf } from './test-book.ts';
import { dayOfRows } from './test-rows.ts';

const context = (more: Partial<SummaryContext> = {}): SummaryContext => contextOf(dayOfRows, more);

describe('summaryDocument', () => {
  const document = summaryDocument(context());

  it('says whose report it is, and what made it', () => {
    expect(document).toMatchObject({
      run: 'nightly',
      namespace: 'calls',
      uid: 'uid-1',
      window: { from: '2026-11-24T00:00:00.000Z', to: '2026-11-25T00:00:00.000Z' },
      timeZone: 'UTC',
      phase: 'PartiallyFailed',
      writtenAt: '2026-11-24T09:00:00.000Z',
      version: '0.1.0',
      price: {
        from: 'spec',
        ratePerMinute: '0.004',
        perChannel: false,
        freeSeconds: 0,
        table: { asOf: '2026-11-24', sha256: '5e'.repeat(32) },
      },
      chain: { algorithm: 'sha256', rows: 9, head: dayOfRows.at(-1)?.chain },
    });
    expect(document.specSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('keeps the four numbers apart, with their differences', () => {
    expect(document.cost).toEqual({
      currency: 'USD',
      ratePerMinute: '0.004',
      settled: '0.0163',
      reserved: '0.0000',
      unknown: '0.0041',
      estimate: '0.0204',
      providerReported: '0.004133',
      avoided: '0.0060',
      budget: '5',
    });
    expect(document.variance).toEqual({
      estimate: '0.0200',
      reserved: '0.0205',
      settled: '0.0204',
      settledMinusEstimate: '0.0004',
      settledMinusReserved: '-0.0001',
      provider: { attempts: 1, reported: '0.004133', settled: '0.0041', settledMinusReported: '-0.000033' },
    });
  });

  it('has unit costs and waste', () => {
    expect(document.unitCosts).toEqual({
      // 0.0163 over four recordings, over 307.5 s, over three transcripts.
      perRecording: '0.004075',
      perAudioHour: '0.190829',
      perTranscript: '0.005433',
    });
    expect(document.waste).toEqual({ failedButBilled: '0.0041', duplicate: '0.0040', unknown: '0.0041' });
  });

  it('has no unit costs of nothing', () => {
    const { unitCosts } = summaryDocument(context({ sums: accumulate([], 'UTC'), tip: genesis('USD') }));
    expect(unitCosts).toEqual({ perRecording: null, perAudioHour: null, perTranscript: null });
  });

  it('accounts for everything that was found', () => {
    expect(document.account).toMatchObject({ found: 8, addsUp: true });
    expect(document.totals.campaign).toEqual([
      {
        key: 'camp-1',
        transcribed: 3,
        skipped: 2,
        failed: 1,
        noRecording: 1,
        audioSeconds: '246.000',
        settled: '0.0122',
        unknown: '0.0041',
        avoided: '0.0060',
      },
      {
        key: 'camp-2',
        transcribed: 0,
        skipped: 0,
        failed: 1,
        noRecording: 0,
        audioSeconds: '61.500',
        settled: '0.0041',
        unknown: '0.0000',
        avoided: '0.0000',
      },
    ]);
  });

  it('has days in the time zone of the run', () => {
    const { plan } = context();
    const spec = { ...plan.spec, report: { ...plan.spec.report, timeZone: 'Pacific/Kiritimati' } };
    const sums = accumulate(dayOfRows, 'Pacific/Kiritimati');
    const { totals, timeZone } = summaryDocument(context({ plan: { ...plan, spec }, sums }));
    expect(timeZone).toBe('Pacific/Kiritimati');
    expect(totals.day.map(({ key }) => key)).toEqual(['2026-11-24', '2026-11-25']);
    expect(totals.callDay.map(({ key }) => key)).toEqual(['2026-11-24']);
  });

  it('is not too large for an object, however many agents there are', () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({
      ...(dayOfRows[0] as LedgerRow),
      recordingId: `r-${index}`,
      agent: `h:${index}`,
      queueId: `q-${index}`,
      campaignId: `c-${index}`,
    }));
    const size = JSON.stringify(summaryDocument(context({ sums: accumulate(many, 'UTC') })), null, 2).length;
    expect(size).toBeLessThan(200_000);
  });

  it('has what a dry run found, and only then', () => {
    expect(document).not.toHaveProperty('estimate');
    const { plan } = context();
    const dry = summaryDocument(context({ plan: { ...plan, spec: { ...plan.spec, dryRun: true } } }));
    expect(dry).toMatchObject({ dryRun: true, estimate: { recordings: 0, withinBudget: true, genesysRequests: 12 } });
  });

  it('says what is wrong where something is', () => {
    const error = { code: 'CSC_GENESYS_AUTH', message: 'refused', retryable: false } as const;
    const { summary } = context();
    const { price: _price, ...progress } = summary.progress;
    const failed = summaryDocument(context({ summary: { ending: 'Failed', error, progress }, phase: undefined }));
    expect(failed).toMatchObject({ error: { code: 'CSC_GENESYS_AUTH', message: 'refused' } });
    expect(failed).not.toHaveProperty('phase');
    expect(failed).not.toHaveProperty('price');
  });
});
