/**
 * What a run asks of Genesys Cloud, measured against the simulator: requests for each recording with and without batch requests, the
 * time to the first transcript, and the memory of a small and of a large window.
 *
 *     make bench-genesys                             10,000 conversations, and 1,000 against 100,000 for the memory
 *     node hack/bench-genesys.ts --calls 300         a tenth, a whole and ten times of that
 * @module
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { validateManifest } from '../src/api/schema.ts';
import { systemClock } from '../src/clock.ts';
import { createEgressPolicy } from '../src/pipeline/http/egress.ts';
import { createClaims } from '../src/pipeline/claims/claims.ts';
import { wavOf } from '../src/pipeline/fetch/test-sounds.ts';
import { builtInPrices } from '../src/pipeline/money/built-in-prices.ts';
import { createPipeline, type Pipeline } from '../src/pipeline/pipeline.ts';
import type { Journal, Plan } from '../src/pipeline/plan.ts';
import { startServer } from '../test/fakes/server.ts';
import { DAY_START_MS, outboundCalls, withRecording } from '../test/genesys/calls.ts';
import { startGenesys } from '../test/genesys/simulator.ts';
import { defaultClient, worldOf } from '../test/genesys/world.ts';
import { startSpeechFake } from '../test/speech-fake/speech-fake.ts';

const DAY_MS = 86_400_000;

const { values } = parseArgs({
  options: {
    role: { type: 'string', default: 'all' },
    calls: { type: 'string', default: '10000' },
    singles: { type: 'boolean', default: false },
    api: { type: 'string', default: '' },
    speech: { type: 'string', default: '' },
  },
});

/** A moment of noise, another one for each call: what is measured is not the download. */
const soundOf = (serial: number): Buffer => {
  const data = Buffer.from(Array.from({ length: 1600 }, (_, index) => (index * 37) % 256));
  data.writeUInt32LE(serial);
  return wavOf({ channels: 2, data });
};

/** Genesys Cloud and the speech service, in a process of their own so that their memory does not count. */
const serve = async (): Promise<void> => {
  const calls = Number(values.calls);
  const notReady = values.singles ? 1 : 0;
  const conversations = outboundCalls(calls, { firstAtMs: DAY_START_MS, everyMs: Math.floor(DAY_MS / calls) });
  const world = worldOf(conversations.map((call, serial) => withRecording(call, { content: soundOf(serial), notReady })));
  const missing = { path: /batchrequests/u, status: 404, times: Number.POSITIVE_INFINITY };
  const genesys = await startGenesys({ world, faults: values.singles ? [missing] : [] });
  const speech = await startSpeechFake();
  process.stdout.write(`${JSON.stringify({ api: genesys.apiURL, speech: speech.url })}\n`);
  process.once('SIGTERM', () => process.exit(0));
};

const specOf = (api: string) => {
  const validated = validateManifest({
    apiVersion: 'callscribe.dev/v1alpha1',
    kind: 'TranscriptionRun',
    metadata: { name: 'bench' },
    spec: {
      window: { from: new Date(DAY_START_MS).toISOString(), to: new Date(DAY_START_MS + DAY_MS).toISOString() },
      genesys: { apiURL: api, loginURL: api, credentialsSecretRef: { name: 'oauth' }, requestsPerMinute: 10_000 },
      stt: { endpointSecretRef: { name: 'stt' } },
      cost: { ratePerMinute: '0.004' },
      transcripts: { destinations: [{ http: { urlSecretRef: { name: 'sink' } } }] },
      concurrency: 32,
    },
  });
  if (!validated.ok) throw new Error(validated.problems.join('\n'));
  return validated.run.spec;
};

/** Books that forget: those of a cluster lie in the cluster. */
const forgetful: Journal = {
  rows: () => [],
  held: () => [],
  reserve: async () => {},
  settle: async () => {},
  handBack: async () => {},
  hold: async () => {},
  forget: async () => {},
};

