/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { briefRecording } from './recording.ts';
import { complete, conversationOf, fileOf, rowOf, setScene, underWay } from './test-recordings.ts';

const a = conversationOf('a');
const brief = briefRecording('ra', a, new Map([['S', 'https://media/ra/original']]));

describe('relocate', () => {
  it('gives fresh addresses', async () => {
    const { locator, signal } = setScene({ recordings: { a: [202, [rowOf('other'), rowOf('ra')]] } });
    const again = await locator.relocate(brief, signal);
    expect([...again.mediaUris.values()]).toEqual(['https://media/ra/transcoded']);
    expect(again.isBrief).toBeUndefined();
  });

  it.each([
    ['is no longer listed', [[rowOf('other')]], 'CSC_MEDIA_NOT_FOUND'],
    ['has nothing to play any more', [[rowOf('ra', { mediaUris: null })]], 'CSC_MEDIA_NOT_FOUND'],
    ['is still being transcoded', [202], 'CSC_RECORDING_NOT_READY'],
  ] as const)('rejects where it %s', async (_, answers, code) => {
    const { locator, signal } = setScene({ recordings: { a: answers } });
    await expect(locator.relocate(brief, signal)).rejects.toMatchObject({ code });
  });
});

describe('confirm', () => {
  it('adds when the recording began and whose it is, and keeps its address', async () => {
    const { locator, signal, calls } = setScene({ metadata: { a: [rowOf('ra', { sessionId: 's' })] } });
    expect(await locator.confirm(brief, signal)).toMatchObject({
      sessionId: 's',
      startAtMs: Date.UTC(2026, 10, 23, 22),
      announcedDurationMs: 60_000,
      mediaUris: brief.mediaUris,
    });
    expect(calls).toEqual(['metadata a']);
  });

  it('leaves it as it is where nobody knows more', async () => {
    const { locator, signal } = setScene({ metadata: { a: [] } });
    expect(await locator.confirm(brief, signal)).toBe(brief);
  });

  it('waits for the request to be complete, and finds the other side in a second file', async () => {
    const file = fileOf('a', 'ra');
    const uris = { 0: { mediaUri: 'https://media/0' }, 1: { mediaUri: 'https://media/1' } };
    const rows = [rowOf('ra', { mediaUris: uris })];
    const { locator, signal } = setScene({
      batches: [underWay(file), underWay(file), complete(file, { ...file, url: 'https://media/other' })],
      metadata: { a: rows },
      recordings: { a: [rows] },
    });
    let confirming: Promise<ReadonlyMap<string, string>> | undefined;
    await locator.locate(
      [a],
      (located) => {
        if (located.kind !== 'Recording' || !located.recording.isBrief) return;
        confirming = locator.confirm(located.recording, signal).then(({ mediaUris }) => mediaUris);
      },
      signal,
    );
    expect([...((await confirming) ?? [])]).toEqual([
      ['0', 'https://media/0'],
      ['1', 'https://media/1'],
    ]);
  });
});
