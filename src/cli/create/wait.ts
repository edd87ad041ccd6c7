/**
 * Waits for the end of a run.
 * @module
 */
import type { TranscriptionRun } from '../../api/types.ts';
import { systemClock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import { isFinished } from '../../controller/run/facts.ts';
import { EXIT } from '../exit.ts';

const POLL_MS = 1000;

export interface WaitOptions {
  readonly read: () => Promise<TranscriptionRun>;
  readonly wanted: string;
  readonly timeoutMs: number;
  readonly say: (what: string) => void;
}

const reasonOf = ({ status }: TranscriptionRun): string => {
  const condition = status?.conditions?.find(({ type, status: value }) => type === 'Failed' && value === 'True');
  return condition ? `: ${condition.reason}: ${condition.message}` : '';
};

/** @returns 0 for the phase that was wanted, 3 where another one is `PartiallyFailed`, 1 for any other end */
export const waitForEnd = async ({ read, wanted, timeoutMs, say }: WaitOptions): Promise<number> => {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const run = await read();
    const { phase } = run.status ?? {};
    if (phase === wanted || isFinished(phase)) {
      say(`${phase}${reasonOf(run)}`);
      if (phase === wanted) return EXIT.succeeded;
      return phase === 'PartiallyFailed' ? EXIT.partiallyFailed : EXIT.failed;
    }
    if (performance.now() > deadlineMs) {
      const message = `the run is ${phase ?? 'not seen by any operator'} after ${timeoutMs / 1000} s`;
      throw new CallscribeError('CSC_DEADLINE_EXCEEDED', message);
    }
    await systemClock.sleep(POLL_MS);
  }
};
