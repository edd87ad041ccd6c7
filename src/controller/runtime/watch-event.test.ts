import { describe, expect, it } from 'vitest';
import { isGone, KubeError } from './kube-error.ts';
import { parseEvent } from './watch-event.ts';

const parse = (value: unknown) => parseEvent(JSON.stringify(value), 'WATCH /x');

describe('parseEvent', () => {
  it.each(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'])('reads %s and keeps fields that nobody knows', (type) => {
    expect(parse({ type, object: { later: 1 } })).toEqual({ type, object: { later: 1 } });
  });

  it('skips a type that is not known', () => {
    expect(parse({ type: 'LATER', object: {} })).toBeUndefined();
  });

  it('throws what an ERROR says', () => {
    const event = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
    expect(() => parse(event)).toThrow(expect.toSatisfy(isGone));
  });

  it.each(['{"type":"ADDED","obj', 'null', '"text"', ''])('refuses %j without showing it', (line) => {
    expect(() => parseEvent(line, 'WATCH /x')).toThrow(
      new KubeError('WATCH /x: not an event', { status: 0, reason: 'Malformed' }),
    );
  });
});
