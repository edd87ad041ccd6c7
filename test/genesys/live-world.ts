/**
 * The world while a simulator runs: it can be changed, and everything in it is found without a search through all of it.
 * @module
 */
import type { OAuthClient, World, WorldConversation, WorldRecording } from './world.ts';

export interface KnownRecording {
  readonly conversation: WorldConversation;
  readonly recording: WorldRecording;
}

export interface LiveWorld {
  /** Adds conversations, or replaces those that have the same identifier. */
  put(...conversations: readonly WorldConversation[]): void;
  remove(...conversationIds: readonly string[]): void;
  /** Replaces everything, clients included. */
  replace(world: World): void;
  /** Replaces the clients: another secret, other permissions. Tokens that were given out keep working, and what they may do. */
  setClients(clients: readonly OAuthClient[]): void;
  readonly clients: () => readonly OAuthClient[];
  /** How far the data of details jobs are complete. */
  readonly availableUntilMs: () => number;
  setAvailableUntil(ms: number): void;
  readonly conversation: (conversationId: string) => WorldConversation | undefined;
  readonly recording: (recordingId: string) => KnownRecording | undefined;
  /** In the order in which they start, `fromMs` included, `toMs` not. */
  readonly startedWithin: (fromMs: number, toMs: number) => readonly WorldConversation[];
  /** Another number after each change. */
  readonly version: () => number;
}

/** Index of the first conversation that starts at `ms` or later. */
const firstFrom = (sorted: readonly WorldConversation[], ms: number): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.startAtMs ?? ms) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
};

const byStart = (one: WorldConversation, other: WorldConversation): number =>
  one.startAtMs - other.startAtMs || (one.conversationId < other.conversationId ? -1 : 1);

/** Later than everything in the tests. */
const ALWAYS_MS = Date.UTC(2100, 0);

export const createLiveWorld = (initial: World): LiveWorld => {
  let { clients, availableUntilMs = ALWAYS_MS } = initial;
  const conversations = new Map<string, WorldConversation>();
  const recordings = new Map<string, KnownRecording>();
  let sorted: readonly WorldConversation[] | undefined;
  let version = 0;

  const changed = (): void => {
    sorted = undefined;
    version += 1;
  };
  const forget = (conversationId: string): void => {
    for (const { recordingId } of conversations.get(conversationId)?.recordings ?? []) recordings.delete(recordingId);
    conversations.delete(conversationId);
  };
  const put = (conversation: WorldConversation): void => {
    forget(conversation.conversationId);
    conversations.set(conversation.conversationId, conversation);
    for (const recording of conversation.recordings) recordings.set(recording.recordingId, { conversation, recording });
  };

  for (const conversation of initial.conversations) put(conversation);
  return {
    clients: () => clients,
    availableUntilMs: () => availableUntilMs,
    setAvailableUntil: (ms) => {
      availableUntilMs = ms;
    },
    conversation: (conversationId) => conversations.get(conversationId),
    recording: (recordingId) => recordings.get(recordingId),
    version: () => version,
    startedWithin: (fromMs, toMs) => {
      sorted ??= [...conversations.values()].toSorted(byStart);
      return sorted.slice(firstFrom(sorted, fromMs), firstFrom(sorted, toMs));
    },
    put: (...changedOnes) => {
      for (const conversation of changedOnes) put(conversation);
      changed();
    },
    remove: (...ids) => {
      for (const id of ids) forget(id);
      changed();
    },
    setClients: (next) => {
      clients = next;
    },
    replace: (world) => {
      clients = world.clients;
      availableUntilMs = world.availableUntilMs ?? ALWAYS_MS;
      conversations.clear();
      recordings.clear();
      for (const conversation of world.conversations) put(conversation);
      changed();
    },
  };
};
