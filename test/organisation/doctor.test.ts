/**
 * `callscribe doctor` as users call it, against the simulator and the speech fake.
 * @module
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { DAY_START_MS, outboundCalls, withoutRecording } from '../genesys/calls.ts';
import { clientWithout } from '../genesys/caller.ts';
import { startGenesys, type GenesysSimulator } from '../genesys/simulator.ts';
import { defaultClient, type OAuthClient, worldOf, type WorldConversation } from '../genesys/world.ts';
import { startSpeechFake, type SpeechFake } from '../speech-fake/speech-fake.ts';

const CALLSCRIBE = fileURLToPath(new URL('../../bin/callscribe', import.meta.url));

let genesys: GenesysSimulator;
let speech: SpeechFake;

afterEach(async () => {
  await Promise.all([genesys.stop(), speech.stop()]);
});

interface Case {
  readonly conversations?: readonly WorldConversation[];
  readonly client?: OAuthClient;
  readonly clientSecret?: string;
  readonly egress?: boolean;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** What it printed: `VERDICT check`, and its exit code. */
const examine = async (given: Case = {}) => {
  const client = given.client ?? defaultClient;
  genesys = await startGenesys({ world: worldOf(given.conversations ?? outboundCalls(3), [client]) });
  speech = await startSpeechFake({ apiKey: 'speech-key' });
  const secret = (name: string, stringData: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    stringData,
  });
  const manifest = [
    secret('oauth', { clientId: client.clientId, clientSecret: given.clientSecret ?? client.clientSecret }),
    secret('stt', { url: speech.url, apiKey: 'speech-key' }),
    {
      apiVersion: 'callscribe.dev/v1alpha1',
      kind: 'TranscriptionRun',
      metadata: { name: 'looked-at' },
      spec: {
        window: { from: iso(DAY_START_MS), to: iso(DAY_START_MS + 86_400_000) },
        genesys: { apiURL: genesys.apiURL, loginURL: genesys.loginURL, credentialsSecretRef: { name: 'oauth' } },
        stt: { endpointSecretRef: { name: 'stt' } },
        cost: { ratePerMinute: '0.004' },
      },
    },
  ];
  const egress = given.egress === false ? [] : ['--egress-allow=127.0.0.0/8'];
  const child = spawn(CALLSCRIBE, ['doctor', '-f', '-', ...egress], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(manifest.map((one) => stringify(one)).join('---\n'));
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const output = await text(child.stdout);
  const code = await ended;
  expect(speech.meter().billedRequests).toBe(0);
  expect(output).not.toContain('simulated-client-secret');
  expect(output).not.toContain('Signature');
  const verdicts = output
    .split('\n')
    .map((line) => /^(PASS|WARN|FAIL|SKIP) +(.*?) {2}/u.exec(line))
    .flatMap((match) => (match ? [`${match[1]} ${match[2]}`] : []));
  return { output, code, verdicts };
};

const ALL = [
  'PASS secrets and hosts',
  'PASS login',
  'PASS permission analytics:conversationDetail:view',
  'PASS analytics jobs',
  'PASS permission conversation:communication:view',
  'PASS permission recording:recording:view',
  'PASS first recording',
];

describe('callscribe doctor', () => {
  it('finds everything in order, and looks at the first recording', async () => {
    const { verdicts, output, code } = await examine();
    expect(verdicts.slice(0, 7)).toEqual(ALL);
    expect(output).toContain('mulaw, 2 channels, 62 s');
    expect(verdicts).toContain('PASS speech service');
    expect(code).toBe(0);
  });

  it.each([
    ['analytics:conversationDetail:view', 'FAIL permission analytics:conversationDetail:view', 1],
    ['recording:recording:view', 'FAIL permission recording:recording:view', 1],
    ['conversation:communication:view', 'WARN permission conversation:communication:view', 0],
  ])('names the permission %s where it is missing', async (permission, verdict, exit) => {
    const { verdicts, output, code } = await examine({ client: clientWithout(permission) });
    expect(verdicts).toContain(verdict);
    expect(output).toContain('Give its role the permission');
    expect(code).toBe(exit);
  });

  it('says that the login is refused', async () => {
    const { verdicts, code } = await examine({ clientSecret: 'other' });
    expect(verdicts).toContain('FAIL login');
    expect(verdicts).toContain('SKIP first recording');
    expect(code).toBe(1);
  });

  it('advises two channels', async () => {
    const { verdicts, output } = await examine({ conversations: outboundCalls(1, { channels: 1 }) });
    expect(verdicts).toContain('WARN first recording');
    expect(output).toContain('Enable dual-channel recording');
  });

  it('knows what it cannot try', async () => {
    const { verdicts, code } = await examine({ conversations: outboundCalls(2).map(withoutRecording) });
    expect(verdicts).toContain('SKIP first recording');
    expect(code).toBe(0);
  });

  it('calls no host that a run would not call', async () => {
    const { verdicts, code } = await examine({ egress: false });
    expect(verdicts).toEqual(['FAIL secrets and hosts']);
    expect(genesys.calls).toEqual([]);
    expect(code).toBe(1);
  });
});
