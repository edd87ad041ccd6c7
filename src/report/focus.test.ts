/**
 * The export against the rules of FOCUS 1.2 (specification/columns and specification/attributes of FinOps-Open-Cost-and-Usage-Spec,
 * tag v1.2), as a JSON schema of one row, and what a schema cannot say as code.
 * @module
 */
import { Ajv } from 'ajv';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWith } from '../pipeline/recording/test-recording.ts';
import { genesis } from '../pipeline/settle/chain.ts';
import { linkedRows } from '../pipeline/test-spec.ts';
import type { Row } from '../pipeline/types.ts';
import type { Book } from './book.ts';
import { FOCUS_COLUMNS, renderFocus } from './focus.ts';
import { bookOf, smallBook } from './test-book.ts';
import { totalsOf } from './totals.ts';

/** NullHandling: no value is null, never an empty text or a placeholder. In CSV null is an empty field. */
const NULL = { type: 'null' };
/** NumericFormat: no sign for positive values, no separators. */
const DECIMAL = { type: 'string', pattern: '^-?\\d+(\\.\\d+)?(E-?\\d+)?$' };
/** StringHandling. */
const TEXT = { type: 'string', pattern: '\\S' };
/** DateTimeFormat: ISO 8601, UTC. */
const INSTANT = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' };
/** UnitFormat: plural units with a capital. */
const UNIT = { enum: ['Seconds', 'Minutes', 'Hours'] };
const nullable = (schema: object) => ({ anyOf: [NULL, schema] });

/** The 21 mandatory columns. */
const MANDATORY = {
  BilledCost: DECIMAL,
  BillingAccountId: TEXT,
  BillingAccountName: nullable(TEXT),
  BillingCurrency: { type: 'string', pattern: '^[A-Z]{3}$' },
  BillingPeriodEnd: INSTANT,
  BillingPeriodStart: INSTANT,
  ChargeCategory: { enum: ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'] },
  ChargeClass: nullable({ const: 'Correction' }),
  ChargeDescription: nullable(TEXT),
  ChargePeriodEnd: INSTANT,
  ChargePeriodStart: INSTANT,
  ContractedCost: DECIMAL,
  EffectiveCost: DECIMAL,
  InvoiceIssuerName: TEXT,
  ListCost: DECIMAL,
  PricingQuantity: nullable(DECIMAL),
  PricingUnit: nullable(UNIT),
  ProviderName: TEXT,
  PublisherName: TEXT,
  ServiceCategory: {
    enum: [
      'AI and Machine Learning',
      'Analytics',
      'Business Applications',
      'Compute',
      'Databases',
      'Developer Tools',
      'Multicloud',
      'Identity',
      'Integration',
      'Internet of Things',
      'Management and Governance',
      'Media',
      'Migration',
      'Mobile',
      'Networking',
      'Security',
      'Storage',
      'Web',
      'Other',
    ],
  },
  ServiceName: TEXT,
};

/** Conditional and recommended ones that are there. */
const OPTIONAL = {
  ChargeFrequency: { enum: ['One-Time', 'Recurring', 'Usage-Based'] },
  ConsumedQuantity: nullable(DECIMAL),
  ConsumedUnit: nullable(UNIT),
  PricingCategory: nullable({ enum: ['Standard', 'Dynamic', 'Committed', 'Other'] }),
  ResourceId: nullable(TEXT),
  ResourceName: nullable(TEXT),
  ResourceType: nullable(TEXT),
  ServiceSubcategory: {
    enum: [
      'AI Platforms',
      'Bots',
      'Generative AI',
      'Machine Learning',
      'Natural Language Processing',
      'Other (AI and Machine Learning)',
    ],
  },
  SkuId: nullable(TEXT),
  SubAccountId: nullable(TEXT),
  SubAccountName: nullable(TEXT),
  Tags: nullable({ type: 'string', pattern: '^\\{' }),
};

/** If the condition holds, so does the consequence. */
const when = (condition: object, consequence: object) => ({
  anyOf: [{ not: condition }, { properties: consequence }],
});
const is = (column: string, value: unknown) => ({ properties: { [column]: { const: value } } });

const schema = {
  type: 'object',
  required: Object.keys(MANDATORY),
  properties: { ...MANDATORY, ...OPTIONAL },
  patternProperties: { '^x_[A-Z][A-Za-z0-9]*$': nullable(TEXT) },
  additionalProperties: false,
  allOf: [
    when(is('ChargeCategory', 'Usage'), {
      PricingQuantity: DECIMAL,
      ConsumedQuantity: DECIMAL,
      PricingCategory: TEXT,
      SkuId: TEXT,
    }),
    when(is('PricingQuantity', null), { PricingUnit: NULL }),
    when(is('ConsumedQuantity', null), { ConsumedUnit: NULL }),
    when(is('ResourceId', null), { ResourceType: NULL, ResourceName: NULL }),
    when({ not: is('ResourceId', null) }, { ResourceType: TEXT }),
  ],
};

const isRow = new Ajv({ strict: false, allErrors: true }).compile(schema);

type FocusRow = Readonly<Record<string, string | null>>;

const exported = (book: Book): FocusRow[] =>
  parse<FocusRow>(renderFocus(book), { columns: true, cast: (value: string) => (value === '' ? null : value) });

/** Integer millionths, so that nothing is lost to a float. */
const millionths = (text: string | null | undefined): bigint => {
  const [whole = '', fraction = ''] = (text ?? '0').split('.');
  return BigInt(`${whole}${fraction.padEnd(6, '0')}`);
};

/** A charge is of one day, which lies within its billing period. */
const checkPeriods = (row: FocusRow): void => {
  const at = (column: string): number => Date.parse(row[column] ?? '');
  expect(at('ChargePeriodEnd') - at('ChargePeriodStart')).toBe(86_400_000);
  expect(at('BillingPeriodStart')).toBeLessThanOrEqual(at('ChargePeriodStart'));
  expect(at('ChargePeriodEnd')).toBeLessThanOrEqual(at('BillingPeriodEnd'));
};

const sum = (rows: readonly FocusRow[], column: string): bigint =>
  rows.reduce((total, row) => total + millionths(row[column]), 0n);

const key = fc.constantFrom('', 'a', 'b', '=1+1', '"quoted", with a comma');
const rows = fc.array(
  fc
    .record({
      queueId: key,
      campaignId: key,
      divisionId: key,
      atMs: fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }),
      costMicros: fc.nat(9_999_999),
      costUnknownMicros: fc.nat(9_999_999),
      avoidedMicros: fc.nat(9_999_999),
      billedMs: fc.nat(10_000_000),
      status: fc.constantFrom('success' as const, 'failed' as const, 'skipped' as const, 'unknown' as const),
    })
    .map((some) => rowWith(some)),
  { maxLength: 20 },
);
const linked = (some: readonly Row[]): Book => bookOf(linkedRows(some, genesis('USD')));

