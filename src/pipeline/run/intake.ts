/**
 * The front of a run: finds conversations, locates their recordings and admits those that need work. It looks ahead only as
 * far as the workers can follow, so that memory does not grow with the window.
 * @module
 */
import pLimit from 'p-limit';
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import type { Conversation, Recording } from '../types.ts';
import { close, closeConversation } from './books.ts';
import { isStopping, type RunState, showPending } from './context.ts';
import { keyOf } from './tracker.ts';
import { work } from './worker.ts';

/** Conversations that are looked up at the same time. */
const LOCATING = 8;
/** Errors that mean the same for every recording of the run, so that going on is of no use. */
const FATAL: ReadonlySet<string> = new Set(['CSC_GENESYS_AUTH', 'CSC_EGRESS_DENIED']);

const isFull = ({ tracker, settings }: RunState): boolean => tracker.counts().found >= settings.maxRecordings;

/** Admits one recording: to its outcome where that is clear already, otherwise to the workers. */
export const admit = async (state: RunState, recording: Recording): Promise<void> => {
  const { recordingId, conversation, skip } = recording;
  const key = keyOf({ recordingId, conversationId: conversation.conversationId });
  const held = state.journal.held().some(({ reservation }) => keyOf(reservation) === key);
  if (held || state.tracker.isFinal(key) || state.waiting.has(key) || isFull(state)) return;
  if (skip) return close(state, recording, 'Skipped', new CallscribeError(skip, ''));
  showPending(state, recording, state.tracker.attemptsOf(key));
  if (state.settings.dryRun) return close(state, recording, 'Skipped', new CallscribeError('CSC_DRY_RUN', ''));
  state.waiting.set(key, recording);
  state.start(() => state.limit(() => state.settings.inFlight(() => work(state, key, recording))));
};

const locate = async (state: RunState, conversation: Conversation): Promise<void> => {
  const { conversationId, endAtMs } = conversation;
  if (isStopping(state) || state.tracker.isFinal(keyOf({ conversationId, recordingId: '' }))) return;
  if (endAtMs === undefined) {
    return closeConversation(state, conversation, 'Skipped', new CallscribeError('CSC_CONVERSATION_NOT_ENDED', ''));
  }
  const located = await state.verbs.locate(conversation, state.signal);
  if (located.kind === 'NoRecording') {
    return closeConversation(state, conversation, 'NoRecording', new CallscribeError('CSC_NO_RECORDING', ''));
  }
  for (const recording of located.recordings) await admit(state, recording);
};

/** One conversation's failure is its own outcome; only what would fail all of them ends the run. */
const locateOrFail = async (state: RunState, conversation: Conversation): Promise<void> => {
  try {
    await locate(state, conversation);
  } catch (thrown) {
    if (state.signal.aborted) return;
    const error = toCallscribeError(thrown);
    if (FATAL.has(error.code) || error.code.startsWith('CSC_LEDGER_')) throw error;
    await closeConversation(state, conversation, 'Failed', error);
  }
};

/**
 * Reads the window once. `tasks` are the works under way: the next page waits while there are more than twice as many of
 * them as recordings may be in flight.
 */
export const intake = async (state: RunState, tasks: ReadonlySet<Promise<void>>): Promise<void> => {
  const locating = pLimit(LOCATING);
  for await (const conversation of state.verbs.find(state.signal)) {
    if (isStopping(state) || isFull(state)) return;
    state.tracker.conversationFound();
    state.start(() => locating(() => locateOrFail(state, conversation)));
    while (tasks.size >= 2 * (LOCATING + state.limit.concurrency) && !isStopping(state)) await Promise.race(tasks);
  }
};
