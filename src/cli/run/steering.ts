/**
 * What steers a run without a cluster: the fields of the spec that an operator acts on, and the signals of the process.
 * @module
 */
import type { TranscriptionRunSpec } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { End } from '../../controller/run/facts.ts';
import { CallscribeError } from '../../errors.ts';

export interface Steering {
  /** See `Controls` of the pipeline. */
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  /** Why the run was ended for good, if it was. */
  readonly end: () => End | undefined;
  readonly drain: () => void;
  /** Takes the hands off the process. */
  stop(): void;
}

/** The part of the process that tells of signals. */
export type Signals = Pick<NodeJS.Process, 'on' | 'off'>;

/**
 * `suspend` begins nothing, `cancel` closes the books, and `activeDeadlineSeconds` counts from now: who runs the command again has
 * resumed the run. The first interrupt lets what is in flight end, the second one does not.
 */
export const steer = (
  { suspend, cancel, activeDeadlineSeconds }: TranscriptionRunSpec,
  { clock, signals }: { readonly clock: Clock; readonly signals: Signals },
): Steering => {
  const [draining, ending, over] = [new AbortController(), new AbortController(), new AbortController()];
  let end: End | undefined;
  const endWith = (code: End['code'], message: string): void => {
    end ??= { code, message };
    ending.abort(new CallscribeError(code, message));
  };
  const interrupted = (): void => {
    if (draining.signal.aborted) ending.abort(new Error('interrupted'));
    else draining.abort();
  };
  signals.on('SIGINT', interrupted);
  signals.on('SIGTERM', interrupted);
  if (cancel) endWith('CSC_CANCELLED', 'spec.cancel is set');
  else if (suspend) draining.abort();
  else if (activeDeadlineSeconds !== undefined) {
    const late = (): void => endWith('CSC_DEADLINE_EXCEEDED', `the run took longer than ${activeDeadlineSeconds} s`);
    void clock.sleep(activeDeadlineSeconds * 1000, over.signal).then(late, () => {});
  }
  return {
    draining: draining.signal,
    signal: ending.signal,
    end: () => end,
    drain: () => draining.abort(),
    stop: () => {
      over.abort();
      signals.off('SIGINT', interrupted);
      signals.off('SIGTERM', interrupted);
    },
  };
};
