/**
 * Names and windows of scheduled runs. Pure: the same slot gives the same name, so that creating twice gives one run.
 * @module
 */
import type { TranscriptionRun } from '../api/types.ts';
import { CallscribeError } from '../errors.ts';
import { parseDurationMs } from '../window.ts';

export interface Slot {
  readonly jobName?: string;
  readonly scheduleTime?: string;
}

/** A CronJob names its Jobs `<cronjob>-<scheduled minute since the epoch>` (kubernetes `pkg/controller/cronjob/utils.go`). */
const minuteOfJob = (jobName: string): number | undefined => {
  const minute = /-(\d{8})$/.exec(jobName)?.[1];
  return minute === undefined ? undefined : Number(minute) * 60_000;
};

/**
 * Start of the slot in milliseconds: what `--schedule-time` says, what is in the name of the Job, or the current minute.
 * @throws CallscribeError `CSC_SPEC_INVALID`
 */
export const slotOf = ({ jobName, scheduleTime }: Slot, nowMs: number): number => {
  if (scheduleTime !== undefined) {
    const givenMs = Date.parse(scheduleTime);
    if (Number.isNaN(givenMs)) throw new CallscribeError('CSC_SPEC_INVALID', '--schedule-time is not an ISO 8601 time');
    return givenMs;
  }
  return minuteOfJob(jobName ?? '') ?? Math.floor(nowMs / 60_000) * 60_000;
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** `nightly` and 2026-11-24T02:00Z give `nightly-202611240200`. */
export const runName = (base: string, slotMs: number): string =>
  `${base.replace(/-+$/, '').slice(0, 180)}-${iso(slotMs).replaceAll(/[-:T]/g, '').slice(0, 12)}`;

export const SLOT_ANNOTATION = 'callscribe.dev/schedule-time';

type Template = Omit<TranscriptionRun, 'metadata' | 'status'> & {
  readonly metadata: Partial<TranscriptionRun['metadata']> & { readonly generateName?: string };
};

/**
 * The run of a slot. A relative window (`last`) is pinned to the slot, not to the moment in which the Pod happened to start, so
 * that the windows of consecutive slots neither overlap nor leave gaps.
 */
export const runOfSlot = (template: Template, namespace: string, slotMs: number) => {
  const { generateName, name, labels, annotations } = template.metadata;
  const { last, offset, ...window } = template.spec.window;
  const toMs = slotMs - (offset === undefined ? 0 : parseDurationMs(offset));
  const pinned = last === undefined ? window : { ...window, from: iso(toMs - parseDurationMs(last)), to: iso(toMs) };
  return {
    apiVersion: template.apiVersion,
    kind: template.kind,
    metadata: {
      name: runName(name ?? generateName ?? 'run', slotMs),
      namespace,
      ...(labels && { labels }),
      annotations: { ...annotations, [SLOT_ANNOTATION]: iso(slotMs) },
    },
    spec: { ...template.spec, window: pinned },
  };
};
