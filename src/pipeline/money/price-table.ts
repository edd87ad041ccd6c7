/**
 * Prices of speech services as a file: versioned, dated, with where each one comes from. They change several times a year, so
 * they are configuration and not code.
 * @module
 */
import { createHash } from 'node:crypto';
import { Ajv } from 'ajv';
import formatsPlugin from 'ajv-formats';
import { parse } from 'yaml';
import { CallscribeError } from '../../errors.ts';
import type { Rates } from './pricing.ts';

/** One price. It holds from `from` (a day, UTC) on until the next one of the same provider, model and mode. */
export interface Price extends Rates {
  readonly provider: string;
  /** `*` stands for every model that is not listed. */
  readonly model: string;
  /** How the service is asked, for example `fast` or `batch`. */
  readonly mode: string;
  readonly from: string;
  readonly currency: string;
  readonly source: string;
}

export interface PriceTable {
  /** The day on which somebody last looked. */
  readonly asOf: string;
  /** In order of preference: the first mode of a model is the one that is used. */
  readonly prices: readonly Price[];
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
}

const amount = { type: 'string', pattern: '^[0-9]{1,9}(\\.[0-9]{1,6})?$' } as const;
const word = { type: 'string', minLength: 1 } as const;
const day = { type: 'string', format: 'date' } as const;
const seconds = { type: 'integer', minimum: 0 } as const;

const price = {
  type: 'object',
  additionalProperties: false,
  required: [
    'provider',
    'model',
    'mode',
    'from',
    'currency',
    'ratePerMinute',
    'perChannel',
    'roundUpToSeconds',
    'minimumSeconds',
    'source',
  ],
  properties: {
    provider: word,
    model: word,
    mode: word,
    from: day,
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    ratePerMinute: amount,
    diarizationPerMinute: amount,
    perChannel: { type: 'boolean' },
    roundUpToSeconds: seconds,
    minimumSeconds: seconds,
    source: word,
  },
} as const;

const file = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'asOf', 'prices'],
  properties: { version: { const: 1 }, asOf: day, prices: { type: 'array', items: price } },
} as const;

const invalid = (why: string): CallscribeError =>
  new CallscribeError('CSC_PRICE_TABLE_INVALID', `the price table cannot be used: ${why}`);

const parsed = (text: string): unknown => {
  try {
    return parse(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'it is no YAML');
  }
};

/**
 * Reads a price table, YAML or JSON.
 * @throws CallscribeError `CSC_PRICE_TABLE_INVALID`
 */
export const parsePriceTable = (text: string): PriceTable => {
  const ajv = new Ajv({ strict: false });
  formatsPlugin.default(ajv, ['date']);
  const isTable = ajv.compile<Pick<PriceTable, 'asOf' | 'prices'>>(file);
  const value = parsed(text);
  if (!isTable(value)) throw invalid(ajv.errorsText(isTable.errors, { dataVar: 'the file' }));
  const { asOf, prices } = value;
  return { asOf, prices, sha256: createHash('sha256').update(text).digest('hex') };
};

const day10 = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/**
 * What holds at a moment for a model, one price for each mode of the service, the one that is used first. None where the table
 * does not know the model, or no price had begun by then.
 */
export const pricesAt = (table: PriceTable, provider: string, model: string, atMs: number): readonly Price[] => {
  const today = day10(atMs);
  const ofProvider = table.prices.filter((one) => one.provider === provider && one.from <= today);
  const exact = ofProvider.filter((one) => one.model === model);
  const candidates = exact.length > 0 ? exact : ofProvider.filter((one) => one.model === '*');
  const byMode = Map.groupBy(candidates, ({ mode }) => mode);
  return [...byMode.values()].map((ofMode) => ofMode.reduce((latest, one) => (one.from >= latest.from ? one : latest)));
};
