import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createResampler, resample } from './resample.ts';

const tone = (hertz: number, rate: number, seconds = 0.25): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate));

/** Without the ends, where silence before and after is part of the sum. */
const middle = (samples: Float32Array): Float32Array =>
  samples.subarray(Math.floor(samples.length / 4), Math.floor((samples.length * 3) / 4));

const loudness = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

const rates = fc.constantFrom(8000, 11_025, 16_000, 22_050, 44_100, 48_000);

describe('resample', () => {
  it('does not depend on where the pieces are cut', () => {
    fc.assert(
      fc.property(
        rates,
        rates,
        fc.float32Array({ min: -1, max: 1, noNaN: true, maxLength: 600 }),
        fc.array(fc.nat({ max: 100 }), { maxLength: 20 }),
        (fromRate, toRate, samples, cuts) => {
          const resampler = createResampler(fromRate, toRate);
          const pieces: number[] = [];
          let position = 0;
          for (const length of [...cuts, samples.length]) {
            pieces.push(...resampler.push(samples.subarray(position, position + length)));
            position += length;
          }
          pieces.push(...resampler.end());
          expect(pieces).toEqual([...resample(samples, fromRate, toRate)]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has the length of the same time at the other rate', () => {
    fc.assert(
      fc.property(rates, rates, fc.nat({ max: 5000 }), (fromRate, toRate, length) => {
        expect(resample(new Float32Array(length), fromRate, toRate)).toHaveLength(
          Math.floor((length * toRate) / fromRate),
        );
      }),
    );
  });

  it('leaves the same rate alone', () => {
    const samples = tone(440, 16_000);
    expect(resample(samples, 16_000, 16_000)).toEqual(samples);
  });

  it.each([
    [8000, 16_000],
    [48_000, 16_000],
    [44_100, 16_000],
    [11_025, 16_000],
  ])('keeps a tone of 1 kHz as it is, in level and in time, from %i to %i Hz', (fromRate, toRate) => {
    const [made, wanted] = [resample(tone(1000, fromRate), fromRate, toRate), tone(1000, toRate)];
    const difference = middle(made).map(
      (sample, index) => sample - (middle(wanted.subarray(0, made.length))[index] ?? 9),
    );
    expect(loudness(difference)).toBeLessThan(0.005);
  });

  it('keeps a constant constant', () => {
    const made = middle(resample(new Float32Array(2000).fill(0.5), 8000, 16_000));
    for (const sample of made) expect(sample).toBeCloseTo(0.5, 3);
  });

  it('adds no mirror image above half of the lower rate', () => {
    // 3 kHz at 8 kHz mirrors to 5 kHz at 16 kHz.
    const made = middle(resample(tone(3000, 8000), 8000, 16_000));
    const mirror = tone(5000, 16_000).subarray(1000, 1000 + made.length);
    const quadrature = tone(5000, 16_000).subarray(1004, 1004 + made.length);
    const part = (wave: Float32Array): number =>
      Math.abs(made.reduce((sum, sample, index) => sum + sample * (wave[index] ?? 0), 0)) / made.length;
    expect(Math.max(part(mirror), part(quadrature))).toBeLessThan(0.005);
  });

  it('removes what the lower rate cannot hold', () => {
    expect(loudness(middle(resample(tone(10_000, 48_000), 48_000, 16_000)))).toBeLessThan(0.005);
  });
});
