/**
 * Specs and prices for tests: whole, with what a test does not care about filled in. Rows are in `recording/test-recording.ts`.
 * @module
 */
import { validateManifest } from '../api/schema.ts';
import type { TranscriptionRunSpec } from '../api/types.ts';
import { createClaims, type RunClaims } from './claims/claims.ts';
import type { PriceTable } from './money/price-table.ts';
import { priceOf, type RunPrice } from './money/rates.ts';
import { link, type Tip } from './settle/chain.ts';
import type { LedgerRow, Row } from './types.ts';

const DAY = { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' };

/** The smallest spec with its defaults filled in; the parts in `more` take the place of its own. */
export const specWith = (more: Readonly<Record<string, unknown>> = {}): TranscriptionRunSpec => {
  const spec = {
    window: DAY,
    genesys: { region: 'us-east-1', credentialsSecretRef: { name: 'genesys-oauth' } },
    stt: { endpointSecretRef: { name: 'stt' } },
    cost: { ratePerMinute: '0.004' },
    ...more,
  };
  const validated = validateManifest({
    apiVersion: 'callscribe.dev/v1alpha1',
    kind: 'TranscriptionRun',
    metadata: { name: 'nightly' },
    spec,
  });
  if (!validated.ok) throw new Error(validated.problems.join(', '));
  return validated.run.spec;
};

/** Knows no prices: what a test pays is in its spec. */
export const PRICE_TABLE: PriceTable = { asOf: '2026-11-24', sha256: '5e'.repeat(32), prices: [] };

export const priceWith = (cost: Readonly<Record<string, unknown>> = {}): RunPrice =>
  priceOf(specWith({ cost: { ratePerMinute: '0.004', ...cost } }), PRICE_TABLE, Date.UTC(2026, 10, 24));

/** Nothing is rounded up. */
export const plainPrice = (ratePerMinute: string): RunPrice =>
  priceOf(
    { ...specWith(), cost: { ...specWith().cost, ratePerMinute, roundUpToSeconds: 0 } },
    PRICE_TABLE,
    Date.UTC(2026, 10, 24),
  );

/** 61.5 s cost 4100 micro-units. */
export const PLAIN_PRICE = plainPrice('0.004');

/** Those of a run that is alone. */
export const loneClaims = (): RunClaims => createClaims().join({ run: 'nightly', uid: 'uid-1' }, { redo: false });

/** Rows in their places behind `tip`. */
export const linkedRows = (rows: readonly Row[], tip: Tip): LedgerRow[] => {
  let end = tip;
  return rows.map((row) => {
    const linked = link(row, end);
    end = { rows: linked.seq, head: linked.chain };
    return linked;
  });
};
