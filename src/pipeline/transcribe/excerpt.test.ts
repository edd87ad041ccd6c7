import { describe, expect, it } from 'vitest';
import { excerptOf } from './excerpt.ts';

describe('excerptOf', () => {
  it.each([
    ['a message', '{"message":"unsupported language"}', 'unsupported language'],
    ['a nested message', '{"error":{"code":7,"message":"no such model"}}', 'no such model'],
    ['an error text', '{"error":"bad audio"}', 'bad audio'],
    ['a plain sentence', 'no such\nroute\u0000', 'no such route'],
    ['nothing of a page', '<html><body>Bad Request</body></html>', ''],
    ['nothing of a transcript', '{"results":[{"transcript":"my card is lost"}]}', ''],
    ['nothing of a list', '["my card is lost"]', ''],
    ['no secret', '{"message":"key s3cret is wrong"}', 'key *** is wrong'],
    ['no token', 'got Bearer abc.def', 'got Bearer ***'],
    ['no long key', 'key sk-proj-1234567890abcdefghij refused', 'key *** refused'],
    ['no query string', 'see https://x.test/a?sig=abc for more', 'see https://x.test/a for more'],
    ['no user of an address', 'see https://me:pw@x.test/a', 'see https://x.test/a'],
    ['no telephone number', 'call of +1 (555) 010-9999 failed', 'call of *** failed'],
  ])('tells %s', (_name, text, excerpt) => {
    expect(excerptOf(text, ['s3cret', ''])).toBe(excerpt);
  });

  it('is short', () => {
    expect(excerptOf('word '.repeat(1000), [])).toHaveLength(201);
  });
});
