/**
 * Which slot of a schedule a run is for. Pure: however often a Job is retried, its slot is the same.
 * @module
 */
import { CallscribeError } from '../../errors.ts';

export interface SlotHints {
  /** Name of the Job that a CronJob, or a person, made. */
  readonly jobName?: string;
  /** ISO 8601. */
  readonly scheduleTime?: string;
}

export interface Slot {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Set for a Job that no schedule made: its slot is the moment of its first try, so its retries are known by its name. */
  readonly manualJob?: string;
}

const MINUTE_MS = 60_000;

/** A CronJob names its Jobs `<cronjob>-<scheduled minute since the epoch>` (kubernetes `pkg/controller/cronjob/utils.go`). */
const minuteOfJob = (jobName: string): number | undefined => {
  const minute = /-(\d{8})$/.exec(jobName)?.[1];
  return minute === undefined ? undefined : Number(minute) * MINUTE_MS;
};

/**
 * What `--schedule-time` says, what is in the name of the Job, or the current minute.
 * @throws CallscribeError `CSC_SPEC_INVALID`
 */
export const slotOf = ({ jobName, scheduleTime }: SlotHints, nowMs: number): Slot => {
  if (scheduleTime !== undefined) {
    const atMs = Date.parse(scheduleTime);
    if (Number.isNaN(atMs)) throw new CallscribeError('CSC_SPEC_INVALID', '--schedule-time is not an ISO 8601 time');
    return { atMs };
  }
  const scheduledMs = minuteOfJob(jobName ?? '');
  if (scheduledMs !== undefined) return { atMs: scheduledMs };
  const atMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  return jobName ? { atMs, manualJob: jobName } : { atMs };
};
