import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPricing, type Rates } from './pricing.ts';

const rates = (more: Partial<Rates> = {}): Rates => ({
  ratePerMinute: '0.004',
  perChannel: false,
  roundUpToSeconds: 1,
  minimumSeconds: 0,
  ...more,
});

describe('a price', () => {
  it.each<[string, Partial<Rates>, { ms: number; channels: number }, number]>([
    ['a minute', {}, { ms: 60_000, channels: 1 }, 4000],
    ['no audio', {}, { ms: 0, channels: 1 }, 0],
    ['a started second', {}, { ms: 1, channels: 1 }, 67],
    ['the same for two channels', {}, { ms: 60_000, channels: 2 }, 4000],
    ['each channel', { perChannel: true }, { ms: 60_000, channels: 2 }, 8000],
    ['each channel of which the number is not known', { perChannel: true }, { ms: 60_000, channels: 0 }, 4000],
    [
      'each channel, rounded before the multiplication',
      { perChannel: true, ratePerMinute: '0.0077' },
      { ms: 312_400, channels: 2 },
      80_337,
    ],
    ['the minimum', { minimumSeconds: 15 }, { ms: 3000, channels: 1 }, 1000],
    ['more than the minimum', { minimumSeconds: 15 }, { ms: 30_000, channels: 1 }, 2000],
    [
      'a minimum that is no multiple of the step',
      { minimumSeconds: 15, roundUpToSeconds: 10 },
      { ms: 3000, channels: 1 },
      1000,
    ],
    ['steps of a minute', { roundUpToSeconds: 60 }, { ms: 60_001, channels: 1 }, 8000],
    ['each millisecond', { roundUpToSeconds: 0 }, { ms: 90_500, channels: 1 }, 6033],
    ['half a micro-unit up', { ratePerMinute: '0.000001', roundUpToSeconds: 0 }, { ms: 30_000, channels: 1 }, 1],
    [
      'less than half a micro-unit down',
      { ratePerMinute: '0.000001', roundUpToSeconds: 0 },
      { ms: 29_999, channels: 1 },
      0,
    ],
  ])('bills %s', (_name, more, { ms, channels }, micros) => {
    expect(createPricing(rates(more)).quote({ durationMs: ms, channels }).micros).toBe(micros);
  });

  it.each<[string, Partial<Rates>, boolean, number]>([
    ['a surcharge for telling speakers apart', { diarizationPerMinute: '0.002' }, true, 6000],
    ['no surcharge for what was not asked for', { diarizationPerMinute: '0.002' }, false, 4000],
    ['no surcharge where there is none', {}, true, 4000],
    [
      'rate and surcharge together, rounded once',
      { ratePerMinute: '0.000001', diarizationPerMinute: '0.000002', roundUpToSeconds: 0 },
      true,
      3,
    ],
  ])('has %s', (_name, more, diarization, micros) => {
    const pricing = createPricing(rates(more), { diarization });
    expect(pricing.quote({ durationMs: 60_000, channels: 1 }).micros).toBe(micros);
  });

  it.each<[string, Partial<Rates>, number, object]>([
    ['none', {}, 0, { billedMs: 61_000, freeMs: 0, micros: 4067 }],
    ['a part', {}, 1000, { billedMs: 61_000, freeMs: 1000, micros: 4000 }],
    ['more than needed', {}, 100_000, { billedMs: 61_000, freeMs: 61_000, micros: 0 }],
    ['of each channel', { perChannel: true }, 62_000, { billedMs: 122_000, freeMs: 62_000, micros: 4000 }],
  ])('leaves out what is free: %s', (_name, more, freeMs, quote) => {
    expect(createPricing(rates(more)).quote({ durationMs: 60_001, channels: 2 }, freeMs)).toEqual(quote);
  });

  it('is that of the seed case: 90 s at 0.004 a minute', () => {
    expect(createPricing(rates()).quote({ durationMs: 90_000, channels: 2 }).micros).toBe(6000);
  });

  it('applies to what somebody else has measured', () => {
    expect(createPricing(rates({ roundUpToSeconds: 60, minimumSeconds: 600 })).microsOf(1500)).toBe(100);
  });

  it.each<Partial<Rates>>([
    { ratePerMinute: 'free' },
    { ratePerMinute: '-0.1' },
    { ratePerMinute: '0.0000001' },
    { roundUpToSeconds: -1 },
    { minimumSeconds: Number.NaN },
  ])('refuses %j', (more) => {
    expect(() => createPricing(rates(more))).toThrow(expect.objectContaining({ code: 'CSC_SPEC_INVALID' }));
  });

  const anyRates = fc.record({
    ratePerMinute: fc
      .nat(5_000_000)
      .map((micros) => `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`),
    perChannel: fc.boolean(),
    roundUpToSeconds: fc.nat(120),
    minimumSeconds: fc.nat(120),
  });
  const dayMs = fc.nat(86_400_000);

  it('is within half a micro-unit of the exact product, and a whole number', () => {
    fc.assert(
      fc.property(anyRates, dayMs, fc.integer({ min: 1, max: 4 }), (some, durationMs, channels) => {
        const { ratePerMinute, perChannel, roundUpToSeconds: step, minimumSeconds } = some;
        const billedMs = Math.max(
          minimumSeconds * 1000,
          step ? Math.ceil(durationMs / (step * 1000)) * step * 1000 : durationMs,
        );
        const microsPerMinute = Math.round(Number(ratePerMinute) * 1e6);
        const exact = BigInt(billedMs) * BigInt(microsPerMinute) * BigInt(perChannel ? channels : 1);
        const price = createPricing(some).quote({ durationMs, channels }).micros;
        const offBy = BigInt(price) * 60_000n - exact;
        expect(Number.isSafeInteger(price)).toBe(true);
        // Half up: at most half a micro-unit above, less than half below.
        expect(offBy <= 30_000n && offBy > -30_000n).toBe(true);
      }),
    );
  });

  it('never falls when the audio gets longer', () => {
    fc.assert(
      fc.property(anyRates, dayMs, dayMs, (some, a, b) => {
        const pricing = createPricing(some);
        const micros = (durationMs: number): number => pricing.quote({ durationMs, channels: 2 }).micros;
        expect(micros(Math.max(a, b))).toBeGreaterThanOrEqual(micros(Math.min(a, b)));
      }),
    );
  });
});
