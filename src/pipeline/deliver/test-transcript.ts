/**
 * A transcript for the tests of this folder.
 * @module
 */
import type { Transcript } from '../types.ts';

export const transcriptOf = (more: Partial<Transcript> = {}): Transcript => ({
  conversationId: 'c-1',
  recordingId: 'r-1',
  language: 'en-US',
  durationMs: 60_000,
  channels: 2,
  engine: { provider: 'generic', model: 'phone_call' },
  turns: [{ speaker: 'A', channel: 1, startMs: 10, endMs: 20, text: 'Hello', role: 'agent' }],
  roles: { method: 'channel', confidencePercent: 100, facts: ['a fact'] },
  costMicros: 4000,
  currency: 'USD',
  createdAtMs: Date.UTC(2026, 10, 24, 9),
  ...more,
});
