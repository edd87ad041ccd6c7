/**
 * What the budget of a run still holds. Settled, reserved and unknown cost together never exceed it. Pure.
 * @module
 */
import type { Cost, LiveSettings } from '../plan.ts';

/** Micro-units; infinite without a budget, negative after it was lowered below what is spent. */
export const leftMicros = (
  { settledMicros, reservedMicros, unknownMicros }: Cost,
  { budgetMicros = Number.POSITIVE_INFINITY }: LiveSettings,
): number => budgetMicros - settledMicros - reservedMicros - unknownMicros;

/** Those of `items`, in their order, that `micros` pay for together, and those that have to wait. */
export const affordable = <T extends { readonly priceMicros: number }>(
  items: readonly T[],
  micros: number,
): { readonly fitting: readonly T[]; readonly waiting: readonly T[] } => {
  let left = micros;
  const [fitting, waiting]: [T[], T[]] = [[], []];
  for (const item of items) {
    const fits = item.priceMicros <= left;
    if (fits) left -= item.priceMicros;
    (fits ? fitting : waiting).push(item);
  }
  return { fitting, waiting };
};
