/**
 * What each method of the client sends, and what it makes of the answer.
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GenesysClient } from './client.ts';
import { patientClock, rejected, setScene } from './test-scene.ts';
import type { Scene } from './test-scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await setScene();
});
afterEach(() => scene.close());

describe('the methods', () => {
  it('detailsQuery posts the query', async () => {
    scene.fake.api = () => ({ body: { conversations: [{ conversationId: 'a' }, 'nonsense'], totalHits: 1 } });
    const query = { interval: 'x/y', paging: { pageSize: 100, pageNumber: 1 } };
    await expect(scene.clientOf().detailsQuery(query)).resolves.toEqual({
      conversations: [{ conversationId: 'a' }],
      totalHits: 1,
    });
    expect(scene.calls()[0]).toMatchObject({
      method: 'POST',
      url: '/api-host/api/v2/analytics/conversations/details/query',
    });
    expect(JSON.parse(scene.calls()[0]?.body ?? '')).toEqual(query);
  });

  it('detailsQuery takes an absent list for an empty one', async () => {
    scene.fake.api = () => ({ body: { totalHits: 0 } });
    const query = { interval: 'x/y', paging: { pageSize: 100, pageNumber: 1 } };
    await expect(scene.clientOf().detailsQuery(query)).resolves.toEqual({ conversations: [], totalHits: 0 });
  });

  it('recordings tells an empty 202 from an empty list', async () => {
    scene.fake.api = (_, count) => (count === 1 ? { status: 202 } : { body: [] });
    const client = scene.clientOf();
    await expect(client.recordings('a', { formatId: 'WAV' })).resolves.toEqual({ status: 202 });
    await expect(client.recordings('a', { formatId: 'WAV' })).resolves.toEqual({ status: 200, recordings: [] });
    expect(scene.calls()[0]?.url).toBe('/api-host/api/v2/conversations/a/recordings?formatId=WAV');
  });

  it.each([
    ['recordings', (client: GenesysClient) => client.recordings('a', { formatId: 'WAV' })],
    ['recordingMetadata', (client: GenesysClient) => client.recordingMetadata('a')],
  ])('%s refuses what is no list', async (_, method) => {
    scene.fake.api = () => ({ body: { entities: [] } });
    await expect(method(scene.clientOf())).rejects.toMatchObject({ code: 'CSC_GENESYS_PROTOCOL' });
  });

  it('refuses an answer that is no JSON', async () => {
    scene.fake.api = () => ({
      headers: { 'content-type': 'text/html' },
      raw: '<html>Sign in to the guest network</html>',
    });
    const error = await rejected(scene.clientOf().conversation('a'));
    expect(error).toMatchObject({ code: 'CSC_GENESYS_PROTOCOL' });
    expect(error.message).not.toContain('guest');
  });

  it.each([
    ['PENDING', 'Pending'],
    ['QUEUED', 'Pending'],
    ['FULFILLED', 'Done'],
    ['FAILED', 'Gone'],
    ['EXPIRED', 'Gone'],
    ['SOMETHING_NEW', 'Pending'],
  ])('detailsJobState reads %s as %s', async (state, expected) => {
    scene.fake.api = () => ({ status: 202, body: { state } });
    await expect(scene.clientOf().detailsJobState('j')).resolves.toBe(expected);
  });

  it('a details job is submitted, read and deleted', async () => {
    scene.fake.api = ({ method, url }) => {
      if (method === 'POST') return { status: 202, body: { jobId: 'j 1' } };
      if (method === 'DELETE') return { status: 204 };
      if (url.endsWith('availability')) return { body: { dataAvailabilityDate: '2026-11-24T00:00:00.000Z' } };
      return { body: { conversations: [{}], cursor: 'next' } };
    };
    const client = scene.clientOf();
    await expect(client.submitDetailsJob({ interval: 'x/y' })).resolves.toBe('j 1');
    await expect(client.detailsJobPage('j 1', undefined)).resolves.toEqual({ conversations: [{}], cursor: 'next' });
    await client.detailsJobPage('j 1', 'next');
    await client.deleteDetailsJob('j 1');
    await expect(client.detailsAvailability()).resolves.toBe(Date.UTC(2026, 10, 24));
    const base = '/api-host/api/v2/analytics/conversations/details/jobs';
    expect(scene.calls().map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${base}`,
      `GET ${base}/j%201/results?pageSize=1000`,
      `GET ${base}/j%201/results?cursor=next&pageSize=1000`,
      `DELETE ${base}/j%201`,
      `GET ${base}/availability`,
    ]);
    expect(client.requests()).toMatchObject({ login: 1, detailsJob: 5, recording: 0 });
  });

  it.each([
    ['submitDetailsJob', (client: GenesysClient) => client.submitDetailsJob({ interval: 'x/y' })],
    ['detailsAvailability', (client: GenesysClient) => client.detailsAvailability()],
    ['submitBatch', (client: GenesysClient) => client.submitBatch([{ conversationId: 'c' }])],
  ])('%s refuses an answer without what was asked for', async (_, method) => {
    scene.fake.api = () => ({ body: {} });
    await expect(method(scene.clientOf())).rejects.toMatchObject({ code: 'CSC_GENESYS_PROTOCOL' });
  });

  it('a batch is submitted and looked at', async () => {
    const result = { conversationId: 'c', recordingId: 'r', resultUrl: 'https://m/x', contentType: 'Audio/WAV' };
    scene.fake.api = ({ method }) =>
      method === 'POST'
        ? { body: { id: 'b' } }
        : { body: { status: 'InProgress', results: [result, { conversationId: 'd', errorMsg: 'no' }, {}] } };
    const client = scene.clientOf();
    await expect(client.submitBatch([{ conversationId: 'c' }])).resolves.toBe('b');
    expect(JSON.parse(scene.calls()[0]?.body ?? '')).toEqual({ batchDownloadRequestList: [{ conversationId: 'c' }] });
    await expect(client.batchStatus('b')).resolves.toEqual({
      isComplete: false,
      isPartial: false,
      results: [
        { conversationId: 'c', recordingId: 'r', url: 'https://m/x', contentType: 'audio/wav' },
        { conversationId: 'd', error: 'no' },
      ],
    });
  });

  it.each([
    [{ status: 'Completed' }, true, false],
    [{ status: 'Completed', expectedResultCount: 1, resultCount: 0 }, true, true],
    [{ status: 'InProgress', expectedResultCount: 1, resultCount: 1 }, false, true],
    [{ expectedResultCount: 2, resultCount: 1 }, false, true],
    [{ expectedResultCount: 2, resultCount: 2 }, true, true],
    [{}, false, false],
  ])('a batch of the status %j is complete: %s, lacks results: %s', async (body, isComplete, isPartial) => {
    scene.fake.api = () => ({ body });
    await expect(scene.clientOf().batchStatus('b')).resolves.toEqual({ isComplete, isPartial, results: [] });
  });

  it('restoreRecording sets an archive date that lies ahead', async () => {
    await scene.clientOf().restoreRecording({ conversationId: 'c', recordingId: 'r' }, Date.UTC(2026, 0));
    expect(scene.calls()[0]).toMatchObject({
      method: 'PUT',
      url: '/api-host/api/v2/conversations/c/recordings/r',
      body: '{"archiveDate":"2026-01-01T00:00:00.000Z"}',
    });
  });

  it('request sends any JSON and gives status and body', async () => {
    scene.fake.api = () => ({ status: 201, body: { ok: true } });
    const answer = await scene.clientOf({ clock: patientClock() }).request('POST', '/api/v2/interactions/{x}', {
      text: 'hello',
    });
    expect(answer).toEqual({ status: 201, body: { ok: true } });
    expect(scene.calls()[0]).toMatchObject({
      method: 'POST',
      url: '/api-host/api/v2/interactions/%7Bx%7D',
      body: '{"text":"hello"}',
    });
  });

  it('request does not quote the answer in its error', async () => {
    scene.fake.api = () => ({ status: 422, body: { code: 'invalid.value', message: 'cannot take "hello"' } });
    const error = await rejected(
      scene.clientOf({ clock: patientClock() }).request('POST', '/api/v2/interactions', { text: 'hello' }),
    );
    expect(error).toMatchObject({ code: 'CSC_GENESYS_BAD_REQUEST', status: 422 });
    expect(error.message).toBe('POST /api-host/api/v2/interactions was answered with 422 invalid.value');
  });
});
