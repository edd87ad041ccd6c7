/**
 * The front of a run: finds conversations, locates their recordings and admits those that need work. It looks ahead only as
 * far as the workers can follow, so that memory does not grow with the window.
 * @module
 */
import pLimit from 'p-limit';
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import type { Conversation, Recording } from '../types.ts';
import { checkFailurePolicy, close, closeConversation } from './books.ts';
import { isStopping, pause, type RunState, showPending } from './context.ts';
import { keyOf } from './tally.ts';
import { employ } from './worker.ts';

const POLL_MS = 1000;

/** Conversations that are looked up at the same time. */
const LOCATING = 8;
/** Errors that mean the same for every recording of the run, so that going on is of no use. */
const FATAL: ReadonlySet<string> = new Set([
  'CSC_GENESYS_AUTH',
  'CSC_EGRESS_DENIED',
  'CSC_SECRET_NOT_FOUND',
  'CSC_SECRET_INVALID',
  'CSC_SECRET_UNAVAILABLE',
]);

const isFatal = ({ code }: CallscribeError): boolean => FATAL.has(code) || code.startsWith('CSC_LEDGER_');

/** Conversations without a recording are not counted: there would be nothing to try with. */
const isFull = ({ tracker, settings, awaited }: RunState): boolean =>
  tracker.recordings() >= settings.maxRecordings && awaited.size === 0;

/** Whether the run takes the recording: neither done nor being done, and not one too many. */
const takes = ({ tracker, waiting, held, awaited, settings }: RunState, key: string): boolean => {
  if (held.has(key) || tracker.isFinal(key) || waiting.has(key)) return false;
  // What was begun before counts already.
  return awaited.delete(key) || tracker.recordings() < settings.maxRecordings;
};

/** Admits one recording: to its outcome where that is clear already, otherwise to the workers. */
export const admit = async (state: RunState, recording: Recording): Promise<void> => {
  const { recordingId, conversation, skip } = recording;
  const key = keyOf({ recordingId, conversationId: conversation.conversationId });
  if (!takes(state, key)) return;
  // Listed before anything is waited for, so that what comes meanwhile finds its place taken.
  showPending(state, recording, state.tracker.attemptsOf(key));
  if (skip) return close(state, recording, 'Skipped', new CallscribeError(skip, ''));
  if (state.settings.dryRun) return close(state, recording, 'Skipped', new CallscribeError('CSC_DRY_RUN', ''));
  employ(state, recording);
};

const locate = async (state: RunState, conversation: Conversation): Promise<void> => {
  const { conversationId, endAtMs } = conversation;
  if (isStopping(state) || state.tracker.isFinal(keyOf({ conversationId, recordingId: '' }))) return;
  if (endAtMs === undefined) {
    return closeConversation(state, conversation, 'Skipped', new CallscribeError('CSC_CONVERSATION_NOT_ENDED', ''));
  }
  const located = await state.verbs.locate(conversation, state.stopping);
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
    const error = toCallscribeError(thrown);
    if (isFatal(error)) throw error;
    // A later attempt locates it again.
    if (isStopping(state)) return;
    await closeConversation(state, conversation, 'Failed', error);
  }
};

/** Waits until the workers have caught up, and as long as what is found would only wait for a larger budget. */
const makeRoom = async (state: RunState): Promise<void> => {
  const lookAhead = (): number => 2 * (LOCATING + state.limit.concurrency);
  while (!isStopping(state) && Math.max(state.tasks.size, state.unaffordable.length) >= lookAhead()) {
    state.intake = state.unaffordable.length >= lookAhead() ? 'Blocked' : 'Reading';
    await pause(state, POLL_MS);
  }
  state.intake = 'Reading';
};

const eachOf = async function* <T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
};

/**
 * Reads the window once and resolves when all of it is located, or the run stops. The next page waits while there are more
 * than twice as many works under way as recordings may be in flight.
 */
export const intake = async (state: RunState): Promise<void> => {
  const limit = pLimit(LOCATING);
  const locating = new Set<Conversation>();
  const begin = (conversation: Conversation): void => {
    locating.add(conversation);
    const end = (): void => {
      locating.delete(conversation);
    };
    state.start(() => limit(() => locateOrFail(state, conversation)).finally(end));
  };
  try {
    for await (const conversation of eachOf(state.verbs.find(state.stopping))) {
      if (isStopping(state) || isFull(state)) break;
      state.tracker.conversationFound();
      begin(conversation);
      await makeRoom(state);
    }
  } catch (thrown) {
    // A search that the stop interrupted has not failed.
    if (!isStopping(state)) throw thrown;
  }
  while (!isStopping(state) && locating.size > 0) await pause(state, POLL_MS);
  if (isStopping(state)) return;
  state.intake = 'Done';
  checkFailurePolicy(state);
};
