import { describe, expect, it } from 'vitest';
import type { Conversation, Participant } from '../types.ts';
import { agentDigest, allocationOf } from './allocation.ts';

const participant = (kind: Participant['kind'], userId?: string): Participant => ({
  participantId: 'p',
  purpose: kind,
  kind,
  sessions: [],
  ...(userId !== undefined && { userId }),
});

const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  conversationId: 'c',
  startAtMs: 0,
  direction: 'outbound',
  divisionIds: ['d-1', 'd-2'],
  queueId: 'q',
  campaignId: 'camp',
  participants: [
    participant('customer', 'u-0'),
    participant('agent'),
    participant('agent', 'u-1'),
    participant('agent', 'u-2'),
  ],
  ...more,
});

describe('allocationOf', () => {
  it('names the first agent by a digest, or plainly where that is asked for', () => {
    expect(allocationOf(conversation(), 'Hashed')).toEqual({
      queueId: 'q',
      campaignId: 'camp',
      divisionId: 'd-1',
      agent: agentDigest('u-1'),
    });
    expect(allocationOf(conversation(), 'Plain').agent).toBe('u-1');
  });

  it('is empty where there is nothing', () => {
    const { queueId: _q, campaignId: _c, ...bare } = conversation({ divisionIds: [], participants: [] });
    for (const naming of ['Hashed', 'Plain'] as const) {
      expect(allocationOf(bare, naming)).toEqual({ queueId: '', campaignId: '', divisionId: '', agent: '' });
    }
  });
});

describe('agentDigest', () => {
  it('tells agents apart and does not contain their id', () => {
    expect(agentDigest('u-1')).toMatch(/^h:[0-9a-f]{16}$/);
    expect(agentDigest('u-1')).not.toBe(agentDigest('u-2'));
    expect(agentDigest('u-1')).toBe(agentDigest('u-1'));
  });
});
