/**
 * Transcripts that were paid for and that no destination has taken yet. They are kept in the journal's outbox and offered
 * again here, so that speech is never paid for a second time because of a delivery.
 *
 * Two things make one final without delivery: it was offered `MAX_ROUNDS` times, or it was refused for good although the
 * destination takes others. When the first three are refused for good and none was ever taken, the fault is the
 * destination's: the desk closes, which stops all spending, until a held transcript is taken.
 * @module
 */
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import type { HeldTranscript, Hindrance } from '../plan.ts';

const MAX_ROUNDS = 6;
const REFUSALS_THAT_CLOSE = 3;
const CLOSED_WAIT_MS = 60_000;

export interface Parked {
  readonly held: HeldTranscript;
  readonly error: CallscribeError;
  readonly rounds: number;
}

export interface DeskState {
  /** True after the first transcript that a destination took. */
  readonly accepted: boolean;
  readonly refusedInRow: number;
}

/** Nothing more is paid for while this is true. */
export const isClosed = ({ accepted, refusedInRow }: DeskState): boolean =>
  !accepted && refusedInRow >= REFUSALS_THAT_CLOSE;

export const afterDelivery = (desk: DeskState, error: CallscribeError | undefined): DeskState => {
  if (!error) return { accepted: true, refusedInRow: 0 };
  return { ...desk, refusedInRow: error.retryable ? 0 : desk.refusedInRow + 1 };
};

/** Whether a transcript is given up on; it stays in the outbox for a person. `idle` is true when nothing else is left to do. */
export const isHopeless = (parked: Parked, desk: DeskState, idle: boolean): boolean => {
  if (isClosed(desk)) return false;
  if (parked.error.retryable) return parked.rounds >= MAX_ROUNDS;
  return desk.accepted || idle;
};

export const closedBecause = (error: CallscribeError): Hindrance => ({
  code: 'CSC_DESTINATION_REJECTED',
  message: `${REFUSALS_THAT_CLOSE} deliveries in a row were refused and none was taken, the last with: ${error.message}`,
});

export interface DeskOptions {
  readonly deliver: (held: HeldTranscript) => Promise<void>;
  /** The transcript was taken, or given up on with `error`. Writes the row. */
  readonly conclude: (held: HeldTranscript, error: CallscribeError | undefined) => Promise<void>;
  readonly hinder: (hindrance: Hindrance | undefined) => void;
  readonly backoffMs: (round: number) => number;
}

export interface DeliveryDesk {
  /** Notes how a delivery outside of the desk went. */
  note(error: CallscribeError | undefined): void;
  park(held: HeldTranscript, error: CallscribeError): void;
  isClosed(): boolean;
  readonly size: () => number;
  /** How long to wait before the next round is worth it. */
  readonly waitMs: () => number;
  /** Offers everything once more. */
  round(idle: boolean): Promise<void>;
  /** Takes everything off the desk as it is, for a run that ends. */
  clear(): readonly Parked[];
}

export const createDeliveryDesk = ({ deliver, conclude, hinder, backoffMs }: DeskOptions): DeliveryDesk => {
  let desk: DeskState = { accepted: false, refusedInRow: 0 };
  let parked: Parked[] = [];

  const note = (error: CallscribeError | undefined): void => {
    const wasClosed = isClosed(desk);
    desk = afterDelivery(desk, error);
    if (isClosed(desk) && error) hinder(closedBecause(error));
    else if (wasClosed) hinder(undefined);
  };

  const offer = async (item: Parked): Promise<Parked | undefined> => {
    try {
      await deliver(item.held);
    } catch (thrown) {
      return { ...item, error: toCallscribeError(thrown), rounds: item.rounds + 1 };
    }
    note(undefined);
    await conclude(item.held, undefined);
    return undefined;
  };

  return {
    note,
    park: (held, error) => {
      parked.push({ held, error, rounds: 0 });
    },
    isClosed: () => isClosed(desk),
    size: () => parked.length,
    waitMs: () => (isClosed(desk) ? CLOSED_WAIT_MS : backoffMs(Math.min(...parked.map((item) => item.rounds)) + 1)),
    round: async (idle) => {
      const offered = parked;
      parked = [];
      for (const item of offered) {
        // A refusal that closed the desk speaks for all: one is offered each round until it is taken.
        const stopped = isClosed(desk) && item !== offered[0];
        const left = stopped ? item : await offer(item);
        if (left) parked.push(left);
      }
      const hopeless = parked.filter((item) => isHopeless(item, desk, idle));
      parked = parked.filter((item) => !hopeless.includes(item));
      for (const item of hopeless) await conclude(item.held, item.error);
    },
    clear: () => {
      const left = parked;
      parked = [];
      return left;
    },
  };
};

/** The error of a transcript that an earlier attempt of the run left in the outbox. */
export const leftBehind = (): CallscribeError =>
  new CallscribeError(
    'CSC_DELIVERY_UNAVAILABLE',
    'an earlier attempt of this run ended before a destination took the transcript',
  );
