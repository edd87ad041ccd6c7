/**
 * Money as integer micro-units (a millionth of the currency) inside and as a decimal string outside; never a float.
 * @module
 */
import { CallscribeError } from '../../errors.ts';

const DECIMALS = 6;
const SHOWN_DECIMALS = 4;
const SCALE = 10n ** BigInt(DECIMALS);
const AMOUNT = /^(\d{1,16})(?:\.(\d{1,6}))?$/;

/** The amount, or undefined for anything that is not one. For readers with an error of their own. */
export const readMicros = (text: string): number | undefined => {
  const match = AMOUNT.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  const micros = Number(BigInt(whole) * SCALE + BigInt(fraction.padEnd(DECIMALS, '0')));
  return Number.isSafeInteger(micros) ? micros : undefined;
};

/**
 * `"0.004"` is 4000 micro-units. Digits with at most six decimals; no sign, exponent or separator.
 * @throws CallscribeError `CSC_SPEC_INVALID`
 */
export const parseMicros = (text: string): number => {
  const micros = readMicros(text);
  if (micros !== undefined) return micros;
  // What was written may be anything, also something secret in the wrong place, so only its length is told.
  throw new CallscribeError(
    'CSC_SPEC_INVALID',
    `a text of ${text.length} characters is no amount of money: at most ${DECIMALS} decimals, for example "0.004"`,
  );
};

/** 4000 micro-units are `"0.0040"`: six decimals without the zeros at their end, but never fewer than four. */
export const formatMicros = (micros: number | bigint): string => {
  const amount = BigInt(micros);
  const digits = String(amount < 0n ? -amount : amount).padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '').padEnd(SHOWN_DECIMALS, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${fraction}`;
};
