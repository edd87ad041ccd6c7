/**
 * What a transcription costs. Pure integer arithmetic, so that the report adds up to the micro-unit.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import { parseMicros } from './micros.ts';

/** How a service bills, as `spec.cost` or the price table says. */
export interface Rates {
  /** Decimal string, at most six decimals. */
  readonly ratePerMinute: string;
  /** Added to the rate where the run asks for speaker labels. */
  readonly diarizationPerMinute?: string | undefined;
  readonly perChannel: boolean;
  /** The service bills in steps of this many seconds; 0 where it bills each millisecond. */
  readonly roundUpToSeconds: number;
  readonly minimumSeconds: number;
}

/** What a request asks for, as far as it changes the price. */
export interface Features {
  readonly diarization: boolean;
}

/** What of a file decides its price. */
export interface Length {
  readonly durationMs: number;
  readonly channels: number;
}

export interface Quote {
  /** What the service bills: steps, minimum and channels applied. */
  readonly billedMs: number;
  /** The part of it that costs nothing. */
  readonly freeMs: number;
  /** Integer micro-units of the run's currency. */
  readonly micros: number;
}

export interface Pricing {
  /** Of one billed minute, all surcharges included. */
  readonly microsPerMinute: number;
  /** @param freeMs how much of the free time is left */
  quote(length: Length, freeMs?: number): Quote;
  /** The price of what somebody else has measured and rounded. */
  microsOf(billedMs: number): number;
}

const MS_PER_MINUTE = 60_000n;

/** The price of so much billed time, rounded half up to a micro-unit: the one place where money is rounded. */
export const priceOfTime = (billedMs: number, microsPerMinute: number): number =>
  Number((BigInt(billedMs) * BigInt(microsPerMinute) + MS_PER_MINUTE / 2n) / MS_PER_MINUTE);

const wholeMs = (seconds: number, field: string): bigint => {
  const ms = seconds * 1000;
  if (Number.isSafeInteger(ms) && ms >= 0) return BigInt(ms);
  throw new CallscribeError('CSC_SPEC_INVALID', `cost.${field} is no length of time: ${seconds}`);
};

const roundUp = (ms: bigint, stepMs: bigint): bigint => (stepMs === 0n ? ms : ((ms + stepMs - 1n) / stepMs) * stepMs);

/**
 * The rule: the audio is rounded up to a whole number of steps, but is billed for the minimum at least; that, once or for each
 * channel, less what is free, times the rate with its surcharges, is rounded half up to a micro-unit, once per attempt. Audio of no
 * length costs the minimum, too: it was sent.
 *
 * @throws CallscribeError `CSC_SPEC_INVALID` for rates that are no amounts
 */
export const createPricing = (rates: Rates, features: Features = { diarization: false }): Pricing => {
  const surcharge = features.diarization ? parseMicros(rates.diarizationPerMinute ?? '0') : 0;
  const microsPerMinute = parseMicros(rates.ratePerMinute) + surcharge;
  const stepMs = wholeMs(rates.roundUpToSeconds, 'roundUpToSeconds');
  const minimumMs = wholeMs(rates.minimumSeconds, 'minimumSeconds');
  const microsOf = (billedMs: number): number => priceOfTime(billedMs, microsPerMinute);
  const billedMsOf = ({ durationMs, channels }: Length): number => {
    const steppedMs = roundUp(BigInt(durationMs), stepMs);
    const onceMs = steppedMs > minimumMs ? steppedMs : minimumMs;
    return Number(onceMs) * (rates.perChannel ? Math.max(1, channels) : 1);
  };
  return {
    microsPerMinute,
    microsOf,
    quote: (length, freeMs = 0) => {
      const billedMs = billedMsOf(length);
      const free = Math.min(billedMs, freeMs);
      return { billedMs, freeMs: free, micros: microsOf(billedMs - free) };
    },
  };
};
