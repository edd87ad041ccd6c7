/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { participantsOfConversation } from './live-conversation.ts';
import { conversationOfRow, kindOf } from './row.ts';

const START = '2026-11-23T10:00:00.000Z';
const startAtMs = Date.parse(START);
const row = { conversationId: 'c', conversationStart: START, originatingDirection: 'outbound' };

describe('kindOf', () => {
  it.each([
    ['agent', 'agent'],
    ['user', 'agent'],
    ['Agent', 'agent'],
    ['customer', 'customer'],
    ['external', 'customer'],
    ['acd', 'system'],
    ['outbound', 'system'],
    ['dialer', 'system'],
    ['voicemail', 'system'],
    ['something new', 'system'],
  ])('%s is %s', (purpose, kind) => {
    expect(kindOf(purpose)).toBe(kind);
  });
});

describe('conversationOfRow', () => {
  it('reads everything that the pipeline needs', () => {
    const conversation = conversationOfRow({
      ...row,
      conversationEnd: '2026-11-23T10:02:00Z',
      divisionIds: ['d1', 7],
      participants: [
        {
          participantId: 'p1',
          purpose: 'agent',
          userId: 'u1',
          sessions: [
            {
              sessionId: 's1',
              peerId: 's2',
              mediaType: 'voice',
              segments: [
                { segmentType: 'interact', segmentStart: '2026-11-23T10:00:10Z', queueId: 'late' },
                { segmentType: 'dialing', segmentStart: START, segmentEnd: '2026-11-23T10:00:10Z', queueId: 'early' },
                { segmentType: 'broken' },
              ],
            },
            { sessionId: 'screen', mediaType: 'screenshare' },
            { mediaType: 'voice' },
          ],
        },
        { participantId: 'p2', purpose: 'customer', sessions: [{ sessionId: 's2', outboundCampaignId: 'k' }] },
      ],
    });
    expect(conversation).toEqual({
      conversationId: 'c',
      startAtMs,
      isRecorded: false,
      endAtMs: startAtMs + 120_000,
      direction: 'outbound',
      divisionIds: ['d1'],
      queueId: 'early',
      campaignId: 'k',
      participants: [
        {
          participantId: 'p1',
          purpose: 'agent',
          kind: 'agent',
          userId: 'u1',
          sessions: [
            {
              sessionId: 's1',
              peerId: 's2',
              segments: [
                { type: 'interact', startAtMs: startAtMs + 10_000, endAtMs: startAtMs + 120_000 },
                { type: 'dialing', startAtMs, endAtMs: startAtMs + 10_000 },
              ],
            },
          ],
        },
        { participantId: 'p2', purpose: 'customer', kind: 'customer', sessions: [{ sessionId: 's2', segments: [] }] },
      ],
    });
  });

  it('keeps one that goes on, and one without participants', () => {
    expect(conversationOfRow(row)).toEqual({
      conversationId: 'c',
      startAtMs,
      direction: 'outbound',
      divisionIds: [],
      participants: [],
    });
  });

  it.each([
    ['no identifier', { ...row, conversationId: '' }],
    ['no start', { ...row, conversationStart: 'soon' }],
    ['no direction', { ...row, originatingDirection: 'sideways' }],
    ['chat only', { ...row, participants: [{ purpose: 'agent', sessions: [{ sessionId: 's', mediaType: 'chat' }] }] }],
    ['nothing at all', {}],
  ])('leaves out one with %s', (_, broken) => {
    expect(conversationOfRow(broken)).toBeUndefined();
  });
});

describe('participantsOfConversation', () => {
  it('reads calls as sessions', () => {
    const conversation = {
      participants: [
        {
          id: 'p1',
          purpose: 'user',
          userId: 'u',
          calls: [
            {
              id: 's1',
              peerId: 's2',
              segments: [{ type: 'Interact', startTime: START, endTime: '2026-11-23T10:00:05Z' }, { type: 'Hold' }],
            },
          ],
        },
        { id: 'p2', purpose: 'customer', calls: [{ id: 's2', connectedTime: START }, { id: 's3' }, {}] },
      ],
    };
    expect(participantsOfConversation(conversation, startAtMs + 9000)).toEqual([
      {
        participantId: 'p1',
        purpose: 'user',
        kind: 'agent',
        userId: 'u',
        sessions: [
          { sessionId: 's1', peerId: 's2', segments: [{ type: 'interact', startAtMs, endAtMs: startAtMs + 5000 }] },
        ],
      },
      {
        participantId: 'p2',
        purpose: 'customer',
        kind: 'customer',
        sessions: [
          { sessionId: 's2', segments: [{ type: 'interact', startAtMs, endAtMs: startAtMs + 9000 }] },
          { sessionId: 's3', segments: [] },
        ],
      },
    ]);
  });
});
