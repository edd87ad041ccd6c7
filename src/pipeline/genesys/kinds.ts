/**
 * What calls are made for: how they are counted, what fails together with them, and which permission they need.
 * @module
 */
import { NO_CALLS } from '../plan.ts';
import type { GenesysCallKind, GenesysCalls } from '../plan.ts';
import type { Service } from './account.ts';

interface Kind {
  /** Undefined where nobody should wait for an outage to end. */
  readonly service?: Service;
  /**
   * Permission of a role of the OAuth client, according to the official documentation. Needed because the calls for recordings
   * do not say what is missing.
   */
  readonly permission?: string;
}

const recordings = { service: 'recording', permission: 'recording:recording:view' } as const;
const details = { service: 'analytics', permission: 'analytics:conversationDetail:view' } as const;

export const KINDS: Readonly<Record<GenesysCallKind, Kind>> = {
  login: { service: 'login' },
  detailsQuery: details,
  detailsJob: details,
  conversation: { service: 'recording', permission: 'conversation:communication:view' },
  recordingMetadata: recordings,
  recording: recordings,
  batchRequest: recordings,
  restore: { service: 'recording', permission: 'recording:recording:restore' },
  transcript: {},
};

/** Counts requests by what they were for. */
export interface Meter {
  count(kind: GenesysCallKind): void;
  readonly byKind: () => GenesysCalls;
}

export const createMeter = (onCount: (kind: GenesysCallKind) => void = () => {}): Meter => {
  const counts = { ...NO_CALLS } as Record<GenesysCallKind, number>;
  return {
    count: (kind) => {
      counts[kind] += 1;
      onCount(kind);
    },
    byKind: () => ({ ...counts }),
  };
};
