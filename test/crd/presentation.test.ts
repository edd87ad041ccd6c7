/**
 * What a user sees of a run: columns, the status as it is stored, and `kubectl explain`.
 * @module
 */
import { afterAll, describe, expect, inject, it } from 'vitest';
import { loadSchema, partOf, type Schema } from '../../src/api/crd.ts';
import { createNamespace, kubectl, kubectlOK } from '../cluster/kubectl.ts';
import { patched, smallest } from './manifest.ts';

const access = { kubeconfig: inject('kubeconfig'), kubectl: inject('kubectl') };
const namespace = await createNamespace(access, 'crd');
const inNamespace = ['-n', namespace.name];

afterAll(() => namespace.remove());

const at = '2026-11-24T00:00:10Z';
const condition = { lastTransitionTime: at, observedGeneration: 1, message: '' };

/** Every field of the status. */
const status = {
  observedGeneration: 1,
  phase: 'PartiallyFailed',
  conditions: [
    { type: 'Complete', status: 'True', reason: 'PartiallyFailed', ...condition },
    { type: 'Ready', status: 'True', reason: 'PartiallyFailed', ...condition },
  ],
  window: { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' },
  startTime: at,
  completionTime: '2026-11-24T00:01:10Z',
  duration: '1m',
  progress: '50/50',
  counts: {
    conversations: 48,
    found: 50,
    pending: 0,
    inProgress: 0,
    transcribed: 46,
    skipped: 1,
    failed: 2,
    noRecording: 1,
  },
  audioSeconds: '12345.678',
  cost: {
    currency: 'USD',
    settled: '0.8230',
    reserved: '0.0000',
    unknown: '0.0160',
    estimate: '0.9990',
    budget: '5',
    providerReported: '0.8200',
    avoided: '0.0040',
    ratePerMinute: '0.0040',
    priceTable: { asOf: '2026-11-24', sha256: 'ab'.repeat(32) },
  },
  estimate: {
    recordings: 47,
    audioHours: '3.429',
    cost: '0.8230',
    modes: [{ name: 'pre-recorded', cost: '0.8230' }],
    genesysRequests: 104,
    genesysSeconds: 21,
    withinBudget: true,
  },
  genesys: {
    requests: 57,
    requestsPerRecording: '0.140',
    byKind: {
      login: 1,
      detailsQuery: 2,
      detailsJob: 0,
      conversation: 0,
      recordingMetadata: 1,
      recording: 0,
      batchRequest: 3,
      restore: 0,
      transcript: 50,
    },
  },
  recordings: [
    {
      recordingID: 'r1',
      conversationID: 'c1',
      state: 'Failed',
      stage: 'Transcribe',
      attempt: 4,
      durationSeconds: '60.000',
      cost: '0.0000',
      error: { code: 'CSC_STT_REJECTED', message: 'the service answered 422' },
      since: at,
    },
  ],
  report: { name: 'shown-report', shards: 1, rows: 53, head: 'cd'.repeat(32) },
};

const run = patched(smallest, { metadata: { name: 'shown' }, spec: { cost: { budget: '5' } } });
await kubectlOK(access, ['create', ...inNamespace, '-f', '-'], JSON.stringify(run));
const patchStatus = (changed: unknown) =>
  kubectl(access, [
    'patch',
    'trun',
    'shown',
    ...inNamespace,
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status: changed }),
  ]);
await patchStatus(status);

const cellsOf = (line = ''): string[] => line.trim().split(/\s{2,}/);

const get = async (...args: string[]): Promise<string[][]> => {
  const output = await kubectlOK(access, ['get', ...args, ...inNamespace]);
  return output.trimEnd().split('\n').map(cellsOf);
};

describe('the status', () => {
  it('is stored with every field', async () => {
    const stored: unknown = JSON.parse(await kubectlOK(access, ['get', 'trun', 'shown', ...inNamespace, '-o', 'json']));
    expect(stored).toMatchObject({ status });
  });

  it('is used whole by this test', () => {
    const absent = (schema: Schema, value: unknown, path: string): string[] => {
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return Object.entries((schema.items ?? schema).properties ?? {}).flatMap(([name, child]) => {
        const inner = (first as Readonly<Record<string, unknown>>)[name];
        return inner === undefined ? [`${path}.${name}`] : absent(child, inner, `${path}.${name}`);
      });
    };
    expect(absent(partOf(loadSchema(), 'status'), status, 'status')).toEqual([]);
  });

  it('does not change the generation, and cannot change the spec', async () => {
    const args = ['patch', 'trun', 'shown', ...inNamespace, '--subresource=status', '--type=merge', '-o', 'json'];
    const patch = JSON.stringify({ spec: { concurrency: 9 }, status: { progress: '49/50' } });
    const after: unknown = JSON.parse(await kubectlOK(access, [...args, '--dry-run=server', '-p', patch]));
    expect(after).toMatchObject({
      metadata: { generation: 1 },
      spec: { concurrency: 4 },
      status: { progress: '49/50' },
    });
  });

  it.each([
    ['a phase that does not exist', { phase: 'Done' }],
    ['two conditions of one type', { conditions: [...status.conditions, ...status.conditions] }],
    ['more than 100 recordings', { recordings: Array.from({ length: 101 }, () => ({ recordingID: 'r' })) }],
    ['money as a number', { cost: { settled: 0.5 } }],
  ])('is refused with %s', async (_, changed) => {
    expect((await patchStatus(changed)).code).not.toBe(0);
  });
});

describe('kubectl get', () => {
  const usual = ['NAME', 'PHASE', 'PROGRESS', 'FAILED', 'COST', 'AGE'];
  const values = ['shown', 'PartiallyFailed', '50/50', '2', '0.8230', expect.stringMatching(/^\d+m?s$/)];

  it.each(['transcriptionruns', 'transcriptionrun', 'trun', 'callscribe'])('%s shows how it went', async (name) => {
    expect(await get(name)).toEqual([usual, values]);
  });

  it('shows more with -o wide', async () => {
    expect(await get('trun', '-o', 'wide')).toEqual([
      [...usual, 'WINDOW', 'BUDGET', 'STT', 'DURATION'],
      [...values, '2026-11-23T00:00:00Z', '5', 'generic', '1m'],
    ]);
  });
});

/** The paths of everything that has fields. */
const objectsOf = (schema: Schema, path: string): string[] => {
  const { properties } = schema.items ?? schema;
  if (!properties) return [];
  return [path, ...Object.entries(properties).flatMap(([name, child]) => objectsOf(child, `${path}.${name}`))];
};

describe('kubectl explain', () => {
  it.each(
    objectsOf({ properties: { spec: partOf(loadSchema(), 'spec'), status: partOf(loadSchema(), 'status') } }, 'trun'),
  )('has words for each field of %s', async (path) => {
    // The API server publishes the schema some moments after it took the CRD.
    await expect.poll(() => kubectl(access, ['explain', path]), { timeout: 20_000 }).toMatchObject({ code: 0 });
    const text = await kubectlOK(access, ['explain', path]);
    expect(text).toMatch(/DESCRIPTION:\n {4}\S/);
    expect(text).not.toContain('<no description>');
  });
});
