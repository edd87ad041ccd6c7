/**
 * What the API server cannot tell is wrong with a run: it ends, and says what to do.
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { catalogue, type ErrorCode } from '../../src/errors.ts';
import { outboundCalls } from '../genesys/calls.ts';
import { defaultClient } from '../genesys/world.ts';
import { checkManners } from './books.ts';
import { createStage, type Stage } from './stage.ts';

describe('a run that cannot go on', () => {
  let stage: Stage;

  const secret = (name: string, stringData: Readonly<Record<string, string>>): Promise<string> =>
    stage.kubectl(
      ['apply', '-f', '-'],
      stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData }),
    );

  beforeAll(async () => {
    stage = await createStage({ conversations: outboundCalls(2) });
    await secret('wrong-client', { clientId: defaultClient.clientId, clientSecret: 'wrong' });
    await secret('half-client', { clientId: defaultClient.clientId });
    await secret('metadata-service', { url: 'http://169.254.169.254/latest/transcribe' });
    await secret('no-address', { url: 'not an address' });
  });

  afterAll(async () => {
    expect(stage.speech.requests).toEqual([]);
    checkManners({ ...stage, genesys: { ...stage.genesys, violations: [] } });
    await stage[Symbol.asyncDispose]();
  });

  const cases: readonly (readonly [name: string, code: ErrorCode, spec: Parameters<Stage['apply']>[1]])[] = [
    ['no such Secret', 'CSC_SECRET_NOT_FOUND', { stt: { endpointSecretRef: { name: 'nowhere' } } }],
    ['a Secret without a key', 'CSC_SECRET_INVALID', { genesys: { credentialsSecretRef: { name: 'half-client' } } }],
    ['a wrong client secret', 'CSC_GENESYS_AUTH', { genesys: { credentialsSecretRef: { name: 'wrong-client' } } }],
    ['the metadata service', 'CSC_EGRESS_DENIED', { stt: { endpointSecretRef: { name: 'metadata-service' } } }],
    ['no http address', 'CSC_EGRESS_DENIED', { stt: { endpointSecretRef: { name: 'no-address' } } }],
    ['a private network behind a name', 'CSC_EGRESS_DENIED', { genesys: { apiURL: 'http://[::1]:1/' } }],
  ];

  it.concurrent.each(cases.map((each, index) => [each[0], each, index] as const))(
    '%s',
    async (_, [, code, spec], index) => {
      const name = `bad-${index}`;
      await stage.apply(name, spec);
      const { status } = await stage.untilFinished(name, 90_000);
      expect(status?.phase).toBe('Failed');
      expect(status?.conditions).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ type: 'Stalled', status: 'True', reason: code }),
          expect.objectContaining({ type: 'Failed', status: 'True', reason: code }),
        ]),
      );
      const described = await stage.kubectl(['describe', 'trun', name]);
      expect(described).toContain(code);
      expect(described).not.toContain('wrong-secret');
      expect(catalogue[code].remedy).not.toBe('');
    },
  );

  it('goes on by itself when a late Secret comes', async () => {
    await stage.apply('early', { stt: { endpointSecretRef: { name: 'late' } } });
    const waiting = await stage.until('early', ({ conditions }) =>
      Boolean(conditions?.some(({ reason }) => reason === 'CSC_SECRET_NOT_FOUND')),
    );
    expect(waiting.status?.phase).toBe('Pending');
    await secret('late', { url: 'http://169.254.169.254/' });
    const { status } = await stage.untilFinished('early');
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Failed', reason: 'CSC_EGRESS_DENIED' }));
  });
});
