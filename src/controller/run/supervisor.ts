/**
 * The attempts of this process, by the UID of their run.
 * @module
 */
import type { TranscriptionRun } from '../../api/types.ts';
import type { CallscribeError } from '../../errors.ts';
import type { RunIdentity } from '../../pipeline/plan.ts';
import type { Window } from '../../pipeline/types.ts';
import type { Attempt } from './attempt.ts';
import type { Failures, WorkerFacts } from './facts.ts';

export interface StartRequest {
  readonly run: TranscriptionRun;
  readonly window: Window;
  /** Of the reconcile that decided it: the log lines of the attempt carry it. */
  readonly reconcileId: string;
  /** Of the attempts before this one. */
  readonly failures?: Failures;
}

export interface Supervisor {
  facts(uid: string): WorkerFacts | undefined;
  start(request: Omit<StartRequest, 'failures'>): void;
  drain(uid: string): void;
  abort(uid: string, reason: CallscribeError): void;
  forget(uid: string): void;
  /** Passes on what changed in the spec. */
  configure(run: TranscriptionRun): void;
  /** Ends the attempts at runs of this name that are not the run of `uid`: they were deleted. */
  discard(name: Pick<RunIdentity, 'namespace' | 'name'>, uid?: string): void;
  /** Drains all; what has not ended when `graceSignal` is aborted is released. Resolves when all have ended. */
  shutdown(graceSignal: AbortSignal): Promise<void>;
  readonly size: () => number;
}

interface Entry {
  readonly name: string;
  readonly attempt: Attempt;
}

const nameOf = ({ namespace, name }: Pick<RunIdentity, 'namespace' | 'name'>): string => `${namespace}/${name}`;

/** `startAttempt` begins the work on a run; the supervisor keeps what it gives. */
export const createSupervisor = (startAttempt: (request: StartRequest) => Attempt): Supervisor => {
  const entries = new Map<string, Entry>();
  /** Attempts that nobody asks about any more, until they have ended. */
  const leaving = new Set<Promise<void>>();

  const leave = (uid: string, { attempt }: Entry): void => {
    entries.delete(uid);
    attempt.release();
    const left = attempt.ended.finally(() => leaving.delete(left));
    leaving.add(left);
  };

  return {
    facts: (uid) => entries.get(uid)?.attempt.facts(),
    start: (request) => {
      const { uid, ...name } = request.run.metadata;
      const earlier = entries.get(uid)?.attempt.facts();
      if (earlier && !earlier.summary) return;
      const failures = earlier?.summary?.ending === 'Failed' ? earlier.failures : undefined;
      const attempt = startAttempt({ ...request, ...(failures && { failures }) });
      entries.set(uid, { name: nameOf(name), attempt });
    },
    drain: (uid) => entries.get(uid)?.attempt.drain(),
    abort: (uid, reason) => entries.get(uid)?.attempt.abort(reason),
    forget: (uid) => {
      const entry = entries.get(uid);
      // One that has not ended must not go on unseen.
      if (entry) leave(uid, entry);
    },
    configure: (run) => entries.get(run.metadata.uid)?.attempt.configure(run.spec),
    discard: (name, uid) => {
      for (const [key, entry] of entries) if (entry.name === nameOf(name) && key !== uid) leave(key, entry);
    },
    shutdown: async (graceSignal) => {
      const all = [...entries.values()].map(({ attempt }) => attempt);
      for (const attempt of all) attempt.drain();
      const releaseAll = (): void => all.forEach((attempt) => attempt.release());
      graceSignal.addEventListener('abort', releaseAll, { once: true });
      if (graceSignal.aborted) releaseAll();
      await Promise.all([...all.map(({ ended }) => ended), ...leaving]);
      graceSignal.removeEventListener('abort', releaseAll);
    },
    size: () => entries.size,
  };
};
