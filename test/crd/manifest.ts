/**
 * The run that the tables of this folder change, a bit each.
 * @module
 */

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A merge patch (RFC 7386) applied: `null` removes. */
export const patched = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch;
  const base = isObject(target) ? target : {};
  const changed = Object.entries(patch)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [key, patched(base[key], value)] as const);
  const kept = Object.entries(base).filter(([key]) => !Object.hasOwn(patch, key));
  return Object.fromEntries([...kept, ...changed]);
};

/** Nothing but what has no default. */
export const smallest: Json = {
  apiVersion: 'callscribe.dev/v1alpha1',
  kind: 'TranscriptionRun',
  metadata: { name: 'smallest' },
  spec: {
    window: { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' },
    genesys: { region: 'us-east-1', credentialsSecretRef: { name: 'genesys-oauth' } },
    stt: { endpointSecretRef: { name: 'stt' } },
    cost: { ratePerMinute: '0.004' },
  },
};

/** Every field that may be there, and none with the value of its default. */
export const fullest: Json = {
  ...smallest,
  metadata: { name: 'fullest' },
  spec: {
    window: { last: '24h', offset: '1h30m', waitForAvailability: '48h' },
    genesys: {
      region: 'eu-central-1',
      apiURL: 'https://gateway.example.com/genesys',
      loginURL: 'https://gateway.example.com/login',
      credentialsSecretRef: { name: 'genesys-oauth' },
      requestsPerMinute: 100,
    },
    selection: {
      queueIDs: ['q1', 'q2'],
      divisionIDs: ['d1'],
      campaignIDs: ['c1'],
      minDurationSeconds: 5,
      restoreArchived: '12h',
      maxRecordings: 100,
      directions: ['Outbound', 'Inbound'],
    },
    stt: {
      provider: 'generic',
      endpointSecretRef: { name: 'stt' },
      language: 'de-DE',
      model: 'large',
      speakers: 3,
      timeoutSeconds: 60,
      maxInFlight: 2,
    },
    roles: { agentChannel: 0, minConfidence: '0.75' },
    transcripts: {
      destinations: [{ genesysInteraction: { path: '/custom' } }, { http: { urlSecretRef: { name: 'archive' } } }],
    },
    cost: {
      ratePerMinute: '0.006',
      currency: 'EUR',
      perChannel: true,
      roundUpToSeconds: 15,
      minimumSeconds: 10,
      diarizationPerMinute: '0.001',
      freeSeconds: 60,
      budget: '5',
    },
    onAlreadyTranscribed: 'Redo',
    report: { retention: 'Keep', agents: 'Plain', timeZone: 'Europe/Berlin' },
    concurrency: 8,
    retry: { maxAttempts: 2, readyTimeoutSeconds: 3600 },
    failurePolicy: { maxFailed: 3, maxFailedPercent: 10 },
    suspend: true,
    cancel: false,
    dryRun: true,
    activeDeadlineSeconds: 3600,
    ttlSecondsAfterFinished: 60,
  },
};

const set = (target: unknown, [key = '', ...rest]: readonly string[], value: unknown): Json => {
  const base = isObject(target) ? target : {};
  return { ...base, [key]: rest.length === 0 ? value : set(base[key], rest, value) };
};

/** The smallest run with nulls at these paths of the spec: what YAML makes of `selection:` with nothing below. */
export const withNulls = (...paths: readonly string[]): unknown =>
  paths.reduce((manifest, path) => set(manifest, ['spec', ...path.split('.')], null), smallest);
