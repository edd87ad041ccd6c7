/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import {
  complete,
  conversationOf,
  errorOf,
  failure,
  fileOf,
  rowOf,
  setScene,
  shown,
  underWay,
} from './test-recordings.ts';

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => conversationOf(id));
if (!a || !b || !c || !d) throw new Error('there are four');

describe('batch requests', () => {
  it('are enough where each conversation has one file', async () => {
    const { locate, calls } = setScene({ batches: [complete(fileOf('a', 'ra'), fileOf('b', 'rb'))] });
    const none = conversationOf('c', { isRecorded: false });
    expect(shown(await locate(a, b, none))).toEqual([
      'ra: ra/original (brief)',
      'rb: rb/original (brief)',
      'c: None CSC_NO_RECORDING',
    ]);
    expect(calls).toEqual(['batch of 3', 'look']);
  });

  it('take a hundred conversations each', async () => {
    const { locate, calls } = setScene({ batches: [complete()] });
    const many = Array.from({ length: 250 }, (_, index) => conversationOf(`c${index}`, { isRecorded: false }));
    await locate(...many);
    expect(calls.filter((call) => call !== 'look')).toEqual(['batch of 100', 'batch of 100', 'batch of 50']);
  });

  it.each([
    ['is archived', [errorOf('a', 'ra')], { fileState: 'ARCHIVED' }, 'ra: CSC_RECORDING_ARCHIVED'],
    ['was deleted', [errorOf('a', 'ra')], { fileState: 'DELETED' }, 'ra: CSC_RECORDING_DELETED'],
    [
      'is a screen',
      [fileOf('a', 'ra', { contentType: 'video/webm' })],
      { media: 'screen' },
      'ra: CSC_RECORDING_NOT_AUDIO',
    ],
    [
      'is being uploaded',
      [errorOf('a', 'ra')],
      { fileState: 'UPLOADING' },
      'a: later, Ready, otherwise [ra: CSC_RECORDING_NOT_READY]',
    ],
  ])('are followed by a look at the metadata where the recording %s', async (_, results, row, expected) => {
    const { locate, calls } = setScene({ batches: [complete(...results)], metadata: { a: [rowOf('ra', row)] } });
    expect(shown(await locate(a))).toEqual([expected]);
    expect(calls).toEqual(['batch of 1', 'look', 'metadata a']);
  });

  it.each([
    ['an error for a recording that can be played', [errorOf('a', 'ra')], ['ra']],
    ['nothing for a recording that can be played', [], ['ra']],
    ['two files of one recording', [fileOf('a', 'ra'), fileOf('a', 'ra')], ['ra']],
    ['a file of the wrong type', [fileOf('a', 'ra', { contentType: 'audio/ogg' })], ['ra']],
    ['several recordings', [fileOf('a', 'ra'), fileOf('a', 'rb')], ['ra', 'rb']],
  ])('are followed by the list where they give %s', async (_, results, ids) => {
    const rows = ids.map((id) => rowOf(id));
    const scene = { batches: [complete(...results)], metadata: { a: rows }, recordings: { a: [202, rows] as const } };
    const { locate, calls } = setScene(scene);
    expect(shown(await locate(a))).toEqual(ids.map((id) => `${id}: ${id}/transcoded`));
    expect(calls).toEqual(['batch of 1', 'look', 'metadata a', 'list a WAV', 'list a WAV']);
  });

  it('tell of one station and one trunk which is used', async () => {
    const rows = [rowOf('station', { mediaSubtype: 'Station' }), rowOf('trunk', { mediaSubtype: 'Trunk' })];
    const batches = [complete(fileOf('a', 'station'), fileOf('a', 'trunk'))];
    const { locate } = setScene({ batches, metadata: { a: rows }, recordings: { a: [rows] } });
    expect(shown(await locate(a))).toEqual(['station: CSC_RECORDING_COPY', 'trunk: trunk/transcoded']);
  });

  it.each([
    ['nothing', [], 'a: None CSC_RECORDING_MISSING'],
    ['no such conversation', failure('CSC_GENESYS_NOT_FOUND', 404), 'a: None CSC_RECORDING_MISSING'],
    ['a refusal', failure('CSC_GENESYS_FORBIDDEN', 403), 'a: Failed CSC_GENESYS_FORBIDDEN'],
  ])('that give nothing for a recorded conversation: %s in the metadata', async (_, metadata, expected) => {
    const { locate } = setScene({ batches: [complete()], metadata: { a: metadata } });
    expect(shown(await locate(a))).toEqual([expected]);
  });

  it('that give nothing for a conversation that has just ended are not the last word', async () => {
    const { locate, clock } = setScene({ batches: [complete()], metadata: { f: [] } });
    const fresh = conversationOf('f', { endAtMs: clock.now() - 60_000 });
    expect(shown(await locate(fresh))).toEqual(['f: later, Ready, otherwise [f: None CSC_RECORDING_MISSING]']);
  });

  it('start work before they are complete', async () => {
    const order: string[] = [];
    const batches = [
      underWay(fileOf('a', 'ra')),
      underWay(fileOf('a', 'ra')),
      complete(fileOf('a', 'ra'), fileOf('b', 'rb')),
    ];
    const { locator, calls, signal } = setScene({ batches });
    await locator.locate([a, b], (located) => order.push(`${calls.length} ${shown([located]).join()}`), signal);
    expect(order).toEqual(['3 ra: ra/original (brief)', '4 rb: rb/original (brief)']);
  });

  it('leave alone what is worked on when another recording comes late', async () => {
    const rows = [rowOf('station', { mediaSubtype: 'Station' }), rowOf('trunk', { mediaSubtype: 'Trunk' })];
    const station = fileOf('a', 'station');
    const batches = [underWay(station), underWay(station), complete(station, fileOf('a', 'trunk'))];
    const { locate } = setScene({ batches, metadata: { a: rows }, recordings: { a: [rows] } });
    expect(shown(await locate(a))).toEqual([
      'station: station/original (brief)',
      'station: station/transcoded',
      'trunk: CSC_RECORDING_COPY',
    ]);
  });
});

