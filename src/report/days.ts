/**
 * Calendar days in a time zone.
 * @module
 */

export type DayOf = (ms: number) => string;

/** True for names that this machine knows, for example `Europe/Berlin`. */
export const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
};

/**
 * Days as `2026-11-24`, of UTC where the time zone is unknown: such a run is refused, and its summary has to say so. The formatter
 * is what costs time, so it is made once.
 */
export const createDays = (timeZone: string): DayOf => {
  const known = isTimeZone(timeZone) ? timeZone : 'UTC';
  const format = new Intl.DateTimeFormat('en', { timeZone: known, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    return ['year', 'month', 'day'].map((part) => parts.get(part as Intl.DateTimeFormatPartTypes) ?? '').join('-');
  };
};
