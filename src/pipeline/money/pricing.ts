/**
 * What a transcription costs. Pure integer arithmetic, so that the report adds up to the micro-unit.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import { parseMicros } from './micros.ts';

/** The part of `spec.cost` that prices an attempt. */
export interface Rates {
  /** Decimal string, at most six decimals. */
  readonly ratePerMinute: string;
  readonly perChannel: boolean;
  /** The service bills in steps of this many seconds; 0 where it bills each millisecond. */
  readonly roundUpToSeconds: number;
  readonly minimumSeconds: number;
}

export interface Pricing {
  /** Integer micro-units of the run's currency. */
  readonly priceMicros: (durationMs: number, channels: number) => number;
}

const MS_PER_MINUTE = 60_000n;

const wholeMs = (seconds: number, field: string): bigint => {
  const ms = seconds * 1000;
  if (Number.isSafeInteger(ms) && ms >= 0) return BigInt(ms);
  throw new CallscribeError('CSC_SPEC_INVALID', `cost.${field} is no length of time: ${seconds}`);
};

const roundUp = (ms: bigint, stepMs: bigint): bigint => (stepMs === 0n ? ms : ((ms + stepMs - 1n) / stepMs) * stepMs);

/**
 * The rule: the audio is rounded up to a whole number of steps, but is billed for the minimum at least; that, once or for each
 * channel, times the rate, is rounded half up to a micro-unit. Audio of no length costs the minimum, too: it was sent.
 *
 * @throws CallscribeError `CSC_SPEC_INVALID` for rates that are no amounts
 */
export const createPricing = (rates: Rates): Pricing => {
  const microsPerMinute = BigInt(parseMicros(rates.ratePerMinute));
  const stepMs = wholeMs(rates.roundUpToSeconds, 'roundUpToSeconds');
  const minimumMs = wholeMs(rates.minimumSeconds, 'minimumSeconds');
  return {
    priceMicros: (durationMs, channels) => {
      const steppedMs = roundUp(BigInt(durationMs), stepMs);
      const onceMs = steppedMs > minimumMs ? steppedMs : minimumMs;
      const billedMs = onceMs * BigInt(rates.perChannel ? Math.max(1, channels) : 1);
      return Number((billedMs * microsPerMinute + MS_PER_MINUTE / 2n) / MS_PER_MINUTE);
    },
  };
};
