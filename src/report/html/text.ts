/**
 * Numbers and times as people read them.
 * @module
 */
import { formatMicros } from '../../pipeline/money/micros.ts';

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `"0.8230 USD"`: every digit that there is, because it has to match the books. */
export const amount = (micros: number, currency: string): string => `${formatMicros(micros)} ${currency}`;

/** `"41 s"`, `"12 min"`, `"3.4 h"`. */
export const length = (ms: number): string => {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
};

/** A share for a style, from 0 to 100, with one decimal. */
export const percent = (part: number, whole: number): string =>
  whole > 0 ? `${Math.round((1000 * part) / whole) / 10}%` : '0%';

export type Formats = Readonly<Record<'moment' | 'day' | 'hour', (ms: number) => string>>;

/** Times in a time zone. */
export const createFormats = (timeZone: string): Formats => {
  const format = (options: Intl.DateTimeFormatOptions): ((ms: number) => string) => {
    const formatter = new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
    return (ms) => formatter.format(ms);
  };
  return {
    moment: format({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }),
    day: format({ day: 'numeric', month: 'short' }),
    hour: format({ hour: '2-digit', minute: '2-digit' }),
  };
};
