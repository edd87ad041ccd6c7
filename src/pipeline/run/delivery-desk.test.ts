/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { CallscribeError, type ErrorCode } from '../../errors.ts';
import type { HeldTranscript } from '../plan.ts';
import { heldOf } from '../recording/test-recording.ts';
import {
  afterDelivery,
  createDeliveryDesk,
  type DeskState,
  isHopeless,
  isRejecting,
  leftBehind,
  type Parked,
} from './delivery-desk.ts';

const refusal = new CallscribeError('CSC_DELIVERY_REJECTED', 'http answered 400');
const outage = new CallscribeError('CSC_DELIVERY_UNAVAILABLE', 'http answered 503');
const unforeseen = new CallscribeError('CSC_INTERNAL', 'what?');

const fresh: DeskState = { accepted: false, refusedInRow: 0 };

describe('a desk that rejects', () => {
  it.each<[string, readonly (CallscribeError | undefined)[], boolean]>([
    ['was refused three times in a row', [refusal, refusal, refusal], true],
    ['was refused twice', [refusal, refusal], false],
    ['was refused three times with an outage between', [refusal, refusal, outage, refusal], false],
    ['was taken from once', [undefined, refusal, refusal, refusal, refusal], false],
    ['was taken from after it was refused', [refusal, refusal, refusal, undefined], false],
    ['met outages only', [outage, outage, outage, outage], false],
    ['met what can pass', [unforeseen, unforeseen, unforeseen], false],
  ])('is one that %s', (_, errors, expected) => {
    expect(isRejecting(errors.reduce(afterDelivery, fresh))).toBe(expected);
  });
});

describe('a held transcript', () => {
  const accepted: DeskState = { accepted: true, refusedInRow: 0 };
  const rejecting: DeskState = { accepted: false, refusedInRow: 3 };
  const cases: readonly (readonly [string, Pick<Parked, 'error' | 'rounds'>, DeskState, idle: boolean, boolean])[] = [
    ['refused, where others are taken', { error: refusal, rounds: 0 }, accepted, false, true],
    ['refused, and nobody knows yet', { error: refusal, rounds: 0 }, fresh, false, false],
    ['refused, and nothing else is left to find out with', { error: refusal, rounds: 0 }, fresh, true, true],
    ['refused like all others', { error: refusal, rounds: 9 }, rejecting, true, false],
    ['away for long', { error: outage, rounds: 60 }, accepted, false, false],
    ['away for long, and nothing else is left to do', { error: outage, rounds: 60 }, accepted, true, false],
    ['away, where all others are refused', { error: outage, rounds: 9 }, rejecting, true, false],
  ];
  it.each(cases.map((each) => [each[0], each] as const))('%s', (_, [, item, desk, idle, hopeless]) => {
    expect(isHopeless(item, desk, idle)).toBe(hopeless);
  });
});

const scene = ({ accepted = false } = {}) => {
  let nowMs = 0;
  let isStopped = false;
  /** What the destination says to each recording; it takes what is not in here. */
  const answers = new Map<string, CallscribeError>();
  const offered: string[] = [];
  const concluded: string[] = [];
  const hindrances = new Map<string, string | undefined>();
  const idOf = ({ reservation }: HeldTranscript): string => reservation.recordingId;
  const desk = createDeliveryDesk({
    deliver: async (held) => {
      offered.push(idOf(held));
      const error = answers.get(idOf(held));
      if (error) throw error;
    },
    conclude: async (held, error) => {
      concluded.push(`${idOf(held)} ${error?.code ?? 'taken'}`);
    },
    hinder: (code, message) => hindrances.set(code, message),
    backoffMs: (round) => round * 1000,
    accepted,
    now: () => nowMs,
    isStopped: () => isStopped,
  });
  return {
    desk,
    answers,
    offered,
    concluded,
    hindrances,
    stop: () => {
      isStopped = true;
    },
    /** Lets time go by, then offers what is due. */
    after: async (ms: number, idle = false): Promise<readonly string[]> => {
      nowMs += ms;
      offered.length = 0;
      await desk.round(idle);
      return [...offered];
    },
    park: (...ids: readonly string[]) => {
      for (const recordingId of ids) desk.park(heldOf({ recordingId }), answers.get(recordingId) ?? outage);
    },
  };
};

