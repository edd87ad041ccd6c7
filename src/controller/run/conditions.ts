/**
 * The conditions of a run: Complete, Failed and Suspended as in `batch/v1` Job; Ready, Reconciling and Stalled as kstatus
 * reads them; BudgetExhausted, DestinationRejected and DestinationUnavailable where somebody has to act, GenesysUnavailable while
 * it is waited for. Pure.
 * @module
 */
import type { TranscriptionRunStatus } from '../../api/types.ts';
import type { Hindrance } from '../../pipeline/plan.ts';
import type { Verdict } from './decide.ts';
import { isFinished } from './facts.ts';
import { shorten } from './shorten.ts';

export type Condition = NonNullable<TranscriptionRunStatus['conditions']>[number];

type Claim = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** The API server accepts 32,768 characters; nobody reads that much. */
const LONGEST_MESSAGE = 1024;

const claim = (type: string, holds: boolean, reason: string, message: string): Claim => ({
  type,
  status: holds ? 'True' : 'False',
  reason,
  message: shorten(message, LONGEST_MESSAGE),
});

const HINDRANCES: Readonly<Record<Hindrance['code'], string>> = {
  CSC_BUDGET_EXHAUSTED: 'BudgetExhausted',
  CSC_DESTINATION_REJECTED: 'DestinationRejected',
  CSC_DELIVERY_UNAVAILABLE: 'DestinationUnavailable',
  CSC_GENESYS_UNAVAILABLE: 'GenesysUnavailable',
};

const hindranceClaims = (previous: readonly Condition[], hindrances: readonly Hindrance[]): Claim[] =>
  Object.entries(HINDRANCES).flatMap(([code, type]) => {
    const hindrance = hindrances.find((one) => one.code === code);
    if (hindrance) return [claim(type, true, code, hindrance.message)];
    // One that never held is not shown: it would only be noise.
    return previous.some((condition) => condition.type === type) ? [claim(type, false, 'Resolved', '')] : [];
  });

/** How a run stands, in the terms of its conditions. */
interface Standing {
  readonly over: boolean;
  readonly failed: boolean;
  readonly suspended: boolean;
  /** Somebody has to act, or it is too late to. */
  readonly stalled: Pick<Claim, 'reason' | 'message'> | undefined;
}

const standingOf = ({ phase, reason, message }: Verdict, [hindrance]: readonly Hindrance[]): Standing => {
  const failed = phase === 'Failed' || phase === 'Cancelled';
  const why = hindrance ? { reason: hindrance.code, message: hindrance.message } : { reason, message };
  const stalled = failed || hindrance !== undefined || reason.startsWith('CSC_');
  return { over: isFinished(phase), failed, suspended: phase === 'Suspended', stalled: stalled ? why : undefined };
};

/** As `batch/v1` Job has them: what does not hold is not there. */
const jobClaims = (
  verdict: Verdict,
  { over, failed, suspended }: Standing,
  previous: readonly Condition[],
): Claim[] => {
  const { reason, message } = verdict;
  const shown = suspended || previous.some(({ type }) => type === 'Suspended');
  return [
    ...(over ? [claim(failed ? 'Failed' : 'Complete', true, reason, message)] : []),
    ...(shown ? [claim('Suspended', suspended, reason, message)] : []),
  ];
};

const kstatusClaims = ({ reason, message }: Verdict, { over, failed, suspended, stalled }: Standing): Claim[] => [
  claim('Ready', over && !failed, reason, message),
  claim('Reconciling', !over && !stalled && !suspended, reason, message),
  claim('Stalled', stalled !== undefined, stalled?.reason ?? reason, stalled?.message ?? ''),
];

const claims = (verdict: Verdict, hindrances: readonly Hindrance[], previous: readonly Condition[]): Claim[] => {
  const standing = standingOf(verdict, hindrances);
  return [
    ...jobClaims(verdict, standing, previous),
    ...kstatusClaims(verdict, standing),
    ...hindranceClaims(previous, hindrances),
  ];
};

export interface ConditionContext {
  readonly previous: readonly Condition[];
  readonly hindrances: readonly Hindrance[];
  readonly generation: number;
  readonly nowMs: number;
}

/** The conditions that follow from a verdict. `lastTransitionTime` moves only with `status`, as Kubernetes has it. */
export const conditionsOf = (verdict: Verdict, context: ConditionContext): Condition[] => {
  const { previous, hindrances, generation, nowMs } = context;
  // What hindered a run that is not being worked on hinders nobody.
  const blocking = verdict.phase === 'Running' ? hindrances : [];
  return claims(verdict, blocking, previous).map((next) => {
    const before = previous.find(({ type }) => type === next.type);
    const unchanged = before?.status === next.status;
    return {
      ...next,
      observedGeneration: generation,
      lastTransitionTime: unchanged ? before.lastTransitionTime : new Date(nowMs).toISOString(),
    };
  });
};
