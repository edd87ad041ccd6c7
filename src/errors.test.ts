/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import {
  CallscribeError,
  catalogue,
  type CatalogueEntry,
  isErrorCode,
  toCallscribeError,
  withoutAddresses,
} from './errors.ts';

describe('the catalogue', () => {
  const entries = Object.entries<CatalogueEntry>(catalogue);

  it.each(entries)('tells what %s means and what to do, each as sentences', (code, { meaning, remedy }) => {
    expect(code).toMatch(/^CSC(_[A-Z]+)+$/);
    for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z`].*\.$/);
  });

  it.each(entries.filter(([, { omission }]) => omission))(
    '%s, which is left out on purpose, is not tried again and costs nothing',
    (...[, entry]) => {
      expect([entry.retried, entry.charge]).toEqual([false, 'none']);
    },
  );

  it('knows its own codes and no others', () => {
    expect(isErrorCode('CSC_INTERNAL')).toBe(true);
    for (const text of ['', 'CSC_NEW', 'toString', '__proto__']) expect(isErrorCode(text)).toBe(false);
  });
});

describe('CallscribeError', () => {
  it('is what the catalogue says of its code', () => {
    const error = new CallscribeError('CSC_STT_TIMEOUT', 'nothing came');
    expect(error).toMatchObject({ name: 'CallscribeError', retryable: true, charge: 'unknown', omission: false });
    expect('cause' in error).toBe(false);
    expect(error.status).toBeUndefined();
  });

  it('may know better in one case', () => {
    const cause = new Error('why');
    const options = { retryable: true, retryAfterMs: 5, status: 404, cause };
    expect(new CallscribeError('CSC_GENESYS_NOT_FOUND', 'not yet', options)).toMatchObject(options);
  });
});

describe('toCallscribeError', () => {
  it('leaves ours alone, and keeps others as the cause of what is not foreseen', () => {
    const ours = new CallscribeError('CSC_STT_AUTH', 'refused');
    expect(toCallscribeError(ours)).toBe(ours);
    const theirs = new TypeError('x is not a function');
    expect(toCallscribeError(theirs)).toMatchObject({
      code: 'CSC_INTERNAL',
      message: 'x is not a function',
      retryable: true,
      cause: theirs,
    });
  });

  it.each([
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ a: 1 }, '[object Object]'],
  ])('takes anything that was thrown: %j', (thrown, message) => {
    expect(toCallscribeError(thrown)).toMatchObject({ code: 'CSC_INTERNAL', message });
  });

  it('does not pass on addresses, which may be signed', () => {
    const thrown = new Error('cannot parse https://user:pass@s3.example.com/a/b?X-Amz-Signature=secret, sorry');
    expect(toCallscribeError(thrown).message).toBe('cannot parse https://s3.example.com/… sorry');
  });
});

describe('withoutAddresses', () => {
  it.each([
    ['nothing of the kind', 'nothing of the kind'],
    ['file:///app/src/a.ts:1:2', 'file:///app/src/a.ts:1:2'],
    ['"http://a.test:8080/x?y" failed', '"http://a.test:8080/…" failed'],
    ['HTTPS://A.test/secret', 'https://a.test/…'],
    ['https://', 'http:/…'],
    ['two: https://a.test/1 https://b.test/2', 'two: https://a.test/… https://b.test/…'],
  ])('%j', (text, expected) => {
    expect(withoutAddresses(text)).toBe(expected);
  });
});