describe('without batch requests', () => {
  const recordings = { a: [202, [rowOf('ra')]], b: [[rowOf('rb')]] } as const;

  it.each([
    ['CSC_GENESYS_NOT_FOUND', 404],
    ['CSC_GENESYS_BAD_REQUEST', 405],
    ['CSC_GENESYS_PROTOCOL', 200],
  ] as const)('everything works, and they are not tried again after %s', async (code, status) => {
    const { locate, locator, calls } = setScene({ submit: failure(code, status), recordings });
    expect(shown(await locate(a, b)).toSorted()).toEqual(['ra: ra/transcoded', 'rb: rb/transcoded']);
    await locate(b);
    expect(calls.filter((call) => call.startsWith('batch'))).toHaveLength(1);
    expect(locator.size()).toBe(8);
  });

  it('so does one conversation where a single request fails, and the next ones are batches again', async () => {
    const batches = [failure('CSC_GENESYS_UNAVAILABLE', 500), complete(fileOf('b', 'rb'))];
    const { locate, calls } = setScene({ batches, recordings });
    expect(shown(await locate(a))).toEqual(['ra: ra/transcoded']);
    expect(shown(await locate(b))).toEqual(['rb: rb/original (brief)']);
    expect(calls).toEqual(['batch of 1', 'look', 'list a WAV', 'list a WAV', 'batch of 1', 'look']);
  });

  it('those that the request did not answer are asked for by themselves', async () => {
    const { locate } = setScene({ batches: [underWay(fileOf('b', 'rb'))], recordings });
    expect(shown(await locate(a, b))).toEqual(['rb: rb/original (brief)', 'ra: ra/transcoded']);
  });

  it('an organisation that records in another codec does better', async () => {
    const wrong = (id: string) => fileOf(id, `r${id}`, { contentType: 'audio/ogg' });
    const all = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, [rowOf(`r${id}`)]]));
    const lists = Object.fromEntries(Object.entries(all).map(([id, rows]) => [id, [rows]]));
    const scene = { batches: [complete(wrong('a'), wrong('b'), wrong('c'))], metadata: all, recordings: lists };
    const { locate, calls } = setScene(scene);
    await locate(a, b, c);
    calls.length = 0;
    expect(shown(await locate(d))).toEqual(['rd: rd/transcoded']);
    expect(calls).toEqual(['list d WAV']);
  });

  it('transcoding is waited for with growing pauses, and then put off', async () => {
    const { locate, clock } = setScene({ submit: failure('CSC_GENESYS_NOT_FOUND', 404), recordings: { a: [202] } });
    expect(shown(await locate(a))).toEqual(['a: later, Ready, otherwise [a: Failed CSC_RECORDING_NOT_READY]']);
    expect(clock.waits).toEqual([2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
  });

  it('how long transcoding takes is learned', async () => {
    const slow = (id: string) => [202, 202, 202, [rowOf(`r${id}`)]] as const;
    const { locate, clock } = setScene({
      submit: failure('CSC_GENESYS_NOT_FOUND', 404),
      recordings: { a: slow('a'), b: [202, [rowOf('rb')]], c: [202, [rowOf('rc')]] },
    });
    for (const conversation of [a, b, c]) await locate(conversation);
    expect(clock.waits).toEqual([2000, 4000, 8000, 14_000, 12_600]);
  });
});

