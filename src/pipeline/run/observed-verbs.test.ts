import { describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import type { Step } from '../plan.ts';
import type { Audio, Conversation, Recording, Transcript } from '../types.ts';
import type { RunVerbs } from './context.ts';
import { observedVerbs } from './observed-verbs.ts';

const conversation = { conversationId: 'c1' } as Conversation;
const recording = { recordingId: 'r1', conversation } as Recording;
const audio = {} as Audio;
const transcript = { conversationId: 'c1', recordingId: 'r1' } as Transcript;

const open = (failing?: unknown) => {
  let nowMs = 0;
  const steps: Step[] = [];
  const work = async <T>(result: T): Promise<T> => {
    nowMs += 10;
    if (failing !== undefined) throw failing;
    return result;
  };
  const verbs = {
    locate: () => work(undefined),
    fetch: () => work(audio),
    transcribe: () => work([]),
    attribute: () => work(transcript),
    deliver: () => work(undefined),
  } as unknown as RunVerbs;
  return {
    steps,
    verbs: observedVerbs(
      verbs,
      () => nowMs,
      (step) => steps.push(step),
    ),
  };
};

const { signal } = new AbortController();

describe('observedVerbs', () => {
  it('tells of each step what it was about and how long it took', async () => {
    const { verbs, steps } = open();
    await verbs.locate([conversation], () => {}, signal);
    await verbs.transcribe(await verbs.fetch(recording, signal), signal);
    await verbs.attribute(recording, audio, []);
    await verbs.deliver(transcript, signal);
    expect(steps).toEqual([
      { stage: 'Locate', conversationId: 'c1', startAtMs: 0, endAtMs: 10 },
      { stage: 'Fetch', conversationId: 'c1', recordingId: 'r1', startAtMs: 10, endAtMs: 20 },
      { stage: 'Transcribe', conversationId: 'c1', recordingId: 'r1', startAtMs: 20, endAtMs: 30 },
      { stage: 'Attribute', conversationId: 'c1', recordingId: 'r1', startAtMs: 30, endAtMs: 40 },
      { stage: 'Deliver', conversationId: 'c1', recordingId: 'r1', startAtMs: 40, endAtMs: 50 },
    ]);
  });

  it('tells what failed by its code, and passes the error on', async () => {
    const error = new CallscribeError('CSC_MEDIA_NOT_FOUND', 'gone');
    const { verbs, steps } = open(error);
    await expect(verbs.fetch(recording, signal)).rejects.toBe(error);
    expect(steps).toMatchObject([{ stage: 'Fetch', error: 'CSC_MEDIA_NOT_FOUND' }]);
  });

  it('tells of each conversation when something is known of it', async () => {
    let nowMs = 0;
    const steps: Step[] = [];
    const other = { conversationId: 'c2' } as Conversation;
    const verbs = {
      locate: async (_, onLocated) => {
        nowMs = 5;
        onLocated({ kind: 'Recording', recording });
        await Promise.resolve();
        await Promise.resolve();
        await Promise.resolve();
        nowMs = 20;
      },
    } as Partial<RunVerbs> as RunVerbs;
    const observed = observedVerbs(
      verbs,
      () => nowMs,
      (step) => steps.push(step),
    );
    await observed.locate([conversation, other], () => {}, signal);
    expect(steps).toEqual([
      { stage: 'Locate', conversationId: 'c1', startAtMs: 0, endAtMs: 5 },
      { stage: 'Locate', conversationId: 'c2', startAtMs: 0, endAtMs: 20 },
    ]);
  });

  it('does not take an abort from outside for a failure', async () => {
    const { verbs, steps } = open(new Error('stop'));
    await expect(verbs.fetch(recording, AbortSignal.abort())).rejects.toThrow('stop');
    expect(steps).toEqual([]);
  });
});
