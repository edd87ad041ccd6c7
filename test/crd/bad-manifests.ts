/**
 * Manifests that are refused, each with the words that a user reads: those of the API server and those of `callscribe run`.
 * @module
 */

export interface BadManifest {
  readonly name: string;
  /** A merge patch over the smallest manifest. */
  readonly patch: Readonly<Record<string, unknown>>;
  /** Part of what the API server, or kubectl, says. */
  readonly server: string;
  /** Part of what `validateManifest` says. A rule in CEL has the same words on both sides. */
  readonly offline: string;
}

const schema = (name: string, spec: object, server: string, offline: string): BadManifest => ({
  name,
  patch: { spec },
  server,
  offline,
});

const rule = (name: string, spec: object, message: string): BadManifest => schema(name, spec, message, message);

const LAST = { from: null, to: null };
const HTTP = { http: { urlSecretRef: { name: 'archive' } } };
const ONE_KEY = 'spec.transcripts.destinations needs exactly one of genesysInteraction and http in each entry';
const REGION = 'spec.genesys.region is required unless apiURL and loginURL are both given';

const broken: readonly BadManifest[] = [
  rule('window with nothing', { window: LAST }, 'spec.window needs either from and to, or last'),
  rule('window with all', { window: { last: '24h' } }, 'spec.window needs either from and to, or last'),
  rule(
    'window with from and last',
    { window: { to: null, last: '1h' } },
    'spec.window needs either from and to, or last',
  ),
  rule('window without to', { window: { to: null } }, 'spec.window.from and spec.window.to need each other'),
  rule('window without from', { window: { from: null } }, 'spec.window.from and spec.window.to need each other'),
  rule(
    'window backwards',
    { window: { to: '2026-11-22T00:00:00Z' } },
    'spec.window.from must be before spec.window.to',
  ),
  rule(
    'window of no length',
    { window: { to: '2026-11-23T01:00:00+01:00' } },
    'spec.window.from must be before spec.window.to',
  ),
  rule('last of no length', { window: { ...LAST, last: '0h0.0s' } }, 'spec.window.last must be longer than nothing'),
  rule('offset without last', { window: { offset: '1h' } }, 'spec.window.offset needs spec.window.last'),
  rule(
    'details of a price without the price',
    { stt: { provider: 'generic' }, cost: { ratePerMinute: null, perChannel: true } },
    'spec.cost.perChannel, roundUpToSeconds, minimumSeconds and diarizationPerMinute need spec.cost.ratePerMinute',
  ),
  rule('neither region nor addresses', { genesys: { region: null } }, REGION),
  rule('only one address', { genesys: { region: null, apiURL: 'https://a.example.com' } }, REGION),
  rule('destination without a key', { transcripts: { destinations: [{}] } }, ONE_KEY),
  rule('destination with two keys', { transcripts: { destinations: [{ genesysInteraction: {}, ...HTTP }] } }, ONE_KEY),
  rule(
    'the same destination twice',
    { transcripts: { destinations: [HTTP, HTTP] } },
    'spec.transcripts.destinations has the same entry twice',
  ),
  rule(
    'the default destination twice',
    {
      transcripts: {
        destinations: [
          { genesysInteraction: {} },
          { genesysInteraction: { path: '/api/v2/interactions/transcripts' } },
        ],
      },
    },
    'spec.transcripts.destinations has the same entry twice',
  ),
];

