/**
 * Transcripts that were paid for and that no destination has taken yet. They are kept in the journal's outbox and offered
 * again here, each with growing pauses, so that speech is never paid for a second time because of a delivery.
 *
 * Only one thing makes one final without delivery: it was refused for good although the destination takes others, or nothing is
 * left to find that out with. When the first three are refused for good and none was ever taken, the fault is the destination's: the
 * desk closes, which stops all spending, until a held transcript is taken. It closes too while it has `MAX_HELD` of them: they
 * are in memory, and a destination that is away for long should not make them more.
 * @module
 */
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import type { HeldTranscript, Hindrance } from '../plan.ts';

/** About two minutes. A run that waits for nothing else says so after that. */
const PATIENT_ROUNDS = 6;
const MAX_HELD = 256;
const REFUSALS_THAT_CLOSE = 3;

export interface Parked {
  readonly held: HeldTranscript;
  readonly error: CallscribeError;
  readonly rounds: number;
  /** Not offered again before. */
  readonly dueAtMs: number;
}

export interface DeskState {
  /** True after the first transcript that a destination took. */
  readonly accepted: boolean;
  readonly refusedInRow: number;
}

/** The destination takes nothing. */
export const isRejecting = ({ accepted, refusedInRow }: DeskState): boolean =>
  !accepted && refusedInRow >= REFUSALS_THAT_CLOSE;

export const afterDelivery = (desk: DeskState, error: CallscribeError | undefined): DeskState => {
  if (!error) return { accepted: true, refusedInRow: 0 };
  return { ...desk, refusedInRow: error.retryable ? 0 : desk.refusedInRow + 1 };
};

/** Whether a transcript is given up on; it stays in the outbox for a person. `idle` is true when nothing else is left to do. */
export const isHopeless = ({ error }: Pick<Parked, 'error'>, desk: DeskState, idle: boolean): boolean =>
  !error.retryable && !isRejecting(desk) && (desk.accepted || idle);

type DeliveryHindrance = Extract<Hindrance['code'], 'CSC_DESTINATION_REJECTED' | 'CSC_DELIVERY_UNAVAILABLE'>;

export interface DeskOptions {
  readonly deliver: (held: HeldTranscript) => Promise<void>;
  /** The transcript was taken, or given up on with `error`. Writes the row. */
  readonly conclude: (held: HeldTranscript, error: CallscribeError | undefined) => Promise<void>;
  readonly hinder: (code: DeliveryHindrance, message: string | undefined) => void;
  readonly backoffMs: (round: number) => number;
  /** True where the destination took transcripts of the run before. */
  readonly accepted: boolean;
  readonly now: () => number;
  /** True once the run is to end: what is not delivered by then stays as it is. */
  readonly isStopped: () => boolean;
}

export interface DeliveryDesk {
  /** Notes how a delivery outside of the desk went. */
  note(error: CallscribeError | undefined): void;
  park(held: HeldTranscript, error: CallscribeError): void;
  /** Nothing more is paid for while this is true. */
  isClosed(): boolean;
  readonly size: () => number;
  /** Offers as many as tell whether the destination takes anything, before more is paid for. */
  probe(): Promise<void>;
  /** Offers once more what is due. */
  round(idle: boolean): Promise<void>;
  /** Takes everything off the desk as it is, for a run that ends. */
  clear(): readonly Parked[];
}

class QueueingDesk implements DeliveryDesk {
  readonly #options: DeskOptions;
  #desk: DeskState;
  #parked: Parked[] = [];
  #idle = false;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#desk = { accepted: options.accepted, refusedInRow: 0 };
  }

  readonly isClosed = (): boolean => isRejecting(this.#desk) || this.#parked.length >= MAX_HELD;
  readonly size = (): number => this.#parked.length;

  readonly note = (error: CallscribeError | undefined): void => {
    this.#desk = afterDelivery(this.#desk, error);
    const message = `${REFUSALS_THAT_CLOSE} deliveries in a row were refused and none was taken, the last with: ${error?.message}`;
    this.#options.hinder('CSC_DESTINATION_REJECTED', isRejecting(this.#desk) ? message : undefined);
  };

  readonly park = (held: HeldTranscript, error: CallscribeError): void => {
    const dueAtMs = this.#options.now() + this.#options.backoffMs(1);
    this.#keep([...this.#parked, { held, error, rounds: 0, dueAtMs }]);
  };

  readonly probe = async (): Promise<void> => {
    const asked = this.#parked.slice(0, REFUSALS_THAT_CLOSE);
    for (const item of asked) await this.#offer(item);
  };

  readonly round = async (idle: boolean): Promise<void> => {
    this.#idle = idle;
    for (const item of this.#parked.filter(({ dueAtMs }) => dueAtMs <= this.#options.now())) {
      // One refusal more of a destination that takes nothing says no more than the others did.
      const speaksForAll = isRejecting(this.#desk) && item !== this.#parked[0];
      if (!speaksForAll && !this.#options.isStopped()) await this.#offer(item);
    }
    const hopeless = this.#parked.filter((item) => isHopeless(item, this.#desk, idle));
    for (const item of hopeless) await this.#conclude(item, item.error);
    this.#tell();
  };

  readonly clear = (): readonly Parked[] => {
    const left = this.#parked;
    this.#keep([]);
    return left;
  };

  #keep(parked: Parked[]): void {
    this.#parked = parked;
    this.#tell();
  }

  /** Says so where nothing goes on until the destination is back. */
  #tell(): void {
    const { length } = this.#parked;
    const isPatient = ({ error, rounds }: Parked): boolean => error.retryable && rounds >= PATIENT_ROUNDS;
    const isWaiting = length >= MAX_HELD || (this.#idle && length > 0 && this.#parked.every(isPatient));
    const message = `${length} transcripts wait for their destination, the last error: ${this.#parked.at(-1)?.error.message}`;
    this.#options.hinder('CSC_DELIVERY_UNAVAILABLE', isWaiting ? message : undefined);
  }

  async #offer(item: Parked): Promise<void> {
    try {
      await this.#options.deliver(item.held);
    } catch (thrown) {
      if (!this.#options.isStopped()) this.#refused(item, toCallscribeError(thrown));
      return;
    }
    this.note(undefined);
    await this.#conclude(item, undefined);
  }

  #refused(item: Parked, error: CallscribeError): void {
    // Each transcript counts once: a refusal for good was noted when it was the first of its kind.
    if (item.error.retryable && !error.retryable) this.note(error);
    const rounds = item.rounds + 1;
    const next = { ...item, error, rounds, dueAtMs: this.#options.now() + this.#options.backoffMs(rounds + 1) };
    this.#keep(this.#parked.map((other) => (other === item ? next : other)));
  }

  async #conclude(item: Parked, error: CallscribeError | undefined): Promise<void> {
    await this.#options.conclude(item.held, error);
    this.#keep(this.#parked.filter((other) => other !== item));
  }
}

export const createDeliveryDesk = (options: DeskOptions): DeliveryDesk => new QueueingDesk(options);

/** The error of a transcript that an earlier attempt of the run left in the outbox. */
export const leftBehind = (): CallscribeError =>
  new CallscribeError(
    'CSC_DELIVERY_UNAVAILABLE',
    'an earlier attempt of this run ended before a destination took the transcript',
  );
