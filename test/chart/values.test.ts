/**
 * The values of the chart: all explained, all typed, and nothing else accepted.
 * @module
 */
import { describe, expect, inject, it } from 'vitest';
import { readTypes, readValues, type ValueSchema } from '../../hack/generate/chart-values.ts';
import { template, type Values } from './helm.ts';

const program = inject('helm');

/** Paths of the schema that have no properties of their own. */
const typedPaths = (schema: ValueSchema, prefix = ''): string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = `${prefix}${name}`;
    const target = child.$ref ? readTypes().definitions?.[child.$ref.split('/').at(-1) ?? ''] : child;
    return target?.properties && name !== 'resources' ? typedPaths(target, `${path}.`) : [path];
  });

describe('values.yaml', () => {
  it('explains each value', () => {
    expect(readValues().filter(({ meaning }) => meaning === '')).toEqual([]);
    expect(readValues().length).toBeGreaterThan(80);
  });

  it('and the schema have the same values', () => {
    const typed = typedPaths(readTypes()).filter((path) => path !== 'global');
    const sorted = (paths: readonly string[]) => paths.toSorted((a, b) => (a < b ? -1 : 1));
    expect(sorted(readValues().map(({ path }) => path))).toEqual(sorted(typed));
  });
});

const bad: readonly (readonly [what: string, values: Values, complaint: RegExp])[] = [
  ['a misspelt value', { replica: 2 }, /replica/],
  ['a misspelt value inside', { controller: { maxRecordings: 2 } }, /maxRecordings/],
  ['a number as text', { replicas: '2' }, /replicas/],
  ['a negative number', { controller: { maxRecordingsInFlight: 0 } }, /maxRecordingsInFlight/],
  ['a level that does not exist', { controller: { logLevel: 'loud' } }, /logLevel/],
  ['a namespace that cannot be one', { namespaces: ['Sales'] }, /namespaces/],
  ['a namespace twice', { namespaces: ['a', 'a'] }, /namespaces/],
  ['a size that is none', { workDir: { sizeLimit: '8 GB' } }, /sizeLimit/],
  ['a digest that is none', { image: { digest: 'sha256:123' } }, /digest/],
  ['a CIDR that is none', { networkPolicy: { kubeAPI: { cidrs: ['10.0.0.1'] } } }, /cidrs/],
  ['a port that is none', { networkPolicy: { internet: { ports: [0] } } }, /ports/],
  ['a schedule without a spec', { schedules: { nightly: { schedule: '0 4 * * *' } } }, /spec/],
  ['a schedule with six fields', { schedules: { nightly: { schedule: '0 0 4 * * *', spec: {} } } }, /schedule/],
  [
    'a schedule whose run would be refused',
    {
      schedules: {
        nightly: {
          schedule: '0 4 * * *',
          spec: {
            window: { last: '24h' },
            genesys: { region: 'mars-north-1', credentialsSecretRef: { name: 'g' } },
            stt: { endpointSecretRef: { name: 's' } },
            cost: { ratePerMinute: '0.004' },
          },
        },
      },
    },
    /region/,
  ],
  [
    'a schedule with a misspelt field of the run',
    {
      schedules: {
        nightly: {
          schedule: '0 4 * * *',
          spec: {
            window: { last: '24h' },
            genesys: { region: 'us-east-1', credentialsSecretRef: { name: 'g' } },
            stt: { endpointSecretRef: { name: 's' } },
            cost: { ratePerMinute: '0.004', bugdet: '5' },
          },
        },
      },
    },
    /bugdet/,
  ],
];

describe('the schema refuses', () => {
  it.each(bad)('%s', async (_what, values, complaint) => {
    const { code, stderr } = await template(program, values);
    expect(code).toBe(1);
    expect(stderr).toMatch(complaint);
    expect(stderr).toMatch(/values don't meet the specifications of the schema/);
  });
});
