/**
 * The Lease object by which replicas agree who leads, and what may be concluded from it. Pure: whether a Lease has run out is
 * judged by how long it did not change on our own clock, as the clocks of two machines differ.
 * @module
 */

export interface LeaseSpec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number | null;
  readonly acquireTime?: string | null;
  readonly renewTime?: string | null;
  readonly leaseTransitions?: number | null;
}

export interface Lease {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec?: LeaseSpec;
}

/** A Lease and when, on our monotonic clock, we first saw it as it is. */
export interface Observation {
  readonly lease: Lease;
  readonly atMs: number;
}

/** The API server wants six digits behind the seconds (`MicroTime`) and refuses three. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

/** Keeps the older observation where nothing changed since. */
export const observe = (last: Observation | undefined, lease: Lease, atMs: number): Observation =>
  last?.lease.metadata.resourceVersion === lease.metadata.resourceVersion && last ? last : { lease, atMs };

/** True where nobody holds the Lease, we do, or its holder has not renewed it for as long as it promised to. */
export const isFree = ({ lease: { spec = {} }, atMs }: Observation, identity: string, nowMs: number): boolean =>
  !spec.holderIdentity || spec.holderIdentity === identity || nowMs - atMs > (spec.leaseDurationSeconds ?? 0) * 1000;

export interface Claim {
  readonly identity: string;
  readonly leaseDurationSeconds: number;
  /** Wall time, for people who look at the Lease. */
  readonly wallMs: number;
}

/** The Lease as it is when we hold it. */
export const claimed = (lease: Lease, { identity, leaseDurationSeconds, wallMs }: Claim): Lease => {
  const { spec = {} } = lease;
  const ours = spec.holderIdentity === identity;
  const renewTime = microTime(wallMs);
  return {
    ...lease,
    spec: {
      ...spec,
      holderIdentity: identity,
      leaseDurationSeconds,
      renewTime,
      acquireTime: ours ? (spec.acquireTime ?? renewTime) : renewTime,
      leaseTransitions: (spec.leaseTransitions ?? 0) + (ours || !lease.metadata.resourceVersion ? 0 : 1),
    },
  };
};

/** The Lease as it is when we let go of it: nobody has to wait. */
export const released = (lease: Lease, wallMs: number): Lease => ({
  ...lease,
  spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(wallMs) },
});
