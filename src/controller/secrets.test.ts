/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { memoryKube } from '../../test/runtime/memory-kube.ts';
import { KubeError } from './runtime/kube-error.ts';
import { secretReader } from './secrets.ts';

const PATH = '/api/v1/namespaces/calls/secrets/stt';

const secret = (data?: Readonly<Record<string, string>>) => ({ metadata: { name: 'stt' }, ...(data && { data }) });

describe('secretReader', () => {
  it.each([
    ['text', { url: 'aHR0cDovL2E=', apiKey: 'w6TDtg==' }, { url: 'http://a', apiKey: 'äö' }],
    ['nothing', undefined, {}],
    ['an empty value', { apiKey: '' }, { apiKey: '' }],
  ])('decodes %s', async (_, data, expected) => {
    const memory = memoryKube();
    memory.objects.set(PATH, secret(data));
    expect(await secretReader(memory.kube, 'calls')('stt')).toEqual(expected);
  });

  it('reads afresh each time: a Secret may be rotated', async () => {
    const memory = memoryKube();
    const read = secretReader(memory.kube, 'calls');
    memory.objects.set(PATH, secret({ apiKey: 'b2xk' }));
    await read('stt');
    memory.objects.set(PATH, secret({ apiKey: 'bmV3' }));
    expect(await read('stt')).toEqual({ apiKey: 'new' });
  });

  it('reads from its own namespace only, whatever the name says', async () => {
    const memory = memoryKube();
    memory.objects.set('/api/v1/namespaces/other/secrets/stt', secret());
    await expect(secretReader(memory.kube, 'calls')('../../other/secrets/stt')).rejects.toThrow();
    expect(memory.calls.every((call) => call.startsWith('GET /api/v1/namespaces/calls/secrets/'))).toBe(true);
  });

  it.each([
    [404, 'CSC_SECRET_NOT_FOUND', 'there is no Secret stt'],
    [403, 'CSC_SECRET_NOT_FOUND', 'the operator may not read Secret stt'],
    // A run is failed for a Secret that is missing, and not because the API server was away for a moment.
    [0, 'CSC_SECRET_UNAVAILABLE', 'Secret stt could not be read'],
    [401, 'CSC_SECRET_UNAVAILABLE', 'Secret stt could not be read'],
    [429, 'CSC_SECRET_UNAVAILABLE', 'Secret stt could not be read'],
    [503, 'CSC_SECRET_UNAVAILABLE', 'Secret stt could not be read'],
  ])('after an answer of %i: %s', async (status, code, message) => {
    const memory = memoryKube();
    memory.intercept = async () => {
      throw new KubeError('what the API server said', { status, reason: 'R' });
    };
    await expect(secretReader(memory.kube, 'calls')('stt')).rejects.toMatchObject({ code, message, retryable: true });
  });
});
