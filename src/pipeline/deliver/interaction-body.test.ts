import { describe, expect, it } from 'vitest';
import type { Transcript, Turn } from '../types.ts';
import { interactionBody } from './interaction-body.ts';
import { transcriptOf } from './test-transcript.ts';

const turn: Turn = { speaker: 'A', startMs: 10, endMs: 20, text: 'Hello', role: 'agent' };

describe('interactionBody', () => {
  it('has the agreed form, and nothing else', () => {
    const turns: Turn[] = [
      turn,
      { ...turn, startMs: 10, role: 'customer', channel: 0 },
      { ...turn, startMs: 30, endMs: 30, role: 'system' },
      { ...turn, startMs: 31, endMs: 32, role: 'unknown' },
    ];
    expect(interactionBody(transcriptOf({ turns }))).toEqual({
      interactionId: 'c-1',
      type: 'transcript',
      content: [
        { role: 'agent', text: 'Hello', start: 10, end: 20 },
        { role: 'caller', text: 'Hello', start: 10, end: 20 },
        { role: 'system', text: 'Hello', start: 30, end: 30 },
        { role: 'unknown', text: 'Hello', start: 31, end: 32 },
      ],
      dateCreated: '2026-11-24T09:00:00.000Z',
    });
  });

  it('is there for silence, too', () => {
    expect(interactionBody(transcriptOf({ turns: [] })).content).toEqual([]);
  });

  // What came through the outbox was JSON in between, so any value is possible.
  const broken = (more: Record<string, unknown>): Turn => ({ ...turn, ...more });

  it.each<[string, Partial<Transcript>]>([
    ['no conversation', { conversationId: '' }],
    ['no time of creation', { createdAtMs: Number.NaN }],
    ['a turn without text', { turns: [broken({ text: '' })] }],
    ['null for a text', { turns: [broken({ text: null })] }],
    ['null for a time', { turns: [broken({ startMs: null })] }],
    ['a fraction of a millisecond', { turns: [broken({ endMs: 20.5 })] }],
    ['a time before the start', { turns: [broken({ startMs: -1 })] }],
    ['an end before the start', { turns: [broken({ endMs: 9 })] }],
    ['an unknown role', { turns: [broken({ role: 'boss' })] }],
    ['turns out of order', { turns: [{ ...turn, startMs: 15 }, turn] }],
  ])('is not made with %s', (_name, more) => {
    expect(() => interactionBody(transcriptOf(more))).toThrow(
      expect.objectContaining({ code: 'CSC_TRANSCRIPT_INVALID', retryable: false }),
    );
  });
});
