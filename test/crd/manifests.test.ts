/**
 * What the API server itself says to manifests, and to changes of a run: there is no webhook, the CRD alone has to do it.
 * @module
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createNamespace, kubectl, kubectlOK } from '../cluster/kubectl.ts';
import { badManifests } from './bad-manifests.ts';
import { goodManifests } from './good-manifests.ts';
import { fullest, patched, smallest, withNulls } from './manifest.ts';

const access = { kubeconfig: inject('kubeconfig'), kubectl: inject('kubectl') };
const namespace = await createNamespace(access, 'crd');
const inNamespace = ['-n', namespace.name];
const SAMPLES = fileURLToPath(new URL('../../deploy/samples/', import.meta.url));

afterAll(() => namespace.remove());

const dryRun = (manifest: unknown) =>
  kubectl(access, ['create', '--dry-run=server', '-o', 'json', ...inNamespace, '-f', '-'], JSON.stringify(manifest));

const specOf = (stdout: string): unknown => (JSON.parse(stdout) as { readonly spec: unknown }).spec;

describe('a manifest', () => {
  it.each(badManifests.map((bad) => [bad.name, bad] as const))('is refused: %s', async (_, { patch, server }) => {
    const { code, stderr } = await dryRun(patched(smallest, patch));
    expect(stderr).toContain(server);
    expect(code).not.toBe(0);
  });

  it.each(goodManifests)('is accepted: %s', async (_, spec) => {
    expect(await dryRun(patched(smallest, { spec }))).toMatchObject({ code: 0, stderr: '' });
  });

  it('is accepted with every field, and nothing of it is changed or dropped', async () => {
    const { stdout } = await dryRun(fullest);
    expect(JSON.parse(stdout)).toMatchObject({ spec: fullest['spec'] });
  });

  it.each([
    'selection',
    'transcripts.destinations',
    'failurePolicy',
    'cost.budget',
    'window.last',
    'selection.queueIDs',
  ])('may have a null in place of an optional field, which is then absent: %s', async (path) => {
    const [given, absent] = await Promise.all([dryRun(withNulls(path)), dryRun(smallest)]);
    expect(given).toMatchObject({ code: 0, stderr: '' });
    expect(specOf(given.stdout)).toEqual(specOf(absent.stdout));
  });

  it.each([
    ['stt', 'spec.stt: Required value'],
    ['cost.ratePerMinute', 'spec.cost.ratePerMinute: Required value'],
    ['nonsense', 'unknown field "spec.nonsense"'],
  ])('may not have a null in place of any other: %s', async (path, message) => {
    expect((await dryRun(withNulls(path))).stderr).toContain(message);
  });

  it.each(readdirSync(SAMPLES))('is accepted: deploy/samples/%s', async (file) => {
    const answer = await kubectl(access, ['create', '--dry-run=server', ...inNamespace, '-f', `${SAMPLES}${file}`]);
    expect(answer).toMatchObject({ code: 0, stderr: '' });
  });
});

type Change = readonly [field: string, patch: Readonly<Record<string, unknown>>];

/** Every way in which a field can change: another value, one more, one less. */
const immutable: Readonly<Record<'smallest' | 'fullest', readonly Change[]>> = {
  smallest: [
    ['spec.window', { window: { to: '2026-11-25T00:00:00Z' } }],
    ['spec.window', { window: { from: null, to: null, last: '24h' } }],
    ['spec.genesys', { genesys: { apiURL: 'https://a.example.com' } }],
    ['spec.selection', { selection: { maxRecordings: 5 } }],
    ['spec.stt', { stt: { maxInFlight: 1 } }],
    ['spec.failurePolicy', { failurePolicy: { maxFailed: 1 } }],
    ['spec.cost.diarizationPerMinute', { cost: { diarizationPerMinute: '0.002' } }],
    ['spec.activeDeadlineSeconds', { activeDeadlineSeconds: 60 }],
  ],
  fullest: [
    ['spec.window', { window: { last: '48h' } }],
    ['spec.window', { window: { offset: null } }],
    ['spec.genesys', { genesys: { region: 'us-east-1' } }],
    ['spec.genesys', { genesys: { requestsPerMinute: 200 } }],
    ['spec.genesys', { genesys: { credentialsSecretRef: { name: 'other' } } }],
    ['spec.genesys', { genesys: { loginURL: null } }],
    ['spec.selection', { selection: { queueIDs: ['q1'] } }],
    ['spec.selection', { selection: { directions: ['Outbound'] } }],
    ['spec.selection', { selection: null }],
    ['spec.stt', { stt: { language: 'en-GB' } }],
    ['spec.stt', { stt: { endpointSecretRef: { name: 'other' } } }],
    ['spec.stt', { stt: { maxInFlight: null } }],
    ['spec.roles', { roles: { agentChannel: 1 } }],
    ['spec.roles', { roles: null }],
    ['spec.transcripts', { transcripts: { destinations: [{ genesysInteraction: { path: '/other' } }] } }],
    ['spec.transcripts', { transcripts: null }],
    ['spec.cost.ratePerMinute', { cost: { ratePerMinute: '0.007' } }],
    ['spec.cost.currency', { cost: { currency: 'USD' } }],
    ['spec.cost.currency', { cost: { currency: null } }],
    ['spec.cost.perChannel', { cost: { perChannel: false } }],
    ['spec.cost.roundUpToSeconds', { cost: { roundUpToSeconds: 1 } }],
    ['spec.cost.minimumSeconds', { cost: { minimumSeconds: 0 } }],
    ['spec.cost.diarizationPerMinute', { cost: { diarizationPerMinute: '0.002' } }],
    ['spec.cost.diarizationPerMinute', { cost: { diarizationPerMinute: null } }],
    ['spec.cost.freeSeconds', { cost: { freeSeconds: 61 } }],
    ['spec.onAlreadyTranscribed', { onAlreadyTranscribed: 'Skip' }],
    ['spec.report', { report: { retention: 'WithRun' } }],
    ['spec.report', { report: null }],
    ['spec.retry', { retry: { maxAttempts: 3 } }],
    ['spec.failurePolicy', { failurePolicy: { maxFailed: 4 } }],
    ['spec.failurePolicy', { failurePolicy: { maxFailedPercent: null } }],
    ['spec.failurePolicy', { failurePolicy: null }],
    ['spec.dryRun', { dryRun: false }],
    ['spec.activeDeadlineSeconds', { activeDeadlineSeconds: 60 }],
    ['spec.activeDeadlineSeconds', { activeDeadlineSeconds: null }],
  ],
};

