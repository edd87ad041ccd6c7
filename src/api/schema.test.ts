/**
 * What `callscribe run` accepts and refuses. The tables are those that `test/crd/` holds against a real API server.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { badManifests } from '../../test/crd/bad-manifests.ts';
import { goodManifests } from '../../test/crd/good-manifests.ts';
import { fullest, patched, smallest, withNulls } from '../../test/crd/manifest.ts';
import { loadSchema, type Schema } from './crd.ts';
import { rules } from './rules.ts';
import { validateManifest } from './schema.ts';
import { KIND, type TranscriptionRun } from './types.ts';

const accepted = (manifest: unknown): TranscriptionRun => {
  const validated = validateManifest(manifest);
  if (!validated.ok) throw new Error(validated.problems.join('\n'));
  return validated.run;
};

const refused = (manifest: unknown): string => {
  const validated = validateManifest(manifest);
  return validated.ok ? '' : validated.problems.join('\n');
};

describe('validateManifest', () => {
  it.each(badManifests.map((bad) => [bad.name, bad] as const))('refuses %s', (_, { patch, offline }) => {
    expect(refused(patched(smallest, patch))).toContain(offline);
  });

  it.each(goodManifests)('accepts %s', (_, spec) => {
    expect(refused(patched(smallest, { spec }))).toBe('');
  });

  it.each([null, undefined, 'text', 7, [], {}])('refuses %j', (manifest) => {
    expect(validateManifest(manifest).ok).toBe(false);
  });

  it('tells every problem at once', () => {
    const spec = { concurrency: 0, cost: { currency: 'Euro' }, stt: null };
    expect(refused(patched(smallest, { kind: 'Run', spec })).split('\n')).toHaveLength(4);
  });

  it('fills in every default, and leaves the given value alone', () => {
    const before = structuredClone(smallest);
    expect(accepted(smallest).spec).toEqual({
      window: { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' },
      genesys: {
        region: 'us-east-1',
        credentialsSecretRef: { name: 'genesys-oauth' },
        requestsPerMinute: 300,
      },
      selection: { directions: ['Outbound'] },
      stt: {
        provider: 'generic',
        endpointSecretRef: { name: 'stt' },
        language: 'en-US',
        model: 'phone_call',
        speakers: 2,
        timeoutSeconds: 300,
      },
      roles: { agentChannel: 1, minConfidence: '0.6' },
      transcripts: { destinations: [{ genesysInteraction: { path: '/api/v2/interactions/transcripts' } }] },
      cost: {
        ratePerMinute: '0.004',
        currency: 'USD',
        perChannel: false,
        roundUpToSeconds: 1,
        minimumSeconds: 0,
        freeSeconds: 0,
      },
      onAlreadyTranscribed: 'Skip',
      report: { retention: 'WithRun', agents: 'Hashed', timeZone: 'UTC' },
      concurrency: 4,
      retry: { maxAttempts: 4, readyTimeoutSeconds: 600 },
      suspend: false,
      cancel: false,
      dryRun: false,
    });
    expect(smallest).toEqual(before);
  });

  it('changes nothing that is given', () => {
    expect(accepted(fullest).spec).toEqual(fullest['spec']);
  });

  it('keeps the metadata and puts the run into a namespace', () => {
    const { metadata } = accepted(patched(smallest, { metadata: { labels: { team: 'sales' } } }));
    expect(metadata).toMatchObject({ name: 'smallest', namespace: 'default', labels: { team: 'sales' } });
    expect(accepted(patched(smallest, { metadata: { namespace: 'calls' } })).metadata.namespace).toBe('calls');
  });

  it('gives each answer its own objects', () => {
    expect(accepted(smallest).spec.transcripts).not.toBe(accepted(smallest).spec.transcripts);
  });

  // As the API server does: `test/crd/manifests.test.ts` has the same tables.
  it.each([
    'selection',
    'transcripts.destinations',
    'failurePolicy',
    'cost.budget',
    'window.last',
    'selection.queueIDs',
  ])('takes a null in place of an optional field for absent: %s', (path) => {
    expect(accepted(withNulls(path)).spec).toEqual(accepted(smallest).spec);
  });

  it.each([
    ['stt', 'spec.stt is required'],
    ['cost.ratePerMinute', 'spec.cost.ratePerMinute is required'],
    ['nonsense', 'spec.nonsense is not a known field'],
  ])('refuses a null in place of any other: %s', (path, problem) => {
    expect(refused(withNulls(path))).toContain(problem);
  });
});

const SAMPLES = new URL('../../deploy/samples/', import.meta.url);
const documents = readdirSync(SAMPLES).flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, SAMPLES), 'utf8')).map(
    (parsed) => [file, parsed.toJS() as Sample] as const,
  ),
);

interface Sample {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
}

describe('the samples', () => {
  const runs = documents.filter(([, { kind }]) => kind === KIND);

  it.each(runs)('%s is accepted', (_, manifest) => {
    expect(refused(manifest)).toBe('');
  });

  it('are some', () => {
    expect(runs.length).toBeGreaterThanOrEqual(4);
  });

  it('have a template for the CronJob that is accepted', () => {
    const templates = documents.flatMap(([, { data }]) => data?.['template.yaml'] ?? []);
    expect(templates.map((template) => refused(parseAllDocuments(template)[0]?.toJS()))).toEqual(['']);
  });
});

describe('the schema', () => {
  const messagesOf = (schema: Schema): string[] => [
    ...(schema['x-kubernetes-validations'] ?? [])
      .filter((validation) => !validation.rule.includes('oldSelf'))
      .map(({ message = '' }) => message),
    ...Object.values(schema.properties ?? {}).flatMap(messagesOf),
    ...(schema.items ? messagesOf(schema.items) : []),
  ];

  it('has no rule about one object that is not checked offline, and the other way round', () => {
    const spec = loadSchema().properties?.['spec'] ?? {};
    expect(messagesOf(spec).toSorted()).toEqual(rules.map(({ message }) => message).toSorted());
  });

  it('is used whole by the fullest manifest of the tests', () => {
    const leaves = (schema: Schema, value: unknown, path: string): string[] =>
      Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
        const inner = (value as Readonly<Record<string, unknown>>)[name];
        return inner === undefined ? [`${path}.${name}`] : leaves(child, inner, `${path}.${name}`);
      });
    expect(leaves(loadSchema().properties?.['spec'] ?? {}, fullest['spec'], 'spec')).toEqual([
      'spec.window.from',
      'spec.window.to',
    ]);
  });
});
