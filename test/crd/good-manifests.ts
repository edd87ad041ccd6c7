/**
 * Manifests at the edge of what is accepted, as merge patches over the smallest one.
 * @module
 */
const LAST = { from: null, to: null };

export const goodManifests: readonly (readonly [name: string, spec: Readonly<Record<string, unknown>>])[] = [
  ['nothing but what has no default', {}],
  [
    'a window of one millisecond across time zones',
    { window: { from: '2026-11-23T01:00:00+01:00', to: '2026-11-23T00:00:00.001Z' } },
  ],
  ['a window of last', { window: { ...LAST, last: '24h' } }],
  ['a window of last with an offset', { window: { ...LAST, last: '1h30m', offset: '0.5h' } }],
  ['a region by its domain', { genesys: { region: 'use2.us-gov-pure.cloud' } }],
  ['the newest regions', { genesys: { region: 'eusc-de-east-1' } }],
  [
    'a gateway instead of a region',
    { genesys: { region: null, apiURL: 'http://127.0.0.1:8080', loginURL: 'http://127.0.0.1:8080/login/' } },
  ],
  [
    'all destinations',
    {
      transcripts: {
        destinations: [{ genesysInteraction: { path: '/x' } }, { http: { urlSecretRef: { name: 'archive.v1' } } }],
      },
    },
  ],
  ['a service without a price, without a budget to spend', { cost: { ratePerMinute: '0', budget: '0' } }],
  [
    'all that a price can have',
    {
      cost: {
        diarizationPerMinute: '0.002',
        perChannel: true,
        roundUpToSeconds: 15,
        minimumSeconds: 15,
        freeSeconds: 3600,
      },
    },
  ],
  [
    'a report that is kept',
    {
      onAlreadyTranscribed: 'Redo',
      report: { retention: 'Keep', agents: 'Plain', timeZone: 'America/Argentina/Buenos_Aires' },
    },
  ],
  ['money with six decimals', { cost: { ratePerMinute: '999999999.999999', budget: '0.000001' } }],
  [
    'the upper bounds',
    { concurrency: 256, retry: { maxAttempts: 20 }, stt: { speakers: 10 }, roles: { minConfidence: '1.000' } },
  ],
  [
    'the lower bounds',
    { concurrency: 1, retry: { maxAttempts: 1 }, stt: { speakers: 1 }, roles: { agentChannel: 0, minConfidence: '0' } },
  ],
  ['a policy that accepts no failure', { failurePolicy: { maxFailed: 0, maxFailedPercent: 0 } }],
  ['both directions', { selection: { directions: ['Inbound', 'Outbound'] } }],
  ['suspended from the start', { suspend: true, ttlSecondsAfterFinished: 0 }],
];
