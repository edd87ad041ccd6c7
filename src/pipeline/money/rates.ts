/**
 * Which price a run pays: its own, where `spec.cost` names one, or that of the price table. Pure.
 * @module
 */
import type { TranscriptionRunSpec } from '../../api/types.ts';
import { CallscribeError } from '../../errors.ts';
import { type PriceTable, pricesAt } from './price-table.ts';
import { createPricing, type Pricing, type Rates } from './pricing.ts';

/** A way in which the service can be asked, with its price. */
export interface Mode {
  readonly name: string;
  readonly pricing: Pricing;
  readonly perChannel: boolean;
}

/** How the attempts of a run are priced, and where that comes from. */
export interface RunPrice {
  readonly pricing: Pricing;
  readonly perChannel: boolean;
  /** Billed time that costs nothing, over the whole run. */
  readonly freeMs: number;
  /** What the service offers, the one that is used first. */
  readonly modes: readonly [Mode, ...Mode[]];
  readonly source: PriceSource;
}

/** For the report: what an auditor needs to find the price again. */
export interface PriceSource {
  readonly from: 'spec' | 'table';
  /** The rates as they were applied. */
  readonly rates: Rates;
  /** Where the table has the price from. */
  readonly note?: string;
  readonly table: Pick<PriceTable, 'asOf' | 'sha256'>;
}

type Spec = Pick<TranscriptionRunSpec, 'cost' | 'stt'>;

interface Candidate {
  readonly mode: string;
  readonly rates: Rates;
  readonly note?: string;
}

const ratesOf = ({
  ratePerMinute,
  diarizationPerMinute,
  perChannel,
  roundUpToSeconds,
  minimumSeconds,
}: Rates): Rates => ({
  ratePerMinute,
  ...(diarizationPerMinute !== undefined && { diarizationPerMinute }),
  perChannel,
  roundUpToSeconds,
  minimumSeconds,
});

const fromTable = ({ stt, cost }: Spec, table: PriceTable, atMs: number): readonly Candidate[] => {
  const known = pricesAt(table, stt.provider, stt.model, atMs);
  const usable = known.filter(({ currency }) => currency === cost.currency);
  if (known.length > 0 && usable.length === 0) {
    const currencies = [...new Set(known.map(({ currency }) => currency))].join(', ');
    const message = `the price table has ${stt.provider} ${stt.model} in ${currencies}, and spec.cost.currency is ${cost.currency}`;
    throw new CallscribeError('CSC_PRICE_UNKNOWN', message);
  }
  return usable.map((price) => ({ mode: price.mode, rates: ratesOf(price), note: price.source }));
};

const fromSpec = ({ cost }: Spec): readonly Candidate[] => {
  const { ratePerMinute } = cost;
  return ratePerMinute === undefined ? [] : [{ mode: 'as in spec.cost', rates: ratesOf({ ...cost, ratePerMinute }) }];
};

/**
 * The price that a run pays from `atMs` on.
 * @throws CallscribeError `CSC_PRICE_UNKNOWN` where neither the spec nor the table has one, `CSC_SPEC_INVALID`
 */
export const priceOf = (spec: Spec, table: PriceTable, atMs: number): RunPrice => {
  const { cost, stt } = spec;
  const own = fromSpec(spec);
  const [used, ...others] = own.length > 0 ? own : fromTable(spec, table, atMs);
  if (!used) {
    const message = `the price table of ${table.asOf} has no price for ${stt.provider} ${stt.model}: set spec.cost.ratePerMinute`;
    throw new CallscribeError('CSC_PRICE_UNKNOWN', message);
  }
  const features = { diarization: stt.speakers > 1 };
  const modeOf = ({ mode, rates }: Candidate): Mode => ({
    name: mode,
    pricing: createPricing(rates, features),
    perChannel: rates.perChannel,
  });
  const mode = modeOf(used);
  return {
    pricing: mode.pricing,
    perChannel: mode.perChannel,
    freeMs: cost.freeSeconds * 1000,
    modes: [mode, ...others.map(modeOf)],
    source: {
      from: own.length > 0 ? 'spec' : 'table',
      rates: used.rates,
      ...(used.note !== undefined && { note: used.note }),
      table: { asOf: table.asOf, sha256: table.sha256 },
    },
  };
};

/** For a run that pays for nothing any more. */
export const NO_PRICE: RunPrice = (() => {
  const rates: Rates = { ratePerMinute: '0', perChannel: false, roundUpToSeconds: 1, minimumSeconds: 0 };
  const mode: Mode = { name: 'none', pricing: createPricing(rates), perChannel: false };
  const source: PriceSource = { from: 'spec', rates, table: { asOf: '', sha256: '' } };
  return { pricing: mode.pricing, perChannel: false, freeMs: 0, modes: [mode], source };
})();

/** A recording is priced by its announced length as if it had both channels: an estimate is better too high than too low. */
export const EXPECTED_CHANNELS = 2;

/** What a recording is expected to cost before its audio was measured. */
export const estimateMicros = ({ pricing }: RunPrice, durationMs: number): number =>
  pricing.quote({ durationMs, channels: EXPECTED_CHANNELS }).micros;

/** The least that a recording of the announced length can cost: with one channel. */
export const leastMicros = ({ pricing }: RunPrice, durationMs: number): number =>
  pricing.quote({ durationMs, channels: 1 }).micros;