describe('createDeliveryDesk', () => {
  it('offers again with growing pauses, each transcript by its own clock', async () => {
    const { desk, answers, after, park, concluded } = scene();
    answers.set('a', outage).set('b', outage);
    park('a');
    expect(await after(999)).toEqual([]);
    expect(await after(1)).toEqual(['a']);
    park('b');
    // The next pause of `a` is 2 s, while the first one of `b` is 1 s.
    expect(await after(1000)).toEqual(['b']);
    expect(await after(1000)).toEqual(['a']);
    answers.clear();
    expect(await after(10_000)).toEqual(['a', 'b']);
    expect(concluded).toEqual(['a taken', 'b taken']);
    expect(desk.size()).toBe(0);
  });

  it('never gives up on a destination that is away, and says so when nothing else is left to do', async () => {
    const { answers, after, park, concluded, hindrances } = scene();
    answers.set('a', outage);
    park('a');
    for (let round = 0; round < 5; round += 1) await after(100_000, true);
    expect(hindrances.get('CSC_DELIVERY_UNAVAILABLE')).toBeUndefined();
    await after(100_000);
    expect(hindrances.get('CSC_DELIVERY_UNAVAILABLE')).toBeUndefined();
    await after(100_000, true);
    expect(hindrances.get('CSC_DELIVERY_UNAVAILABLE')).toContain('1 transcripts wait');
    expect(concluded).toEqual([]);
    answers.clear();
    await after(100_000, true);
    expect(concluded).toEqual(['a taken']);
    expect(hindrances.get('CSC_DELIVERY_UNAVAILABLE')).toBeUndefined();
  });

  it('closes after three refusals, offers one again and again, and opens as soon as it is taken', async () => {
    const { desk, answers, after, park, hindrances, concluded } = scene();
    for (const id of ['a', 'b', 'c']) {
      answers.set(id, refusal);
      desk.note(refusal);
      park(id);
    }
    expect(desk.isClosed()).toBe(true);
    expect(hindrances.get('CSC_DESTINATION_REJECTED')).toContain('http answered 400');
    expect(await after(1000)).toEqual(['a']);
    expect(await after(1999)).toEqual([]);
    answers.clear();
    expect(await after(1)).toEqual(['a', 'b', 'c']);
    expect(desk.isClosed()).toBe(false);
    expect(hindrances.get('CSC_DESTINATION_REJECTED')).toBeUndefined();
    expect(concluded).toEqual(['a taken', 'b taken', 'c taken']);
  });

  it('does not close where the destination took transcripts of the run before', () => {
    const { desk } = scene({ accepted: true });
    for (let n = 0; n < 5; n += 1) desk.note(refusal);
    expect(desk.isClosed()).toBe(false);
  });

  it('finds out with what is left behind, before more is paid for', async () => {
    const { desk, answers, offered } = scene();
    for (const recordingId of ['a', 'b', 'c', 'd']) {
      answers.set(recordingId, refusal);
      desk.park(heldOf({ recordingId }), leftBehind());
    }
    await desk.probe();
    expect(offered).toEqual(['a', 'b', 'c']);
    expect(desk.isClosed()).toBe(true);
    expect(desk.size()).toBe(4);
  });

  it('counts each refused transcript once, however often it is offered', async () => {
    const { desk, answers, after } = scene();
    answers.set('a', refusal);
    desk.park(heldOf({ recordingId: 'a' }), leftBehind());
    for (let round = 0; round < 5; round += 1) await after(100_000);
    expect(desk.isClosed()).toBe(false);
  });

  it('concludes a refusal at once where others are taken', async () => {
    const { desk, answers, after, park, concluded } = scene();
    desk.note(undefined);
    answers.set('a', refusal);
    park('a');
    await after(0);
    expect(concluded).toEqual(['a CSC_DELIVERY_REJECTED']);
  });

  it('closes while too many wait, and says so', async () => {
    const { desk, answers, after, park, hindrances } = scene();
    for (let index = 0; index < 256; index += 1) {
      expect(desk.isClosed()).toBe(false);
      answers.set(`r-${index}`, outage);
      park(`r-${index}`);
    }
    expect(desk.isClosed()).toBe(true);
    expect(hindrances.get('CSC_DELIVERY_UNAVAILABLE')).toContain('256 transcripts');
    answers.delete('r-7');
    await after(1000);
    expect(desk.isClosed()).toBe(false);
    expect(hindrances.get('CSC_DELIVERY_UNAVAILABLE')).toBeUndefined();
  });

  it('leaves everything as it is once the run is to end', async () => {
    const { desk, answers, after, park, stop, concluded } = scene();
    answers.set('a', outage);
    park('a', 'b');
    stop();
    expect(await after(100_000)).toEqual([]);
    expect(concluded).toEqual([]);
    expect(desk.clear()).toMatchObject([{ rounds: 0, error: outage }, { rounds: 0 }]);
    expect(desk.size()).toBe(0);
  });

  it('keeps what could not be written down', async () => {
    const code: ErrorCode = 'CSC_LEDGER_FENCED';
    const desk = createDeliveryDesk({
      deliver: () => Promise.resolve(),
      conclude: () => Promise.reject(new CallscribeError(code, 'taken over')),
      hinder: () => {},
      backoffMs: () => 0,
      accepted: false,
      now: () => 0,
      isStopped: () => false,
    });
    desk.park(heldOf(), outage);
    await expect(desk.round(false)).rejects.toMatchObject({ code });
    expect(desk.size()).toBe(1);
  });
});
