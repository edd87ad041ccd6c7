/**
 * The hash chain over the rows of a report: whoever knows its head can tell that no row was changed, left out, added or moved.
 * Anyone can check it by hand. Of a line of `report.csv`, cut off the last field; then
 *
 *     chain = sha256(<chain of the line before> "\n" <what is left of the line>)
 *
 * in lower-case hexadecimal, and the first line follows the SHA-256 of the header line, without its line end.
 * @module
 */
import { createHash } from 'node:crypto';
import type { LedgerRow, Row } from '../types.ts';
import { chainedFields, reportColumns } from './csv.ts';
import { renderLine } from './table.ts';

/** How far a chain has come. */
export interface Tip {
  /** Rows so far. */
  readonly rows: number;
  readonly head: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Fields as their line, without its end. */
const lineOf = (fields: readonly string[]): string => renderLine(fields).slice(0, -1);

/** The tip of a chain without rows. It depends on the currency, which the header names. */
export const genesis = (currency: string): Tip => ({ rows: 0, head: sha256(lineOf(reportColumns(currency))) });

/** A row that has no place in the ledger yet. */
export const unlinked = (row: Row): LedgerRow => ({ ...row, seq: 0, chain: '' });

export const isLinked = ({ seq }: LedgerRow): boolean => seq > 0;

/** Gives a row its place behind `tip`. */
export const link = (row: Row, tip: Tip): LedgerRow => {
  const placed: LedgerRow = { ...unlinked(row), seq: tip.rows + 1 };
  return { ...placed, chain: sha256(`${tip.head}\n${lineOf(chainedFields(placed))}`) };
};

export const tipAt = ({ seq, chain }: LedgerRow): Tip => ({ rows: seq, head: chain });

/** Links what is not linked yet, in order, behind `tip`. */
export const linkAll = (
  rows: readonly LedgerRow[],
  tip: Tip,
): { readonly rows: readonly LedgerRow[]; readonly tip: Tip } => {
  let end = tip;
  const linked = rows.map((row) => {
    if (isLinked(row)) return row;
    const next = link(row, end);
    end = tipAt(next);
    return next;
  });
  return { rows: linked, tip: end };
};