describe('a client that may see nothing', () => {
  const refusal = failure('CSC_GENESYS_FORBIDDEN', 403);

  it('is an error of the run: by a refused batch request and one conversation', async () => {
    const { locate, calls } = setScene({ submit: refusal, recordings: { a: [refusal], b: [refusal] } });
    await expect(locate(a, b)).rejects.toMatchObject({ code: 'CSC_GENESYS_FORBIDDEN' });
    expect(calls).toContain('list a WAV');
  });

  it('or by three conversations and nothing else', async () => {
    const { locate } = setScene({ metadata: { a: refusal, b: refusal, c: refusal } }, { isDryRun: true });
    await expect(locate(a, b, c)).rejects.toMatchObject({ code: 'CSC_GENESYS_FORBIDDEN' });
  });

  it('is not one that may see some', async () => {
    const recordings = { a: [[rowOf('ra')]], b: [refusal], c: [refusal], d: [refusal] };
    const { locate } = setScene({ submit: failure('CSC_GENESYS_NOT_FOUND', 404), recordings });
    await locate(a);
    expect(shown(await locate(b, c, d))).toEqual(['b', 'c', 'd'].map((id) => `${id}: Failed CSC_GENESYS_FORBIDDEN`));
  });
});

it.each(['CSC_GENESYS_AUTH', 'CSC_EGRESS_DENIED', 'CSC_SECRET_NOT_FOUND'] as const)(
  'passes on what is the same for every conversation: %s',
  async (code) => {
    await expect(setScene({ submit: failure(code) }).locate(a)).rejects.toMatchObject({ code });
    const single = setScene({ submit: failure('CSC_GENESYS_NOT_FOUND'), recordings: { a: [failure(code)] } });
    await expect(single.locate(a)).rejects.toMatchObject({ code });
  },
);

it('ends with the reason of the signal', async () => {
  const { locator } = setScene({ batches: [underWay()] });
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(locator.locate([a], () => {}, signal)).rejects.toThrow('stopped');
});

describe('a dry run', () => {
  it('looks at metadata only', async () => {
    const { locate, calls } = setScene({ metadata: { a: [rowOf('ra')] } }, { isDryRun: true });
    const [located] = await locate(a);
    expect(located).toMatchObject({ recording: { recordingId: 'ra', announcedDurationMs: 60_000 } });
    expect(calls).toEqual(['metadata a']);
  });
});

describe('archived recordings', () => {
  const scene = { batches: [complete(errorOf('a', 'ra'))], metadata: { a: [rowOf('ra', { fileState: 'ARCHIVED' })] } };

  it('are brought back where that is wanted, ordered once', async () => {
    const { locate, calls } = setScene(scene, { restores: true });
    const expected = ['a: later, Restored, otherwise [ra: CSC_RECORDING_ARCHIVED]'];
    expect(shown(await locate(a))).toEqual(expected);
    expect(shown(await locate(a))).toEqual(expected);
    expect(calls.filter((call) => call.startsWith('restore'))).toEqual(['restore ra']);
  });

  it('fail where the client may not do that', async () => {
    const { locate } = setScene({ ...scene, restore: failure('CSC_GENESYS_FORBIDDEN', 403) }, { restores: true });
    expect(shown(await locate(a))).toEqual(['ra: CSC_GENESYS_FORBIDDEN']);
  });
});
