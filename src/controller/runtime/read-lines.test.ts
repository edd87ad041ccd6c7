import { describe, expect, it } from 'vitest';
import { readLines } from './read-lines.ts';

const stream = async function* (...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
};

const read = (...chunks: readonly (string | Uint8Array)[]): Promise<string[]> =>
  Array.fromAsync(readLines(stream(...chunks.map((chunk) => Buffer.from(chunk as string)))));

describe('readLines', () => {
  it.each([
    [['a\nb\n'], ['a', 'b']],
    [
      ['a', 'b\nc', '\n'],
      ['ab', 'c'],
    ],
    [['a\n\n \nb\n'], ['a', 'b']],
    [['a\nhalf'], ['a']],
    [[], []],
  ])('%j', async (chunks, lines) => {
    expect(await read(...chunks)).toEqual(lines);
  });

  it('joins a character that was cut in two', async () => {
    const bytes = Buffer.from('Zürich\n');
    expect(await read(bytes.subarray(0, 2), bytes.subarray(2))).toEqual(['Zürich']);
  });

  it('takes time in proportion to a line of many chunks, not to its square', async () => {
    const chunk = Buffer.alloc(1024, 'x');
    const lines = await read(...Array.from({ length: 20_000 }, () => chunk), '\n');
    expect(lines.map((line) => line.length)).toEqual([20_480_000]);
  });
});
