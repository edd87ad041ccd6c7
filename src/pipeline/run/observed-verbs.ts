/**
 * Verbs that tell how long they took and whether they failed.
 * @module
 */
import { toCallscribeError } from '../../errors.ts';
import type { Step } from '../plan.ts';
import { conversationOf, type RunVerbs } from './context.ts';

type Subject = Pick<Step, 'stage' | 'conversationId' | 'recordingId'>;

/** The same verbs. What is aborted from outside is no step: it did not end by itself. */
export const observedVerbs = (verbs: RunVerbs, now: () => number, onStep: (step: Step) => void): RunVerbs => {
  const observe = async <T>(subject: Subject, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    const startAtMs = now();
    try {
      const result = await work();
      onStep({ ...subject, startAtMs, endAtMs: now() });
      return result;
    } catch (thrown) {
      if (!signal?.aborted) onStep({ ...subject, startAtMs, endAtMs: now(), error: toCallscribeError(thrown).code });
      throw thrown;
    }
  };
  /** Audio does not say whose it is. */
  const subjects = new WeakMap<object, Subject>();
  return {
    ...verbs,
    locate: async (conversations, onLocated, signal) => {
      // Conversations are located together, and each is a step of its own: until something is known of it.
      const known = new Map(conversations.map((conversation) => [conversation, Promise.withResolvers<void>()]));
      const steps = [...known].map(([{ conversationId }, { promise }]) =>
        observe({ stage: 'Locate', conversationId }, signal, () => promise).catch(() => {}),
      );
      try {
        await verbs.locate(
          conversations,
          (located) => {
            known.get(conversationOf(located))?.resolve();
            onLocated(located);
          },
          signal,
        );
        for (const { resolve } of known.values()) resolve();
      } catch (thrown) {
        for (const { reject } of known.values()) reject(thrown);
        throw thrown;
      } finally {
        await Promise.all(steps);
      }
    },
    fetch: async (recording, signal) => {
      const { recordingId, conversation } = recording;
      const subject = { conversationId: conversation.conversationId, recordingId };
      const audio = await observe({ stage: 'Fetch', ...subject }, signal, () => verbs.fetch(recording, signal));
      subjects.set(audio, { stage: 'Transcribe', ...subject });
      return audio;
    },
    screen: async (recording, audio) => {
      const found = await verbs.screen(recording, audio);
      // It may give another file than the one that was fetched.
      const subject = subjects.get(audio);
      if (found.kind === 'Fit' && subject) subjects.set(found.audio, subject);
      return found;
    },
    transcribe: (audio, signal) => {
      const subject = subjects.get(audio) ?? { stage: 'Transcribe', conversationId: '' };
      return observe(subject, signal, () => verbs.transcribe(audio, signal));
    },
    attribute: (recording, audio, utterances) => {
      const { recordingId, conversation } = recording;
      const subject = { stage: 'Attribute', conversationId: conversation.conversationId, recordingId } as const;
      return observe(subject, undefined, () => verbs.attribute(recording, audio, utterances));
    },
    deliver: (transcript, signal) => {
      const { conversationId, recordingId } = transcript;
      return observe({ stage: 'Deliver', conversationId, recordingId }, signal, () =>
        verbs.deliver(transcript, signal),
      );
    },
  };
};
