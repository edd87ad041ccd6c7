/**
 * Leader election on a Lease. A leader that cannot renew in time is told to stop well before anyone else may follow, by a clock that
 * does not jump. This makes two leaders unlikely, not impossible: a process may be frozen at any line, so what must not
 * happen twice is fenced by the ledger besides.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { deadline, follow } from './abort.ts';
import type { Elector } from './election.ts';
import { claimed, isFree, type Lease, type Observation, observe, released } from './lease.ts';
import type { KubeClient } from './kube-client.ts';
import { isAlreadyExists, isConflict, isNotFound, KubeError } from './kube-error.ts';
import { resourcePath } from './resource-path.ts';
import { pause, systemTimers, type Timers } from './timers.ts';

export interface LeaderElectorOptions {
  readonly kube: KubeClient;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Unique to this process, for example the name of the Pod and a random word. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each failed request and each gain and loss of the lead. */
  readonly onEvent?: (event: LeaderEvent) => void;
  /** How long others wait after the last renewal. Whole seconds. */
  readonly leaseDurationMs?: number;
  /** How long the leader tries to renew before it stops. */
  readonly renewDeadlineMs?: number;
  readonly retryPeriodMs?: number;
  readonly timers?: Timers;
}

export type LeaderEvent =
  { readonly kind: 'Leading' | 'Lost' | 'Released' } | { readonly kind: 'Failed'; readonly error: unknown };

const DEFAULTS = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 };

class LeaseElector implements Elector {
  readonly #options: Required<LeaderElectorOptions>;
  readonly #collection: string;
  readonly #object: string;
  /** Several attempts fit before the deadline, should the first meet a link that went deaf. */
  readonly #timeoutMs: number;
  #seen: Observation | undefined;

  constructor(options: Required<LeaderElectorOptions>) {
    this.#options = options;
    this.#timeoutMs = options.renewDeadlineMs / 3;
    const { namespace, name } = options;
    const resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace };
    this.#collection = resourcePath(resource);
    this.#object = resourcePath({ ...resource, name });
  }

  async run(lead: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const acquiredAtMs = await this.#acquire(signal);
      if (acquiredAtMs !== undefined) await this.#term(lead, acquiredAtMs, signal);
    }
  }

  /** Tries until the Lease is ours. Gives the moment before the request that made it so; undefined once `signal` is aborted. */
  async #acquire(signal: AbortSignal): Promise<number | undefined> {
    const { timers, retryPeriodMs, random } = this.#options;
    while (!signal.aborted) {
      const startMs = timers.nowMs();
      if (await this.#tryToClaim(signal)) return startMs;
      // Jitter keeps replicas that lost to one another from meeting again.
      await pause(timers, retryPeriodMs * (1 + 0.2 * random()), signal);
    }
    return undefined;
  }

  /** From gain to loss or to the end. The Lease is renewed until `lead` has ended, draining included. */
  async #term(lead: (leading: AbortSignal) => Promise<void>, acquiredAtMs: number, signal: AbortSignal): Promise<void> {
    const { onEvent } = this.#options;
    onEvent({ kind: 'Leading' });
    using leading = follow(signal);
    using renewing = follow();
    const renewals = this.#renew(acquiredAtMs, renewing.signal).then((lost) => {
      if (!lost) return false;
      onEvent({ kind: 'Lost' });
      leading.abort(new Error('the lead was lost'));
      return true;
    });
    try {
      await lead(leading.signal);
    } finally {
      renewing.abort();
      if (!(await renewals)) await this.#release();
    }
  }

  /** Renews until it fails for too long (true) or `signal` is aborted (false). */
  async #renew(acquiredAtMs: number, signal: AbortSignal): Promise<boolean> {
    const { timers, retryPeriodMs, renewDeadlineMs } = this.#options;
    let renewedAtMs = acquiredAtMs;
    for (;;) {
      // Never sleeps past the deadline, so a leader stops in time even where no answer comes.
      const leftMs = renewedAtMs + renewDeadlineMs - timers.nowMs();
      await pause(timers, Math.min(retryPeriodMs, Math.max(0, leftMs)), signal);
      if (signal.aborted) return false;
      const startMs = timers.nowMs();
      const remainingMs = renewedAtMs + renewDeadlineMs - startMs;
      if (remainingMs <= 0) return true;
      using limit = deadline(timers, { ms: remainingMs, outer: signal, reason: timeout });
      if (await this.#tryToClaim(limit.signal)) renewedAtMs = startMs;
      else if (this.#isTaken()) return true;
    }
  }

  /** True where the last look showed somebody else. */
  #isTaken(): boolean {
    const holder = this.#seen?.lease.spec?.holderIdentity;
    return Boolean(holder) && holder !== this.#options.identity;
  }

  /** One attempt to take or keep the Lease. Never rejects. */
  async #tryToClaim(signal: AbortSignal): Promise<boolean> {
    const { kube, identity, clock, timers, leaseDurationMs, onEvent } = this.#options;
    const options = { signal, timeoutMs: this.#timeoutMs };
    try {
      const lease = await this.#look(signal);
      const claim = { identity, leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000), wallMs: clock.now() };
      if (this.#seen && !isFree(this.#seen, identity, timers.nowMs())) return false;
      // Its resourceVersion makes the API server refuse us where somebody was faster.
      const written = lease.metadata.resourceVersion
        ? await kube.replace<Lease>(this.#object, claimed(lease, claim), options)
        : await kube.create<Lease>(this.#collection, claimed(lease, claim), options);
      this.#seen = { lease: written, atMs: timers.nowMs() };
      return true;
    } catch (error) {
      if (!signal.aborted && !isConflict(error) && !isAlreadyExists(error)) onEvent({ kind: 'Failed', error });
      return false;
    }
  }

  /** The Lease as it is; an empty one where there is none. */
  async #look(signal: AbortSignal): Promise<Lease> {
    const { kube, namespace, name, timers } = this.#options;
    try {
      const lease = await kube.get<Lease>(this.#object, { signal, timeoutMs: this.#timeoutMs });
      this.#seen = observe(this.#seen, lease, timers.nowMs());
      return lease;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#seen = undefined;
      return { metadata: { name, namespace } };
    }
  }

  /** Looks first: a renewal that was broken off may have arrived. */
  async #release(): Promise<void> {
    const { kube, clock, identity, timers, retryPeriodMs, onEvent } = this.#options;
    using limit = deadline(timers, { ms: retryPeriodMs, reason: timeout });
    try {
      const lease = await this.#look(limit.signal);
      if (lease.spec?.holderIdentity !== identity) return;
      await kube.replace(this.#object, released(lease, clock.now()), { signal: limit.signal });
      onEvent({ kind: 'Released' });
    } catch (error) {
      // Others then wait until it runs out.
      onEvent({ kind: 'Failed', error });
    }
  }
}

const timeout = (): Error => new KubeError('the Lease: no answer in time', { status: 0, reason: 'Timeout' });

/** An `Elector` for several replicas. Calls `lead` anew each time this process gets the lead. */
export const createLeaderElector = (options: LeaderElectorOptions): Elector =>
  new LeaseElector({ onEvent: () => {}, timers: systemTimers, ...DEFAULTS, ...options });
