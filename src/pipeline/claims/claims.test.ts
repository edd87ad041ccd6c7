import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWith } from '../recording/test-recording.ts';
import { type Claimed, createClaims, holderName, type Standing } from './claims.ts';

const A = { run: 'a', uid: 'uid-a' };
const B = { run: 'b', uid: 'uid-b' };
const item = { recordingId: 'r-1', audioSha256: 'abc' };
const FREE = { kind: 'Free' };
const skip = { redo: false };

const kindOf = ({ kind }: Standing): string => kind;

describe('claims', () => {
  it('let one run pay, and tell the others who does', async () => {
    const claims = createClaims();
    const [a, b] = [claims.join(A, skip), claims.join(B, skip)];
    expect(a.take(item)).toEqual(FREE);
    const standing = b.take(item);
    expect(standing).toMatchObject({ kind: 'Busy', by: { ...A, recordingId: 'r-1' } });
    a.done(item);
    await (standing as Standing & { kind: 'Busy' }).over;
    expect(b.take(item)).toEqual({ kind: 'Done', by: { ...A, recordingId: 'r-1' } });
  });

  it('are free again after an attempt without a transcript', async () => {
    const claims = createClaims();
    const [a, b] = [claims.join(A, skip), claims.join(B, skip)];
    a.take(item);
    const standing = b.look(item);
    a.release(item);
    await (standing as Standing & { kind: 'Busy' }).over;
    expect(b.take(item)).toEqual(FREE);
  });

  it('are free again when the run that has them is not worked on any more', () => {
    const claims = createClaims();
    const [a, b] = [claims.join(A, skip), claims.join(B, skip)];
    a.take(item);
    a.close();
    expect(b.take(item)).toEqual(FREE);
  });

  it.each<[string, Claimed, string]>([
    ['the same id', { recordingId: 'r-1' }, 'Done'],
    ['the same bytes under another id', { recordingId: 'r-2', audioSha256: 'abc' }, 'Done'],
    ['the same id with other bytes', { recordingId: 'r-1', audioSha256: 'def' }, 'Done'],
    ['something else', { recordingId: 'r-2', audioSha256: 'def' }, 'Free'],
    ['something else of which the bytes are not known', { recordingId: 'r-2' }, 'Free'],
    ['nothing that could be known', { recordingId: '', audioSha256: '' }, 'Free'],
  ])('know %s', (_name, looked, kind) => {
    const claims = createClaims();
    claims.learn(A, [rowWith(item)]);
    expect(kindOf(claims.join(B, skip).look(looked))).toBe(kind);
  });

  it('learn from transcribed recordings alone', () => {
    const claims = createClaims();
    claims.learn(A, [
      rowWith({ ...item, status: 'failed', outcome: 'Failed' }),
      rowWith({ ...item, status: 'unknown', outcome: '' }),
      rowWith({ ...item, status: 'skipped', outcome: 'Skipped' }),
    ]);
    expect(claims.join(B, skip).look(item)).toEqual(FREE);
  });

  it('of a run and its report that are gone do not count', () => {
    const claims = createClaims();
    claims.learn(A, [rowWith(item)]);
    claims.forget('uid-a');
    expect(claims.join(B, skip).look(item)).toEqual(FREE);
  });

  it('of other runs do not count where everything is to be done again, but one run never pays twice', () => {
    const claims = createClaims();
    claims.learn(A, [rowWith(item)]);
    const b = claims.join(B, { redo: true });
    expect(b.take(item)).toEqual(FREE);
    expect(kindOf(b.take({ recordingId: 'r-2', audioSha256: 'abc' }))).toBe('Busy');
    b.done(item);
    expect(b.take({ recordingId: 'r-2', audioSha256: 'abc' })).toEqual({
      kind: 'Done',
      by: { ...B, recordingId: 'r-1' },
    });
  });

  it('never let two attempts have the same recording or the same bytes, whatever they do', () => {
    const step = fc.record({
      run: fc.constantFrom(0, 1, 2),
      item: fc.record({ recordingId: fc.constantFrom('1', '2', '3'), audioSha256: fc.constantFrom('x', 'y', '') }),
      end: fc.constantFrom('done' as const, 'release' as const, 'keep' as const),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const claims = createClaims();
        const runs = ['a', 'b', 'c'].map((run) => claims.join({ run, uid: run }, skip));
        const held: Claimed[] = [];
        const paid: Claimed[] = [];
        for (const { run, item: claimed, end } of steps) {
          if (runs[run]?.take(claimed).kind !== 'Free') continue;
          const clash = [...held, ...paid].find(
            (one) =>
              one.recordingId === claimed.recordingId ||
              (one.audioSha256 !== '' && one.audioSha256 === claimed.audioSha256),
          );
          expect(clash).toBeUndefined();
          if (end === 'done') paid.push(claimed);
          if (end === 'keep') held.push(claimed);
          if (end !== 'keep') runs[run]?.[end](claimed);
        }
      }),
    );
  });
});

describe('holderName', () => {
  it('names the recording only where it is another one', () => {
    expect(holderName({ ...A, recordingId: 'r-1' }, 'r-1')).toBe('a');
    expect(holderName({ ...A, recordingId: 'r-1' }, 'r-2')).toBe('a/r-1');
  });
});