/** Works on the whole window; what it used, and when the first transcript was there. */
const workOn = async (pipeline: Pipeline, sinkURL: string) => {
  const spec = specOf(values.api);
  const { clientId, clientSecret } = defaultClient;
  const secrets: Readonly<Record<string, Record<string, string>>> = {
    oauth: { clientId, clientSecret },
    stt: { url: values.speech, apiKey: 'key' },
    sink: { url: sinkURL },
  };
  const beganMs = performance.now();
  let firstMs = 0;
  const never = new AbortController().signal;
  const plan: Plan = {
    run: { namespace: 'bench', name: 'bench', uid: 'bench' },
    spec,
    window: { fromMs: DAY_START_MS, toMs: DAY_START_MS + DAY_MS },
    readSecret: (name) => Promise.resolve(secrets[name] ?? {}),
    claims: createClaims().join({ run: 'bench', uid: 'bench' }, { redo: false }),
  };
  const summary = await pipeline.run(plan, forgetful, {
    draining: never,
    signal: never,
    settings: () => ({ concurrency: spec.concurrency }),
    onSettings: () => () => {},
    onProgress: () => {},
    onOutcome: ({ state }) => {
      if (state === 'Transcribed' && firstMs === 0) firstMs = performance.now() - beganMs;
    },
  });
  return { summary, firstSeconds: firstMs / 1000, seconds: (performance.now() - beganMs) / 1000 };
};

/** The run, in a process of its own. Prints what it measured as one line of JSON. */
const run = async (): Promise<void> => {
  const sink = await startServer({ answer: () => ({ status: 200 }) });
  const workDir = await mkdtemp(join(tmpdir(), 'callscribe-bench-'));
  const egress = createEgressPolicy({ allow: ['127.0.0.0/8'], only: false });
  const pipeline = await createPipeline({
    egress,
    workDir,
    maxRecordingsInFlight: 64,
    priceTable: await builtInPrices(),
    clock: systemClock,
    random: Math.random,
  });
  const { summary, ...times } = await workOn(pipeline, sink.url);
  const { counts, genesys } = summary.progress;
  const requests = Object.values(genesys).reduce((sum, count) => sum + count, 0);
  const measured = {
    ...times,
    genesys,
    ending: summary.ending,
    error: summary.error?.message,
    transcribed: counts.transcribed,
    perRecording: requests / counts.found,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  await pipeline.close();
  await sink.stop();
  await rm(workDir, { recursive: true, force: true });
};

interface Measured {
  readonly ending: string;
  readonly error?: string;
  readonly transcribed: number;
  readonly perRecording: number;
  readonly genesys: Readonly<Record<string, number>>;
  readonly firstSeconds: number;
  readonly seconds: number;
  readonly peakMiB: number;
}

/** Starts this file in another role; the process and its first line. */
const start = async <T>(...flags: readonly string[]) => {
  const child = spawn(process.execPath, [import.meta.filename, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ended, said: JSON.parse(line) as T };
  }
  throw new Error(`${flags.join(' ')} ended without a word`);
};

const measure = async (calls: number, ...flags: readonly string[]): Promise<Measured> => {
  const servers = await start<{ api: string; speech: string }>('--role', 'serve', '--calls', String(calls), ...flags);
  const { api, speech } = servers.said;
  const worker = await start<Measured>('--role', 'run', '--api', api, '--speech', speech);
  await worker.ended;
  servers.child.kill('SIGTERM');
  await servers.ended;
  return worker.said;
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const report = (what: string, measured: Measured, aim: string): void => {
  const kinds = Object.entries(measured.genesys)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${count}`);
  say(`${what}: ${measured.transcribed} transcribed in ${measured.seconds.toFixed(1)} s (${measured.ending})`);
  say(`  requests for each recording   ${measured.perRecording.toFixed(3)}   (aim: ${aim})`);
  say(`  first transcript after        ${measured.firstSeconds.toFixed(1)} s`);
  say(`  peak RSS                      ${measured.peakMiB.toFixed(0)} MiB`);
  say(`  ${kinds.join(', ')}\n`);
  if (measured.error !== undefined) say(`  ${measured.error}`);
};

if (values.role === 'serve') await serve();
else if (values.role === 'run') await run();
else {
  const calls = Number(values.calls);
  report(`${calls} conversations, batch requests`, await measure(calls), '≤ 0.2');
  const few = Math.max(1, Math.floor(calls / 10));
  report(`${few} conversations, single requests`, await measure(few, '--singles'), '≤ 2.5');
  const [small, large] = [await measure(Math.floor(calls / 10)), await measure(calls * 10)];
  report(`${Math.floor(calls / 10)} conversations`, small, '≤ 0.2');
  report(`${calls * 10} conversations`, large, '≤ 0.2');
  say(`peak RSS apart: ${((large.peakMiB / small.peakMiB - 1) * 100).toFixed(1)} % (aim: ≤ 10 %)`);
}
