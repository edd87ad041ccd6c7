/**
 * What changes by itself while somebody looks at it again and again: conversations end, recordings are uploaded and restored.
 * Looks are counted instead of time, so that tests do not depend on how fast a machine is.
 * @module
 */
import { stillGoingOn } from './calls.ts';
import type { FileState, WorldConversation, WorldRecording } from './world.ts';

export interface Looks {
  /** A conversation as analytics shows it this time. */
  conversation(conversation: WorldConversation): WorldConversation;
  /** The recordings of a conversation as they are this time; none where they are late. */
  recordings(conversation: WorldConversation): readonly WorldRecording[];
  /** True where looking again would show something else. */
  willChange(conversation: WorldConversation): boolean;
  /** Orders an archived recording to be restored. */
  restore(conversation: WorldConversation, recordingId: string): void;
}

const createCounter = () => {
  const counts = new Map<string, number>();
  return {
    of: (what: string): number => counts.get(what) ?? 0,
    add: (what: string): number => {
      const before = counts.get(what) ?? 0;
      counts.set(what, before + 1);
      return before;
    },
  };
};

export const createLooks = (): Looks => {
  const [shown, looked] = [createCounter(), createCounter()];
  const restoredAtLook = new Map<string, number>();

  const stateOf = (
    { recordingId, fileState, uploading = 0, restoring = 1 }: WorldRecording,
    look: number,
  ): FileState => {
    const restoredAt = restoredAtLook.get(recordingId);
    if (restoredAt !== undefined) return look < restoredAt + restoring ? 'RESTORING' : 'RESTORED';
    return look < uploading ? 'UPLOADING' : fileState;
  };
  const isChanging = (recording: WorldRecording, look: number): boolean => {
    const state = stateOf(recording, look);
    return state !== recording.fileState && state !== 'RESTORED';
  };

  return {
    conversation: (conversation) =>
      shown.add(conversation.conversationId) < (conversation.liveFor ?? 0) ? stillGoingOn(conversation) : conversation,
    recordings: ({ conversationId, recordings, recordingsLate = 0 }) => {
      const look = looked.add(conversationId);
      if (look < recordingsLate) return [];
      return recordings.map((recording) => ({ ...recording, fileState: stateOf(recording, look) }));
    },
    willChange: ({ conversationId, recordings, recordingsLate = 0 }) => {
      const look = looked.of(conversationId) - 1;
      return look < recordingsLate || recordings.some((recording) => isChanging(recording, look));
    },
    restore: ({ conversationId }, recordingId) => {
      if (!restoredAtLook.has(recordingId)) restoredAtLook.set(recordingId, looked.of(conversationId));
    },
  };
};
