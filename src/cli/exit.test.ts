/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { CallscribeError, catalogue, type ErrorCode } from '../errors.ts';
import { exitCodeOf, fail } from './exit.ts';

describe('exitCodeOf', () => {
  it.each<[ErrorCode, number]>([
    ['CSC_MANIFEST_INVALID', 2],
    ['CSC_SPEC_INVALID', 2],
    ['CSC_SECRET_NOT_FOUND', 2],
    ['CSC_SECRET_INVALID', 2],
    ['CSC_SECRET_UNAVAILABLE', 1],
    ['CSC_GENESYS_AUTH', 1],
    ['CSC_INTERNAL', 1],
  ])('%s is %i', (code, expected) => {
    expect(exitCodeOf(new CallscribeError(code, 'm'))).toBe(expected);
  });

  it('of what nobody foresaw is 1', () => {
    expect(exitCodeOf(new TypeError('a defect'))).toBe(1);
  });
});

describe('fail', () => {
  const saying = (thrown: unknown) => {
    let said = '';
    const code = fail(thrown, (text) => {
      said += text;
    });
    return { code, said };
  };

  it('says what went wrong and what to do', () => {
    expect(saying(new CallscribeError('CSC_SPEC_INVALID', 'there is no such run'))).toEqual({
      code: 2,
      said: `CSC_SPEC_INVALID: there is no such run\n${catalogue.CSC_SPEC_INVALID.remedy}\n`,
    });
  });

  it('says where a defect is, and nothing that is signed', () => {
    const { code, said } = saying(new TypeError('cannot fetch https://media.example.com/a?Signature=secret'));
    expect(code).toBe(1);
    expect(said).toContain('CSC_INTERNAL: cannot fetch https://media.example.com/…\n');
    expect(said).toContain('exit.test.ts');
    expect(said).not.toContain('secret');
  });
});