const missing: readonly BadManifest[] = [
  { name: 'no spec', patch: { spec: null }, server: 'spec: Required value', offline: 'spec is required' },
  schema('no window', { window: null }, 'spec.window: Required value', 'spec.window is required'),
  schema('no genesys', { genesys: null }, 'spec.genesys: Required value', 'spec.genesys is required'),
  schema('no stt', { stt: null }, 'spec.stt: Required value', 'spec.stt is required'),
  schema('no cost', { cost: null }, 'spec.cost: Required value', 'spec.cost is required'),
  schema(
    'no rate',
    { cost: { ratePerMinute: null } },
    'spec.cost.ratePerMinute: Required value',
    'spec.cost.ratePerMinute is required',
  ),
  schema(
    'no credentials',
    { genesys: { credentialsSecretRef: null } },
    'spec.genesys.credentialsSecretRef: Required value',
    'spec.genesys.credentialsSecretRef is required',
  ),
  schema(
    'no name of a Secret',
    { stt: { endpointSecretRef: { name: null } } },
    'spec.stt.endpointSecretRef.name: Required value',
    'spec.stt.endpointSecretRef.name is required',
  ),
  schema(
    'http without its Secret',
    { transcripts: { destinations: [{ http: {} }] } },
    'spec.transcripts.destinations[0].http.urlSecretRef: Required value',
    'spec.transcripts.destinations[0].http.urlSecretRef is required',
  ),
  schema(
    'a null in a list',
    { selection: { queueIDs: ['q1', null] } },
    'spec.selection.queueIDs[1]: Invalid value: "null"',
    'spec.selection.queueIDs[1] must be string',
  ),
];

const value = (field: string, bad: unknown, server: string, offline: string): BadManifest => {
  const patch = field.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), bad) as { spec: object };
  return schema(`${field} ${JSON.stringify(bad)}`, patch.spec, `${field}: ${server}`, `${field} ${offline}`);
};

const number = (field: string, bad: number, bound: '<=' | '>=', limit: number): BadManifest => {
  const words = bound === '<=' ? 'less' : 'greater';
  return value(
    field,
    bad,
    `Invalid value: ${bad}: ${field} in body should be ${words} than or equal to ${limit}`,
    `must be ${bound} ${limit}`,
  );
};

const text = (field: string, bad: string): BadManifest =>
  value(field, bad, `Invalid value: "${bad}"`, 'must match pattern');

