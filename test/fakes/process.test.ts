import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { given, numberFlag } from './process.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const startProcess = async (path: string, ...flags: readonly string[]) => {
  const child = spawn(process.execPath, [path, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const addresses = JSON.parse(line) as Readonly<Record<string, string>>;
  return {
    addresses,
    stop: async (signal: NodeJS.Signals): Promise<unknown> => {
      const ended = once(child, 'exit');
      child.kill(signal);
      return (await ended)[0];
    },
  };
};

describe('a fake as a process', () => {
  it('Genesys Cloud: one line with its addresses, a world by its flags, and an orderly end', async () => {
    const genesys = await startProcess('test/genesys/main.ts', '--calls', '3', '--variety');
    const { loginURL, controlURL, clientId, clientSecret } = genesys.addresses;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    const login = await fetch(`${loginURL}/oauth/token`, { method: 'POST', headers: { authorization }, body: form });
    expect(login.status).toBe(200);
    const state = await (await fetch(`${controlURL}/state`)).json();
    expect(state).toMatchObject({ logins: 1, violations: [], transcripts: {} });
    expect(await genesys.stop('SIGTERM')).toBe(0);
  });

  it('speech: the same', async () => {
    const speech = await startProcess('test/speech-fake/main.ts', '--api-key', 'k');
    const { url = '', controlURL } = speech.addresses;
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    expect(await (await fetch(`${controlURL}/state`)).json()).toMatchObject({ meter: { billedRequests: 0 } });
    expect(await speech.stop('SIGINT')).toBe(0);
  });
});

describe('flags', () => {
  it('are numbers, or were not given', () => {
    expect([numberFlag('port', '80'), numberFlag('port', undefined)]).toEqual([80, undefined]);
    for (const text of ['many', '-1', 'NaN']) expect(() => numberFlag('port', text)).toThrow('--port must be a number');
  });

  it('that were not given leave no trace in the options', () => {
    expect(Object.keys(given({ port: undefined, host: 'here' }))).toEqual(['host']);
  });
});