const mutable: Readonly<Record<'smallest' | 'fullest', readonly Change[]>> = {
  smallest: [
    ['spec.suspend', { suspend: true }],
    ['spec.cancel', { cancel: true }],
    ['spec.concurrency', { concurrency: 32 }],
    ['spec.cost.budget', { cost: { budget: '10' } }],
    ['spec.ttlSecondsAfterFinished', { ttlSecondsAfterFinished: 0 }],
    // The same moment in other words is no change.
    ['spec.window', { window: { from: '2026-11-23T02:00:00+02:00' } }],
  ],
  fullest: [
    ['spec.suspend', { suspend: false }],
    ['spec.concurrency', { concurrency: null }],
    ['spec.cost.budget', { cost: { budget: '0.5' } }],
    ['spec.cost.budget', { cost: { budget: null } }],
    ['spec.ttlSecondsAfterFinished', { ttlSecondsAfterFinished: null }],
  ],
};

const flat = (tables: typeof immutable) =>
  Object.entries(tables).flatMap(([run, changes]) => changes.map(([field, spec]) => ({ run, field, spec })));

describe('a change of a run', () => {
  beforeAll(async () => {
    const cancelled = patched(smallest, { metadata: { name: 'cancelled' }, spec: { cancel: true } });
    const list = { apiVersion: 'v1', kind: 'List', items: [smallest, fullest, cancelled] };
    await kubectlOK(access, ['create', ...inNamespace, '-f', '-'], JSON.stringify(list));
  });

  const change = (run: string, spec: unknown) =>
    kubectl(access, [
      'patch',
      'trun',
      run,
      ...inNamespace,
      '--dry-run=server',
      '--type=merge',
      '-p',
      JSON.stringify({ spec }),
    ]);

  it.each(flat(immutable))('of $field is refused: $run with $spec', async ({ run, field, spec }) => {
    const { code, stderr } = await change(run, spec);
    expect(stderr).toContain(`${field}: Forbidden: ${field} is immutable`);
    expect(code).not.toBe(0);
  });

  it.each(flat(mutable))('of $field is accepted: $run with $spec', async ({ run, spec }) => {
    expect(await change(run, spec)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([{ cancel: false }, { cancel: null }])('that takes back a cancel is refused: %j', async (spec) => {
    const { code, stderr } = await change('cancelled', spec);
    expect(stderr).toContain('spec.cancel cannot be taken back');
    expect(code).not.toBe(0);
  });

  it('is allowed or refused for each field of the spec: the tables leave none out', () => {
    const spec = fullest['spec'] as Readonly<Record<string, object>>;
    const fields = Object.entries(spec).flatMap(([name, value]) =>
      name === 'cost' ? Object.keys(value).map((key) => `spec.cost.${key}`) : [`spec.${name}`],
    );
    const covered = new Set([...flat(immutable), ...flat(mutable)].map(({ field }) => field));
    expect(fields.filter((field) => !covered.has(field))).toEqual([]);
  });
});