describe('renderFocus', () => {
  it('has all mandatory columns, sorted by name, and its own ones last', () => {
    expect(Object.keys(MANDATORY)).toHaveLength(21);
    expect(FOCUS_COLUMNS).toEqual(expect.arrayContaining(Object.keys(MANDATORY)));
    const own = FOCUS_COLUMNS.filter((name) => name.startsWith('x_'));
    expect(FOCUS_COLUMNS.slice(-own.length)).toEqual(own);
    for (const names of [own, FOCUS_COLUMNS.slice(0, -own.length)]) expect([...names].toSorted()).toEqual(names);
  });

  it('keeps to the rules of the standard, whatever is in the report', () => {
    fc.assert(
      fc.property(rows, (some) => {
        for (const row of exported(linked(some))) {
          isRow(row);
          expect(isRow.errors).toBeNull();
          // The unit price is null, so these have to match.
          for (const cost of ['ContractedCost', 'EffectiveCost', 'ListCost']) expect(row[cost]).toBe(row['BilledCost']);
          checkPeriods(row);
          const tags = JSON.parse(row['Tags'] ?? '') as Record<string, unknown>;
          for (const value of Object.values(tags)) expect(typeof value).toBe('string');
        }
      }),
      { numRuns: 40 },
    );
  });

  it('adds up to the report, to the last digit', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const [charges, totals] = [exported(linked(some)), totalsOf(some)];
        expect(sum(charges, 'BilledCost')).toBe(BigInt(totals.settledMicros));
        expect(sum(charges, 'x_UnknownCost')).toBe(BigInt(totals.unknownMicros));
        expect(sum(charges, 'x_AvoidedCost')).toBe(BigInt(totals.avoidedMicros));
      }),
      { numRuns: 40 },
    );
  });

  it('has one row for each day and allocation', () => {
    const charges = exported(smallBook);
    const keys = charges.map((row) => `${row['ChargePeriodStart']} ${row['Tags']}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(charges).toHaveLength(3);
  });

  it('says that it is not an invoice, and whose report it is', () => {
    const [row] = exported(smallBook);
    expect(row?.['ChargeDescription']).toContain('not an invoice');
    expect(row).not.toHaveProperty('InvoiceId');
    expect(row).toMatchObject({ ResourceId: 'uid-1', ResourceName: 'nightly', SubAccountId: 'calls' });
  });

  it('is a header alone where nothing was billed or avoided', () => {
    expect(exported(bookOf([]))).toEqual([]);
    expect(renderFocus(bookOf([])).split('\n')).toHaveLength(2);
  });

  it('does without a summary, while the run goes on', () => {
    const { summary: _summary, ...going } = smallBook;
    for (const row of exported(going)) {
      isRow(row);
      expect(isRow.errors).toBeNull();
    }
  });
});
