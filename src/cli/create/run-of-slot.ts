/**
 * The run of a slot: its name and its window. Pure: the same slot gives the same run, so that creating twice gives one, and the
 * windows of consecutive slots neither overlap nor leave gaps.
 * @module
 */
import type { TranscriptionRun, TranscriptionRunSpec } from '../../api/types.ts';
import { parseDurationMs } from '../../window.ts';
import { daysBefore, firstOfTwo } from './calendar.ts';
import type { Slot } from './slot.ts';

export const SLOT_ANNOTATION = 'callscribe.dev/schedule-time';
export const JOB_ANNOTATION = 'callscribe.dev/job';

const DAY_MS = 86_400_000;
/** Of 200 that a run's name may have, less a dash and the digits of a slot. */
const LONGEST_BASE = 180;

export type Template = Omit<TranscriptionRun, 'metadata' | 'status'> & {
  readonly metadata: Partial<TranscriptionRun['metadata']> & { readonly generateName?: string };
};

type WindowSpec = TranscriptionRunSpec['window'];

const iso = (ms: number): string => new Date(ms).toISOString();

const daysIn = (last: string | undefined): number => {
  const days = last === undefined ? 0 : parseDurationMs(last) / DAY_MS;
  return Number.isInteger(days) ? days : 0;
};

/** A window of whole days follows the calendar of the time zone; any other one is so many hours, whatever the clocks do. */
const windowOf = ({ last, offset, ...window }: WindowSpec, slotMs: number, timeZone: string): WindowSpec => {
  if (last === undefined) return window;
  const offsetMs = offset === undefined ? 0 : parseDurationMs(offset);
  const days = daysIn(last);
  const earlierMs = days > 0 ? daysBefore(slotMs, days, timeZone) : slotMs - parseDurationMs(last);
  return { ...window, from: iso(earlierMs - offsetMs), to: iso(slotMs - offsetMs) };
};

/** `nightly` and 2026-11-24T02:00Z give `nightly-202611240200`; a Job that a person made gives its name to the run. */
const nameOf = ({ name, generateName }: Template['metadata'], slotMs: number, manualJob?: string): string => {
  const base = (name ?? generateName ?? 'run').replace(/-+$/, '').slice(0, LONGEST_BASE);
  if (manualJob === undefined) return `${base}-${iso(slotMs).replaceAll(/[-:T]/g, '').slice(0, 12)}`;
  return `${base}-${manualJob}`.slice(0, 200);
};

export interface RunOfSlotOptions {
  readonly namespace: string;
  readonly slot: Slot;
  /** IANA name. */
  readonly timeZone: string;
}

/** @throws CallscribeError `CSC_SPEC_INVALID` */
export const runOfSlot = (template: Template, { namespace, slot, timeZone }: RunOfSlotOptions) => {
  const { metadata, spec } = template;
  const { labels, annotations } = metadata;
  const atMs = daysIn(spec.window.last) > 0 ? firstOfTwo(slot.atMs, timeZone) : slot.atMs;
  return {
    apiVersion: template.apiVersion,
    kind: template.kind,
    metadata: {
      name: nameOf(metadata, atMs, slot.manualJob),
      namespace,
      ...(labels && { labels }),
      annotations: {
        ...annotations,
        ...(slot.manualJob === undefined ? { [SLOT_ANNOTATION]: iso(atMs) } : { [JOB_ANNOTATION]: slot.manualJob }),
      },
    },
    spec: { ...spec, window: windowOf(spec.window, atMs, timeZone) },
  };
};

type Annotated = Pick<TranscriptionRun['metadata'], 'annotations'>;

/** Whether a run of this name is the one that an earlier try of the same Job made. */
export const isOfSameSlot = (found: Annotated, wanted: Annotated): boolean =>
  [SLOT_ANNOTATION, JOB_ANNOTATION].every((key) => found.annotations?.[key] === wanted.annotations?.[key]);