const values: readonly BadManifest[] = [
  value('spec.window.from', 'yesterday', 'Invalid value: "yesterday"', 'must match format "date-time"'),
  value(
    'spec.window.from',
    '2026-11-23T00:00:00',
    'Invalid value: "2026-11-23T00:00:00"',
    'must match format "date-time"',
  ),
  value(
    'spec.window.to',
    '2026-02-30T00:00:00Z',
    'Invalid value: "2026-02-30T00:00:00Z"',
    'must match format "date-time"',
  ),
  text('spec.window.last', '1d'),
  text('spec.window.last', '-24h'),
  text('spec.window.offset', '2 h'),
  text('spec.window.waitForAvailability', 'always'),
  text('spec.selection.restoreArchived', '1d'),
  value(
    'spec.genesys.region',
    'us-west-1',
    'Unsupported value: "us-west-1": supported values: "us-east-1", "us-east-2"',
    'must be one of us-east-1, us-east-2',
  ),
  value('spec.genesys.region', 'api.mypurecloud.de', 'Unsupported value: "api.mypurecloud.de"', 'must be one of'),
  text('spec.genesys.apiURL', 'ftp://a.example.com'),
  text('spec.genesys.apiURL', 'https://user:password@a.example.com'),
  text('spec.genesys.loginURL', 'https://a.example.com/?token=1'),
  text('spec.genesys.credentialsSecretRef.name', '../other'),
  number('spec.genesys.requestsPerMinute', 0, '>=', 1),
  value(
    'spec.selection.directions',
    [],
    'Invalid value: 0: spec.selection.directions in body should have at least 1 items',
    'must NOT have fewer than 1 items',
  ),
  schema(
    'the same direction twice',
    { selection: { directions: ['Outbound', 'Outbound'] } },
    'spec.selection.directions[1]: Duplicate value',
    'spec.selection.directions must NOT have duplicate items',
  ),
  number('spec.selection.maxRecordings', 0, '>=', 1),
  number('spec.selection.minDurationSeconds', -1, '>=', 0),
  value(
    'spec.stt.provider',
    'whisper',
    'Unsupported value: "whisper": supported values: "generic"',
    'must be one of generic',
  ),
  text('spec.stt.language', 'English'),
  number('spec.stt.speakers', 11, '<=', 10),
  number('spec.stt.speakers', 0, '>=', 1),
  number('spec.stt.timeoutSeconds', 0, '>=', 1),
  number('spec.stt.maxInFlight', 0, '>=', 1),
  number('spec.roles.agentChannel', 2, '<=', 1),
  text('spec.roles.minConfidence', '1.5'),
  value('spec.roles.minConfidence', 0.6, 'Invalid value: "number"', 'must be string'),
  value('spec.cost.ratePerMinute', 0.004, 'Invalid value: "number"', 'must be string'),
  text('spec.cost.ratePerMinute', '-0.004'),
  text('spec.cost.ratePerMinute', '0.0000001'),
  text('spec.cost.ratePerMinute', '4e-3'),
  text('spec.cost.budget', '-1'),
  text('spec.cost.budget', '1,000'),
  text('spec.cost.currency', 'usd'),
  text('spec.cost.diarizationPerMinute', '-1'),
  number('spec.cost.freeSeconds', -1, '>=', 0),
  value(
    'spec.onAlreadyTranscribed',
    'Ask',
    'Unsupported value: "Ask": supported values: "Skip", "Redo"',
    'must be one of',
  ),
  value('spec.report.retention', 'Forever', 'Unsupported value: "Forever"', 'must be one of WithRun, Keep'),
  value('spec.report.agents', 'Named', 'Unsupported value: "Named"', 'must be one of Hashed, Plain'),
  text('spec.report.timeZone', '../etc/passwd'),
  number('spec.cost.roundUpToSeconds', 0, '>=', 1),
  number('spec.cost.minimumSeconds', -1, '>=', 0),
  number('spec.concurrency', 0, '>=', 1),
  number('spec.concurrency', 257, '<=', 256),
  value('spec.concurrency', 1.5, 'Invalid value: "float64"', 'must be integer'),
  number('spec.retry.maxAttempts', 0, '>=', 1),
  number('spec.retry.maxAttempts', 21, '<=', 20),
  number('spec.retry.readyTimeoutSeconds', -1, '>=', 0),
  number('spec.retry.readyTimeoutSeconds', 604801, '<=', 604800),
  number('spec.failurePolicy.maxFailed', -1, '>=', 0),
  number('spec.failurePolicy.maxFailedPercent', 101, '<=', 100),
  value('spec.suspend', 'yes', 'Invalid value: "string"', 'must be boolean'),
  number('spec.activeDeadlineSeconds', 0, '>=', 1),
  number('spec.ttlSecondsAfterFinished', -1, '>=', 0),
];

const identity: readonly BadManifest[] = [
  {
    name: 'a field that is not known',
    patch: { spec: { paralelism: 4 } },
    server: 'unknown field "spec.paralelism"',
    offline: 'spec.paralelism is not a known field',
  },
  {
    name: 'a destination that does not exist',
    patch: { spec: { transcripts: { destinations: [{ s3: { bucket: 'b' } }] } } },
    server: 'unknown field "spec.transcripts.destinations[0].s3"',
    offline: 'spec.transcripts.destinations[0].s3 is not a known field',
  },
  {
    name: 'a name that is too long',
    patch: { metadata: { name: 'n'.repeat(201) } },
    server: 'metadata.name must have at most 200 characters',
    offline: 'metadata.name must NOT have more than 200 characters',
  },
  {
    name: 'a name with capitals',
    patch: { metadata: { name: 'Nightly' } },
    server: 'metadata.name: Invalid value',
    offline: 'metadata.name must match pattern',
  },
  {
    name: 'a name that is a path',
    patch: { metadata: { name: '../nightly' } },
    server: '"../nightly"',
    offline: 'metadata.name must match pattern',
  },
  {
    name: 'another version',
    patch: { apiVersion: 'callscribe.dev/v2' },
    server: 'no matches for kind',
    offline: 'apiVersion must be one of callscribe.dev/v1alpha1',
  },
];

export const badManifests: readonly BadManifest[] = [...broken, ...missing, ...values, ...identity];
