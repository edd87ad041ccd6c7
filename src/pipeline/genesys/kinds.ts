/**
 * What calls are made for: how they are counted, what fails together with them, and which permission they need.
 * @module
 */
import type { GenesysCallKind } from '../plan.ts';
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
  readonly byKind: () => Readonly<Record<GenesysCallKind, number>>;
  readonly total: () => number;
}

export const createMeter = (onCount: (kind: GenesysCallKind) => void = () => {}): Meter => {
  const counts = new Map<GenesysCallKind, number>();
  const kinds = Object.keys(KINDS) as readonly GenesysCallKind[];
  return {
    count: (kind) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      onCount(kind);
    },
    byKind: () =>
      Object.fromEntries(kinds.map((kind) => [kind, counts.get(kind) ?? 0])) as Record<GenesysCallKind, number>,
    total: () => counts.values().reduce((sum, count) => sum + count, 0),
  };
};
