/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { redactToOrigin, redactURL } from './redact.ts';

describe('redactURL', () => {
  it.each([
    ['https://media.example.com/a/b.wav?X-Amz-Signature=s3cret&x=1', 'https://media.example.com/a/b.wav'],
    ['https://user:pass@host.example.com:8443/x#part', 'https://host.example.com:8443/x'],
    ['not an address?token=1', '(unreadable address)'],
    [new URL('http://[::1]:80/?a=b'), 'http://[::1]/'],
  ])('%s', (url, expected) => {
    expect(redactURL(url)).toBe(expected);
  });
});

describe('redactToOrigin', () => {
  it.each([
    ['https://media.example.com/a/b.wav?X=1', 'https://media.example.com'],
    ['nothing', '(unreadable address)'],
  ])('%s', (url, expected) => {
    expect(redactToOrigin(url)).toBe(expected);
  });
});
