/**
 * One run of the whole pipeline against the simulated organisation, in this process: real HTTP on all sides, books in memory that are
 * as strict as the ledger, and a clock that hurries.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateManifest } from '../../src/api/schema.ts';
import type { Random } from '../../src/clock.ts';
import { createEgressPolicy } from '../../src/pipeline/http/egress.ts';
import { createPipeline } from '../../src/pipeline/pipeline.ts';
import type { Controls, Summary } from '../../src/pipeline/plan.ts';
import { journalOf, type TestJournal } from '../../src/pipeline/run/test-run.ts';
import { loneClaims, PRICE_TABLE } from '../../src/pipeline/test-spec.ts';
import type { Row, Window } from '../../src/pipeline/types.ts';
import { DAY_START_MS } from '../genesys/calls.ts';
import { startGenesys } from '../genesys/simulator.ts';
import type { GenesysSimulator, SimulatorOptions } from '../genesys/simulator.ts';
import { defaultClient } from '../genesys/world.ts';
import { startSpeechFake } from '../speech-fake/speech-fake.ts';
import type { SpeechFake, SpeechOptions } from '../speech-fake/speech-fake.ts';
import { hurriedClock } from './hurried-clock.ts';

/** Some days after everything in the tests, so that no conversation is fresh. */
const NOW_MS = DAY_START_MS + 3 * 86_400_000;
const TIMES = 60;
/** A second of the machine: requests on their way when something was refused. */
const GRACE_MS = 1000 * TIMES;

export interface OrganisationOptions {
  readonly genesys: Omit<SimulatorOptions, 'now' | 'graceMs'>;
  readonly speech?: SpeechOptions;
  readonly window: Window;
  /** Over the smallest manifest. */
  readonly spec?: Readonly<Record<string, object>>;
  readonly concurrency?: number;
  readonly random?: Random;
  readonly journal?: TestJournal;
}

export interface Worked {
  readonly summary: Summary;
  readonly rows: readonly Row[];
  readonly journal: TestJournal;
  readonly genesys: GenesysSimulator;
  readonly speech: SpeechFake;
}

const iso = (ms: number): string => new Date(ms).toISOString();

const specOf = (
  { window, spec = {}, concurrency = 8 }: OrganisationOptions,
  { apiURL, loginURL }: GenesysSimulator,
) => {
  const validated = validateManifest({
    apiVersion: 'callscribe.dev/v1alpha1',
    kind: 'TranscriptionRun',
    metadata: { name: 'run' },
    spec: {
      stt: { endpointSecretRef: { name: 'stt' } },
      cost: { ratePerMinute: '0.004' },
      concurrency,
      ...spec,
      window: { from: iso(window.fromMs), to: iso(window.toMs), ...spec['window'] },
      genesys: {
        apiURL,
        loginURL,
        credentialsSecretRef: { name: 'genesys-oauth' },
        requestsPerMinute: 10_000,
        ...spec['genesys'],
      },
    },
  });
  if (!validated.ok) throw new Error(JSON.stringify(validated));
  return validated.run.spec;
};

/** Works on the window once, and stops everything. */
export const work = async (options: OrganisationOptions): Promise<Worked> => {
  const { journal = journalOf(), random = Math.random } = options;
  const clock = hurriedClock(NOW_MS, TIMES);
  const genesys = await startGenesys({ ...options.genesys, now: clock.now, graceMs: GRACE_MS });
  const speech = await startSpeechFake(options.speech);
  const workDir = await mkdtemp(join(tmpdir(), 'callscribe-organisation-'));
  const egress = createEgressPolicy({ allow: ['127.0.0.0/8'], only: false });
  const pipeline = await createPipeline({
    egress,
    workDir,
    maxRecordingsInFlight: 64,
    priceTable: PRICE_TABLE,
    clock,
    random,
  });
  const { clientId, clientSecret } = defaultClient;
  const secrets: Readonly<Record<string, Record<string, string>>> = {
    'genesys-oauth': { clientId, clientSecret },
    stt: { url: speech.url, apiKey: 'speech-key' },
  };
  const spec = specOf(options, genesys);
  const never = new AbortController().signal;
  const controls: Controls = {
    draining: never,
    signal: never,
    settings: () => ({ concurrency: spec.concurrency }),
    onSettings: () => () => {},
    onProgress: () => {},
    onOutcome: () => {},
  };
  try {
    const run = { name: 'run', namespace: 'test', uid: 'uid' };
    const readSecret = (name: string) => Promise.resolve(secrets[name] ?? {});
    const summary = await pipeline.run(
      { run, spec, window: options.window, readSecret, claims: loneClaims() },
      journal,
      controls,
    );
    return { summary, rows: journal.all, journal, genesys, speech };
  } finally {
    await pipeline.close();
    await Promise.all([genesys.stop(), speech.stop()]);
    await rm(workDir, { recursive: true, force: true });
  }
};
