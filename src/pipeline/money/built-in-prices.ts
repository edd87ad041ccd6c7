/**
 * The price table that comes with callscribe.
 * @module
 */
import { readFileSync } from 'node:fs';
import { parsePriceTable, type PriceTable } from './price-table.ts';

let table: PriceTable | undefined;

export const builtInPrices = (): PriceTable =>
  (table ??= parsePriceTable(readFileSync(new URL('./prices.yaml', import.meta.url), 'utf8')));
