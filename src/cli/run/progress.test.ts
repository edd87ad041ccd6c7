/**
 * @module
 */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { costOf, countsOf, progressOf } from '../../controller/run/test-facts.ts';
import type { Progress } from '../../pipeline/plan.ts';
import { createProgressView, renderBar } from './progress.ts';

const cost = costOf({ settledMicros: 23_100 });
const half = progressOf({ counts: countsOf({ pending: 6, transcribed: 4, failed: 2 }), cost });

describe('renderBar', () => {
  it.each<[string, Progress, string]>([
    ['in the middle', half, '[████████████------------] 6/12  2 failed  0.0231 USD'],
    [
      'at the end',
      progressOf({ counts: countsOf({ transcribed: 3 }), cost }),
      '[████████████████████████] 3/3  0 failed  0.0231 USD',
    ],
    ['before anything is found', progressOf(), '[------------------------] 0/0  0 failed  0.0000 USD'],
    [
      'with what is not known',
      progressOf({ cost: { ...cost, unknownMicros: 4100 } }),
      '[------------------------] 0/0  0 failed  0.0231 USD (+ 0.0041 unknown)',
    ],
    [
      'with what hinders',
      progressOf({ hindrances: [{ code: 'CSC_BUDGET_EXHAUSTED', message: '' }] }),
      '[------------------------] 0/0  0 failed  0.0000 USD  CSC_BUDGET_EXHAUSTED',
    ],
  ])('%s', (_, progress, line) => {
    expect(renderBar(progress, 'USD')).toBe(line);
  });
});

describe('createProgressView', () => {
  const at = (transcribed: number): Progress =>
    progressOf({ counts: countsOf({ pending: 9 - transcribed, transcribed }), cost });
  const scene = (isTTY: boolean) => {
    const stream = Object.assign(new PassThrough(), { isTTY });
    let nowMs = 0;
    const view = createProgressView({ stream, currency: 'USD', now: () => nowMs });
    return {
      view,
      after: (ms: number) => {
        nowMs += ms;
      },
      written: () => String(stream.read() ?? ''),
    };
  };

  it('draws over its line on a terminal, ten times a second at most', () => {
    const { view, after, written } = scene(true);
    view.show(at(1));
    view.show(at(2));
    after(100);
    view.show(at(3));
    expect(
      written()
        .split('\r\u001B[2K')
        .slice(1)
        .map((line) => / (\d\/9)/.exec(line)?.[1]),
    ).toEqual(['1/9', '3/9']);
    view.show(at(9));
    view.end();
    expect(written()).toMatch(/9\/9 {2}0 failed {2}0\.0231 USD\n$/);
  });

  it('writes plain lines elsewhere, one in five seconds at most, the last one in any case', () => {
    const { view, after, written } = scene(false);
    view.show(at(1));
    after(4999);
    view.show(at(2));
    after(1);
    view.show(at(3));
    view.show(at(4));
    view.end();
    expect(written()).toBe(['1/9', '3/9', '4/9'].map((done) => `${done}  0 failed  0.0231 USD\n`).join(''));
  });

  it('does not repeat a line', () => {
    const { view, after, written } = scene(false);
    view.show(at(1));
    after(10_000);
    view.show(at(1));
    view.end();
    expect(written().split('\n')).toHaveLength(2);
  });
});
