import platformClient from 'purecloud-platform-client-v2';
import { afterEach, describe, expect, it } from 'vitest';
import { outboundCall } from './calls.ts';
import { callerOf, clientWithout, postLogin, send } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator, SimulatorOptions } from './simulator.ts';
import { defaultClient, worldOf } from './world.ts';

let genesys: GenesysSimulator;

const start = async (options: SimulatorOptions = {}): Promise<void> => {
  genesys = await startGenesys({ world: worldOf([outboundCall(1)]), ...options });
};

afterEach(() => genesys.stop());

const CONVERSATION = `/api/v2/conversations/${outboundCall(1).conversationId}`;

describe('POST /oauth/token', () => {
  it('gives a token to a client with the right secret', async () => {
    await start({ tokenLifetimeSeconds: 900 });
    const { status, body } = await postLogin(genesys);
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String) as string, token_type: 'bearer', expires_in: 900 });
    expect(genesys.logins()).toBe(1);
  });

  it.each([
    ['a wrong secret', { ...defaultClient, clientSecret: 'other' }],
    ['an unknown client', { ...defaultClient, clientId: 'nobody' }],
  ])('refuses %s with 400, as Genesys Cloud does, and that is no defect', async (_, client) => {
    await start();
    const { status, body } = await postLogin(genesys, client);
    expect({ status, body }).toMatchObject({ status: 400, body: { error: 'invalid_client' } });
    expect(genesys.violations).toEqual([]);
  });

  it.each([
    ['another grant', { body: 'grant_type=password' }, 'unsupported_grant_type'],
    ['another form', { body: '{}', headers: { 'content-type': 'application/json' } }, 'invalid_request'],
    ['a parameter that does not belong there', { body: 'grant_type=client_credentials&code=1' }, 'invalid_request'],
  ])('refuses %s and notes it', async (_, init, error) => {
    await start();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await postLogin(genesys, defaultClient, { headers, ...init })).toMatchObject({
      status: 400,
      body: { error },
    });
    expect(genesys.violations).toHaveLength(1);
  });
});

describe('a token', () => {
  it('opens the API, and without one there is 401', async () => {
    await start();
    const caller = await callerOf(genesys);
    expect((await caller.get(CONVERSATION)).status).toBe(200);
    expect(await send(genesys.apiURL + CONVERSATION)).toMatchObject({
      status: 401,
      body: { code: 'authentication.required', status: 401 },
    });
    expect(genesys.violations).toHaveLength(1);
  });

  it('is refused when it is too old', async () => {
    await start({ tokenLifetimeSeconds: 0.05 });
    const caller = await callerOf(genesys);
    await new Promise((resolve) => {
      setTimeout(resolve, 80);
    });
    expect(await caller.get(CONVERSATION)).toMatchObject({ status: 401, body: { code: 'bad.credentials' } });
  });

  it('is refused when it was revoked, and a new one is good', async () => {
    await start();
    const caller = await callerOf(genesys);
    genesys.revokeTokens();
    expect((await caller.get(CONVERSATION)).status).toBe(401);
    expect((await (await callerOf(genesys)).get(CONVERSATION)).status).toBe(200);
    expect(genesys.violations).toEqual([]);
  });

  it('keeps what it may do when the client loses a permission, and the next token has lost it', async () => {
    await start();
    const before = await callerOf(genesys);
    const client = clientWithout('conversation:communication:view');
    genesys.world.setClients([client]);
    expect((await before.get(CONVERSATION)).status).toBe(200);
    expect((await (await callerOf(genesys, client)).get(CONVERSATION)).status).toBe(403);
  });
});

it('serves the official SDK, login included', async () => {
  await start();
  const { apiURL, loginURL } = genesys;
  const Client = platformClient.ApiClient.constructor as new () => typeof platformClient.ApiClient;
  const sdk = new Client();
  const { hostname: host, port } = new URL(apiURL);
  expect(loginURL).toBe(apiURL);
  sdk.setGateway({ host, protocol: 'http', port: Number(port), path_params_login: '', path_params_api: '' });
  await sdk.loginClientCredentialsGrant(defaultClient.clientId, defaultClient.clientSecret);
  const recording = new platformClient.RecordingApi(sdk);
  const [first] = await recording.getConversationRecordings(outboundCall(1).conversationId, { formatId: 'WAV' });
  expect(first).toMatchObject({ id: outboundCall(1).recordings[0]?.recordingId, fileState: 'AVAILABLE' });
  expect(genesys.violations).toEqual([]);
});
