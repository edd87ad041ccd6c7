/**
 * The front of a run: finds conversations, locates their recordings and admits those that need work. It looks ahead only as
 * far as the workers can follow, so that memory does not grow with the window and addresses are not asked for too early.
 *
 * What is not ready has its turn when the window was read, again and again until its time is over; what had not ended has one at the
 * end of the run.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Conversation } from '../types.ts';
import { admit } from './admit.ts';
import { checkFailurePolicy, closeConversation } from './books.ts';
import { conversationOf, isStopping, type Located, pause, type RunState, showConversation } from './context.ts';
import { defer, type Deferral, isOverdue, type PutOff } from './later.ts';
import { keyOf } from './tally.ts';

const POLL_MS = 1000;
/** So that workers which are done soon do not wait for the next request. */
const MARGIN = 8;
/** Works under way, the small ones included: closing what has no recording, for example. */
const MOST_TASKS = 500;
/** More conversations are not put off while the window is still read. */
const MOST_DEFERRED = 1000;

const conversationKey = ({ conversationId }: Conversation): string => keyOf({ conversationId, recordingId: '' });

/** Conversations without a recording are not counted: there would be nothing to try with. */
const isFull = ({ tracker, settings, awaited }: RunState): boolean =>
  tracker.recordings() >= settings.maxRecordings && awaited.size === 0;

const isOver = (state: RunState): boolean => isStopping(state) || isFull(state);

class Intake {
  readonly #state: RunState;
  /** Of which nothing is known yet. */
  readonly #locating = new Set<Conversation>();
  /** Of which more may still become known. */
  readonly #looking = new Set<Conversation>();
  readonly #notEnded = new Map<string, Conversation>();
  readonly #deferred = new Map<string, Deferral>();

  constructor(state: RunState) {
    this.#state = state;
  }

