/**
 * Days as people count them: from a local time to the same local time of another day, which daylight saving makes 23 or 25 hours.
 * Pure. It follows what a CronJob does: a local time that an advancing clock leaves out has no slot, and one that comes twice has two.
 * @module
 */
import { Temporal } from 'temporal-polyfill';
import { CallscribeError } from '../../errors.ts';

/** Beyond a year of slots that do not exist something else is wrong. */
const MOST_STEPS = 400;

const zoned = (atMs: number, timeZone: string): Temporal.ZonedDateTime => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  } catch {
    throw new CallscribeError('CSC_SPEC_INVALID', `--time-zone ${timeZone} is not a time zone such as Europe/Berlin`);
  }
};

/** The first moment at which clocks show this; undefined where they never do. */
const firstMoment = (local: Temporal.PlainDateTime, timeZone: string): Temporal.ZonedDateTime | undefined => {
  const moment = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return moment.toPlainDateTime().equals(local) ? moment : undefined;
};

/** The two slots of a local time that comes twice are one: its first moment. */
export const firstOfTwo = (atMs: number, timeZone: string): number => {
  const local = zoned(atMs, timeZone).toPlainDateTime();
  return firstMoment(local, timeZone)?.epochMilliseconds ?? atMs;
};

/** The same local time so many days before; of days on which it did not exist, as often so many days before as it takes. */
export const daysBefore = (atMs: number, days: number, timeZone: string): number => {
  const local = zoned(atMs, timeZone).toPlainDateTime();
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    const moment = firstMoment(local.subtract({ days: days * step }), timeZone);
    if (moment) return moment.epochMilliseconds;
  }
  throw new CallscribeError('CSC_SPEC_INVALID', `${local.toString()} does not exist in ${timeZone}`);
};
