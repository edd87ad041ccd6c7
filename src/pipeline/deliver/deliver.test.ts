import { describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import { createDeliver } from './deliver.ts';
import type { Destination } from './destination.ts';
import { transcriptOf } from './test-transcript.ts';

const away = (retryAfterMs?: number): CallscribeError =>
  new CallscribeError('CSC_DELIVERY_UNAVAILABLE', 'away', retryAfterMs === undefined ? {} : { retryAfterMs });
const refused = (): CallscribeError => new CallscribeError('CSC_DELIVERY_REJECTED', 'refused');

/** Fails with the given errors, one a try, and takes everything after that. */
const destinationOf = (name: string, ...errors: readonly Error[]): Destination & { readonly tries: string[] } => {
  const left = [...errors];
  const tries: string[] = [];
  return {
    name,
    tries,
    deliver: async ({ recordingId }) => {
      tries.push(recordingId);
      const error = left.shift();
      if (error) throw error;
      return { destination: name, status: 201, atMs: 7 };
    },
  };
};

const deliverTo = (...destinations: readonly Destination[]) => {
  const slept: number[] = [];
  const receipts: string[] = [];
  const deliveries = createDeliver({
    destinations,
    clock: {
      now: () => 0,
      sleep: async (ms) => {
        slept.push(ms);
      },
    },
    random: () => 0.5,
    onReceipt: ({ recordingId }, { destination, status }) => receipts.push(`${recordingId} ${destination} ${status}`),
  });
  return { ...deliveries, slept, receipts };
};

const never = (): AbortSignal => new AbortController().signal;

describe('createDeliver', () => {
  it('delivers to all destinations', async () => {
    const [a, b] = [destinationOf('a'), destinationOf('b')];
    const { deliver, receipts } = deliverTo(a, b);
    await deliver(transcriptOf(), never());
    expect(receipts).toEqual(['r-1 a 201', 'r-1 b 201']);
  });

  it.each([
    ['what passes', [away(), away()], 3, undefined],
    ['what does not pass in time', [away(), away(), away()], 3, 'CSC_DELIVERY_UNAVAILABLE'],
    ['no refusal', [refused()], 1, 'CSC_DELIVERY_REJECTED'],
    ['nobody who wants to be left alone for long', [away(60_000)], 1, 'CSC_DELIVERY_UNAVAILABLE'],
    ['nothing unforeseen', [new Error('odd')], 1, 'CSC_INTERNAL'],
  ] as const)('tries again: %s', async (_name, errors, tries, code) => {
    const a = destinationOf('a', ...errors);
    const outcome = await deliverTo(a)
      .deliver(transcriptOf(), never())
      .catch((error: unknown) => error);
    expect(outcome instanceof CallscribeError ? outcome.code : outcome).toBe(code);
    expect(a.tries).toHaveLength(tries);
  });

  it('waits between the tries', async () => {
    const { deliver, slept } = deliverTo(destinationOf('a', away(), away(3000)));
    await deliver(transcriptOf(), never());
    expect(slept).toEqual([250, 3500]);
  });

  it('offers the next time only what is missing', async () => {
    const [a, b] = [destinationOf('a'), destinationOf('b', refused())];
    const { deliver, receipts } = deliverTo(a, b);
    await expect(deliver(transcriptOf(), never())).rejects.toMatchObject({ code: 'CSC_DELIVERY_REJECTED' });
    await deliver(transcriptOf({ recordingId: 'r-2' }), never());
    await deliver(transcriptOf(), never());
    expect(a.tries).toEqual(['r-1', 'r-2']);
    expect(b.tries).toEqual(['r-1', 'r-2', 'r-1']);
    expect(receipts).toEqual(['r-1 a 201', 'r-2 a 201', 'r-2 b 201', 'r-1 b 201']);
  });

  it('goes on where an earlier process was', async () => {
    const first = deliverTo(destinationOf('a'), destinationOf('a', refused()));
    await expect(first.deliver(transcriptOf(), never())).rejects.toMatchObject({ code: 'CSC_DELIVERY_REJECTED' });
    const [a, other] = [destinationOf('a'), destinationOf('a')];
    const second = deliverTo(a, other);
    second.resume('r-1', first.takenBy('r-1'));
    await second.deliver(transcriptOf(), never());
    expect([a.tries, other.tries]).toEqual([[], ['r-1']]);
    expect(second.takenBy('r-1')).toEqual([]);
  });

  it('remembers nothing of what all have', async () => {
    const a = destinationOf('a');
    const { deliver } = deliverTo(a);
    await deliver(transcriptOf(), never());
    await deliver(transcriptOf(), never());
    expect(a.tries).toHaveLength(2);
  });

  it('tells of a refusal before it tells of an absence', async () => {
    const { deliver } = deliverTo(destinationOf('a', away(), away(), away()), destinationOf('b', refused()));
    await expect(deliver(transcriptOf(), never())).rejects.toMatchObject({ code: 'CSC_DELIVERY_REJECTED' });
  });

  it('ends with the reason of the signal', async () => {
    const a = destinationOf('a');
    const reason = new Error('over');
    await expect(deliverTo(a).deliver(transcriptOf(), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(a.tries).toEqual([]);
  });
});
