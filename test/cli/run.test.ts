/**
 * `callscribe run`: the same manifest and the same pipeline, without a cluster.
 * @module
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { manifestOf } from '../e2e/stage.ts';
import { waitUntil } from '../e2e/wait.ts';
import { outboundCall, outboundCalls, withoutAgent } from '../genesys/calls.ts';
import { type GenesysSimulator, startGenesys } from '../genesys/simulator.ts';
import { defaultClient, worldOf } from '../genesys/world.ts';
import { type SpeechFake, startSpeechFake } from '../speech-fake/speech-fake.ts';
import { callscribe, type Command, type CommandOptions } from './command.ts';

const KEY = 'speech-key';

interface Place {
  readonly directory: string;
  readonly genesys: GenesysSimulator;
  readonly speech: SpeechFake;
}

const secretsOf = ({ speech }: Place): string =>
  [
    { name: 'genesys-oauth', data: { clientId: defaultClient.clientId, clientSecret: defaultClient.clientSecret } },
    { name: 'stt', data: { url: speech.url, apiKey: KEY } },
  ]
    .map(({ name, data }) => stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: data }))
    .join('---\n');

describe('callscribe run', () => {
  let place: Place;

  beforeAll(async () => {
    const genesys = await startGenesys();
    const speech = await startSpeechFake({ apiKey: KEY, latencyMs: 200 });
    place = { genesys, speech, directory: await mkdtemp(join(tmpdir(), 'callscribe-cli-')) };
    await writeFile(join(place.directory, 'secrets.yaml'), secretsOf(place));
  });

  beforeEach(() => {
    place.speech.faults.clear();
    place.genesys.world.replace(worldOf([]));
  });

  afterAll(async () => {
    expect(place.genesys.violations).toEqual([]);
    expect(place.speech.violations).toEqual([]);
    await place.genesys.stop();
    await place.speech.stop();
    await rm(place.directory, { recursive: true });
  });

  const run = (name: string, patch: Parameters<typeof manifestOf>[2] = {}, options: CommandOptions = {}): Command =>
    callscribe(
      [
        'run',
        '-f',
        '-',
        `--secrets=${join(place.directory, 'secrets.yaml')}`,
        `--state-dir=${place.directory}`,
        '--egress-allow=127.0.0.0/8',
      ],
      { input: stringify(manifestOf(name, place.genesys, patch)), ...options },
    );

  const reportOf = async (name: string): Promise<Record<string, string>[]> =>
    parse(await readFile(join(place.directory, name, 'report.csv'), 'utf8'), { columns: true });

  it('transcribes, delivers, writes the report, and exits with 0', async () => {
    place.genesys.world.put(...outboundCalls(3));
    const { how, stdout, stderr } = await run('well').ended;
    expect({ how, stderr }).toEqual({ how: 0, stderr: '' });
    expect(stdout).toContain('3/3');
    expect(place.genesys.transcripts.size).toBe(3);
    expect((await reportOf('well')).map(({ status }) => status)).toEqual(['success', 'success', 'success']);
    expect(JSON.parse(await readFile(join(place.directory, 'well', 'summary.json'), 'utf8'))).toMatchObject({
      phase: 'Succeeded',
      counts: { found: 3, transcribed: 3 },
    });
    expect(await readdir(join(place.directory, 'well', 'work'))).toEqual([]);
  });

  it('pays for nothing again when it is run again', async () => {
    place.genesys.world.put(...outboundCalls(3));
    await run('again').ended;
    const before = place.speech.meter().billedRequests;
    expect((await run('again').ended).how).toBe(0);
    expect(place.speech.meter().billedRequests).toBe(before);
    expect(await reportOf('again')).toHaveLength(3);
  });

  it('exits with 3 when some failed and with 1 when nothing succeeded', async () => {
    place.genesys.world.put(outboundCall(1), withoutAgent(outboundCall(2)));
    expect((await run('partly').ended).how).toBe(3);
    place.genesys.world.replace(worldOf([withoutAgent(outboundCall(2))]));
    expect((await run('badly').ended).how).toBe(1);
  });

  it.each([
    ['a rule of the schema', { concurrency: 0 }, 'concurrency'],
    ['a rule between fields', { window: { last: '24h' } }, 'spec.window needs either from and to, or last'],
    ['a region that does not exist', { genesys: { region: 'mars-north-1' as 'us-east-1' } }, 'us-east-1'],
  ])('exits with 2 for a manifest that breaks %s, and names it', async (_, patch, message) => {
    const { how, stderr } = await run('refused', patch).ended;
    expect(how).toBe(2);
    expect(stderr).toContain('CSC_MANIFEST_INVALID');
    expect(stderr).toContain(message);
  });

  it('exits with 2 for flags that do not exist, and for a file that is not there', async () => {
    expect((await callscribe(['run', '--colour']).ended).how).toBe(2);
    expect((await callscribe(['run', '-f', join(place.directory, 'missing.yaml')]).ended).how).toBe(2);
  });

  it('resumes after it was killed: what may have been paid for is on the books as unknown', async () => {
    place.genesys.world.put(...outboundCalls(6));
    const before = place.speech.meter().billedRequests;
    const first = run('killed', { concurrency: 2 });
    const isBusy = async () =>
      place.speech.meter().billedRequests >= before + 2 && place.speech.meter().inFlight >= 1 ? true : undefined;
    await waitUntil(isBusy, 20_000, () => JSON.stringify(place.speech.meter()));
    first.signal('SIGKILL');
    expect((await first.ended).how).toBe('SIGKILL');
    expect((await run('killed', { concurrency: 2 }).ended).how).toBe(0);
    const rows = await reportOf('killed');
    expect(rows.filter(({ status }) => status === 'success')).toHaveLength(6);
    expect(rows.filter(({ status }) => status === 'unknown').length).toBeGreaterThanOrEqual(1);
    expect(place.speech.meter().billedRequests - before).toBeLessThanOrEqual(rows.length);
  });

  it('ends what is in flight when it is interrupted, and goes on from there', async () => {
    place.genesys.world.put(...outboundCalls(6));
    const before = place.speech.meter().billedRequests;
    const first = run('interrupted', { concurrency: 1 });
    const isBusy = async () => (place.speech.meter().billedRequests > before ? true : undefined);
    await waitUntil(isBusy, 20_000, () => JSON.stringify(place.speech.meter()));
    first.signal('SIGINT');
    const { how, stdout } = await first.ended;
    expect(how).toBe(1);
    expect(stdout).toContain('Run the same command again to go on');
    expect((await run('interrupted', { concurrency: 1 }).ended).how).toBe(0);
    expect(place.speech.meter().billedRequests - before).toBe(6);
    expect((await reportOf('interrupted')).map(({ status }) => status)).toEqual(Array<string>(6).fill('success'));
  });

  it('does what the spec says to an operator, too: it begins nothing while suspended, and ends what is cancelled', async () => {
    place.genesys.world.put(...outboundCalls(2));
    const before = place.speech.meter().billedRequests;
    const suspended = await run('steered', { suspend: true }).ended;
    expect(suspended).toMatchObject({ how: 1, stderr: '' });
    expect(suspended.stdout).toContain('spec.suspend is set');
    const cancelled = await run('steered', { cancel: true }).ended;
    expect(cancelled).toMatchObject({ how: 1, stderr: '' });
    expect(cancelled.stdout).toContain('CSC_CANCELLED');
    expect(place.speech.meter().billedRequests).toBe(before);
    expect(JSON.parse(await readFile(join(place.directory, 'steered', 'summary.json'), 'utf8'))).toMatchObject({
      phase: 'Cancelled',
    });
  });

  it('exits with 2 for a Secret that is not there', async () => {
    const { how, stdout } = await run('secretless', { stt: { endpointSecretRef: { name: 'nowhere' } } }).ended;
    expect({ how, said: stdout.includes('CSC_SECRET_NOT_FOUND') }).toEqual({ how: 2, said: true });
  });

  it('refuses a host that was not allowed', async () => {
    place.genesys.world.put(outboundCall(1));
    const { how, stdout } = await callscribe(['run', '-f', '-', `--state-dir=${place.directory}`], {
      input: `${secretsOf(place)}---\n${stringify(manifestOf('denied', place.genesys))}`,
    }).ended;
    expect(how).toBe(1);
    expect(stdout).toContain('CSC_EGRESS_DENIED');
  });

  it('prints the report of a run', async () => {
    place.genesys.world.put(...outboundCalls(2));
    await run('printed').ended;
    const csv = await callscribe(['report', 'printed', `--state-dir=${place.directory}`]).ended;
    expect(csv.stdout).toBe(await readFile(join(place.directory, 'printed', 'report.csv'), 'utf8'));
    const json = await callscribe(['report', 'printed', `--state-dir=${place.directory}`, '-o', 'json']).ended;
    expect(JSON.parse(json.stdout)).toMatchObject({ currency: 'USD', rows: [{ attempt: 1 }, { attempt: 1 }] });
    const none = await callscribe(['report', 'unheard-of', `--state-dir=${place.directory}`]).ended;
    expect(none).toMatchObject({ how: 2, stdout: '' });
    expect(none.stderr).toContain('CSC_NOT_FOUND: there is no report of a run unheard-of');
  });
});