  /** Reads the window. */
  async read(): Promise<void> {
    const { verbs, stopping, tracker } = this.#state;
    const note = (text?: string): void => tracker.note(text);
    for await (const page of verbs.find(stopping, note)) {
      await this.#take(page, true);
      while (!isOver(this.#state) && this.#deferred.size >= MOST_DEFERRED) await this.#lookAgain();
      if (isOver(this.#state)) return;
    }
  }

  /** Brings to an end what was put off. */
  async finish(): Promise<void> {
    const state = this.#state;
    await this.#settle();
    while (!isOver(state) && this.#notEnded.size > 0) {
      // The end of the run: nothing else is left to do.
      while (!isStopping(state) && state.waiting.size > 0) await pause(state, POLL_MS);
      if (!isStopping(state)) await this.#refind();
      await this.#settle();
    }
    if (isFull(state)) this.#dropAll();
  }

  /** Until everything is located, and nothing is put off but what has not ended. */
  async #settle(): Promise<void> {
    const state = this.#state;
    while (!isStopping(state) && this.#looking.size + this.#deferred.size > 0) {
      if (isFull(state) && this.#looking.size === 0) return;
      await this.#lookAgain();
    }
  }

  async #take(page: readonly Conversation[], isNew: boolean): Promise<void> {
    const state = this.#state;
    let chunk: Conversation[] = [];
    for (const conversation of page) {
      if (isOver(state)) return;
      if (isNew) state.tracker.conversationFound();
      if (state.tracker.isFinal(conversationKey(conversation))) continue;
      if (conversation.endAtMs === undefined) this.#putOff(conversation);
      else chunk.push(conversation);
      if (chunk.length < this.#size()) continue;
      await this.#begin(chunk);
      chunk = [];
    }
    if (chunk.length > 0) await this.#begin(chunk);
  }

  /** As many as are worth it, but not many more than the run takes. */
  #size(): number {
    const { verbs, settings, tracker } = this.#state;
    return Math.max(1, Math.min(verbs.locateSize(), settings.maxRecordings - tracker.recordings()));
  }

  #putOff(conversation: Conversation): void {
    const key = conversationKey(conversation);
    this.#notEnded.set(key, conversation);
    this.#state.putOff.set(key, conversation);
    showConversation(this.#state, conversation);
  }

  /** It is no longer put off. */
  #takeUp(key: string): void {
    this.#notEnded.delete(key);
    this.#deferred.delete(key);
    if (this.#state.putOff.delete(key)) this.#state.tracker.unlist(key);
  }

  /** Locates some when there is room for what comes of it. */
  async #begin(chunk: readonly Conversation[]): Promise<void> {
    const state = this.#state;
    await this.#makeRoom();
    if (isStopping(state)) return;
    for (const conversation of chunk) {
      this.#locating.add(conversation);
      this.#looking.add(conversation);
    }
    state.start(() => this.#locate(chunk));
  }

  async #locate(chunk: readonly Conversation[]): Promise<void> {
    const state = this.#state;
    const before = new Map(
      chunk.map((conversation) => [conversation, this.#deferred.get(conversationKey(conversation))]),
    );
    try {
      await state.verbs.locate(chunk, (located) => this.#onLocated(located), state.stopping);
    } catch (thrown) {
      // A later attempt locates it again.
      if (isStopping(state)) return;
      throw thrown;
    } finally {
      for (const conversation of chunk) {
        this.#locating.delete(conversation);
        this.#looking.delete(conversation);
      }
    }
    for (const [conversation, deferral] of before) {
      const key = conversationKey(conversation);
      // Nothing of it was put off once more.
      if (deferral && this.#deferred.get(key) === deferral) this.#takeUp(key);
    }
  }

  /** Waits until the workers have caught up, and as long as what is found would only wait for a larger budget. */
  async #makeRoom(): Promise<void> {
    const state = this.#state;
    const lookAhead = (): number => 2 * (MARGIN + state.limit.concurrency);
    const ahead = (): number => Math.max(state.waiting.size + this.#locating.size, state.unaffordable.length);
    while (!isStopping(state) && (ahead() >= lookAhead() || state.tasks.size >= MOST_TASKS)) {
      state.intake = state.unaffordable.length >= lookAhead() ? 'Blocked' : 'Reading';
      await pause(state, POLL_MS);
    }
    state.intake = 'Reading';
  }

  #onLocated(located: Located): void {
    this.#locating.delete(conversationOf(located));
    if (located.kind === 'Later') this.#defer(located);
    else this.#state.start(() => this.#close(located));
  }

  async #close(located: Exclude<Located, PutOff>): Promise<void> {
    if (isStopping(this.#state)) return;
    switch (located.kind) {
      case 'Recording':
        return admit(this.#state, located.recording);
      case 'None':
        return closeConversation(this.#state, located.conversation, 'NoRecording', located.error);
      case 'Failed':
        return closeConversation(this.#state, located.conversation, 'Failed', located.error);
    }
  }

  #defer(located: PutOff): void {
    const { clock, settings, putOff } = this.#state;
    const key = conversationKey(located.conversation);
    const deferral = defer(located, this.#deferred.get(key), clock.now());
    if (isOverdue(deferral, settings.patienceMs, clock.now())) {
      this.#takeUp(key);
      for (const other of located.otherwise) this.#onLocated(other);
      return;
    }
    this.#deferred.set(key, deferral);
    putOff.set(key, located.conversation);
    showConversation(this.#state, located.conversation);
  }

  /** Asks for those again that are due, or waits a moment for that. */
  async #lookAgain(): Promise<void> {
    const nowMs = this.#state.clock.now();
    const due = [...this.#deferred.values()].filter(
      ({ dueAtMs, located }) => dueAtMs <= nowMs && !this.#looking.has(located.conversation),
    );
    if (due.length === 0) return pause(this.#state, POLL_MS);
    await this.#take(
      due.map(({ located }) => located.conversation),
      false,
    );
  }

  /** Looks at those that had not ended. Those that still go on are left out: nobody knows for how long. */
  async #refind(): Promise<void> {
    const state = this.#state;
    const conversations = [...this.#notEnded.values()];
    for await (const page of state.verbs.refind(conversations, state.stopping)) {
      for (const { conversationId } of page) this.#takeUp(keyOf({ conversationId, recordingId: '' }));
      const stillOn = page.filter(({ endAtMs }) => endAtMs === undefined);
      const error = new CallscribeError('CSC_CONVERSATION_NOT_ENDED', '');
      for (const conversation of stillOn) {
        state.start(() => closeConversation(state, conversation, 'Skipped', error));
      }
      await this.#take(
        page.filter(({ endAtMs }) => endAtMs !== undefined),
        false,
      );
    }
  }

  /** The run takes no more. */
  #dropAll(): void {
    for (const key of [...this.#notEnded.keys(), ...this.#deferred.keys()]) this.#takeUp(key);
  }
}

/**
 * Reads the window once and resolves when all of it is located and decided, or the run stops.
 */
export const intake = async (state: RunState): Promise<void> => {
  const front = new Intake(state);
  try {
    await front.read();
    await front.finish();
  } catch (thrown) {
    // A search that the stop interrupted has not failed.
    if (!isStopping(state)) throw thrown;
  }
  if (isStopping(state)) return;
  state.intake = 'Done';
  checkFailurePolicy(state);
};
