/**
 * The elector that the flags ask for.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { alwaysLeader, type Elector } from '../controller/runtime/election.ts';
import type { KubeClient } from '../controller/runtime/kube-client.ts';
import { createLeaderElector, type LeaderEvent } from '../controller/runtime/leader-elector.ts';
import { loggable, type Logger } from '../log.ts';

export interface ElectionFlags {
  readonly leaderElect: boolean;
  readonly leaseName: string;
  readonly leaseNamespace?: string;
}

const MESSAGES = {
  Leading: 'this process leads',
  Lost: 'the lead was lost',
  Released: 'the Lease was given back',
  Failed: 'the Lease could not be read or written',
} as const;

const logTo =
  (log: Logger) =>
  (event: LeaderEvent): void => {
    if (event.kind === 'Failed') log.warn({ err: loggable(event.error) }, MESSAGES.Failed);
    else log[event.kind === 'Lost' ? 'warn' : 'info'](MESSAGES[event.kind]);
  };

/** A Pod's host name is its own name; the random word tells two processes of one host apart, also over restarts. */
const newIdentity = (): string => `${hostname()}_${randomBytes(4).toString('hex')}`;

/** `namespace` is where the operator itself lives. */
export const electorOf = (
  flags: ElectionFlags,
  { kube, namespace, log }: { readonly kube: KubeClient; readonly namespace: string; readonly log: Logger },
): Elector => {
  if (!flags.leaderElect) return alwaysLeader;
  const identity = newIdentity();
  const lease = { namespace: flags.leaseNamespace ?? namespace, name: flags.leaseName };
  return createLeaderElector({
    kube,
    ...lease,
    identity,
    clock: systemClock,
    random: Math.random,
    onEvent: logTo(log.child({ lease: `${lease.namespace}/${lease.name}`, identity })),
  });
};
