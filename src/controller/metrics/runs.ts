/**
 * What the cached runs add up to. Pure. All labels come from small sets: phases, error codes, schedules.
 * @module
 */
import type { TranscriptionRun } from '../../api/types.ts';
import { isFinished, type Phase } from '../run/facts.ts';

/** The label by which a schedule's runs belong together. */
export const SCHEDULE_LABEL = 'callscribe.dev/schedule';

export const PHASES: readonly Phase[] = [
  'Pending',
  'Running',
  'Suspended',
  'Succeeded',
  'PartiallyFailed',
  'Failed',
  'Cancelled',
];

interface Sample<Labels> {
  readonly labels: Labels;
  readonly value: number;
}

/** Each phase, also where there is no run in it: an absent series cannot be told from a dead operator. */
export const runsByPhase = (runs: readonly TranscriptionRun[]): readonly Sample<{ readonly phase: string }>[] =>
  PHASES.map((phase) => ({
    labels: { phase },
    value: runs.filter(({ status }) => (status?.phase ?? 'Pending') === phase).length,
  }));

const stalledReason = ({ status }: TranscriptionRun): string | undefined =>
  isFinished(status?.phase)
    ? undefined
    : status?.conditions?.find((condition) => condition.type === 'Stalled' && condition.status === 'True')?.reason;

export const stalledByReason = (runs: readonly TranscriptionRun[]): readonly Sample<{ readonly reason: string }>[] => {
  const byReason = Map.groupBy(runs, stalledReason);
  return [...byReason].flatMap(([reason, those]) =>
    reason === undefined ? [] : [{ labels: { reason }, value: those.length }],
  );
};

const SUCCESS: ReadonlySet<string | undefined> = new Set<Phase>(['Succeeded', 'PartiallyFailed']);

/** When the newest success of each schedule ended. */
export const lastSuccesses = (
  runs: readonly TranscriptionRun[],
): readonly Sample<{ readonly run_namespace: string; readonly schedule: string }>[] => {
  const newest = new Map<string, Sample<{ readonly run_namespace: string; readonly schedule: string }>>();
  for (const { metadata, status } of runs) {
    const schedule = metadata.labels?.[SCHEDULE_LABEL];
    if (!schedule || !SUCCESS.has(status?.phase) || !status?.completionTime) continue;
    const { namespace } = metadata;
    const value = Date.parse(status.completionTime) / 1000;
    const known = newest.get(`${namespace}/${schedule}`);
    if (!known || known.value < value)
      newest.set(`${namespace}/${schedule}`, { labels: { run_namespace: namespace, schedule }, value });
  }
  return [...newest.values()];
};
