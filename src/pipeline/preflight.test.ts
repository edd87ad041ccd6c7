/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { createEgressPolicy } from './http/egress.ts';
import { preflight, readCredentials, readEndpoint } from './preflight.ts';
import { planOf, SECRETS } from './test-plan.ts';

/** Literal addresses, so that nobody has to resolve them; no connection is made. */
const HOSTS = { genesys: { region: null, apiURL: 'https://8.8.8.8/api/', loginURL: 'https://8.8.4.4//' } };
const secrets = { ...SECRETS, stt: { url: ' https://1.1.1.1/v1?key=hunter2 ', apiKey: '\thunter2\n' } };
const http = { transcripts: { destinations: [{ http: { urlSecretRef: { name: 'archive' } } }] } };

const policy = createEgressPolicy({ allow: [], only: false });

describe('preflight', () => {
  it('gives the hosts without a slash at the end, and the address of the speech service', async () => {
    const facts = await preflight(planOf(HOSTS, secrets), policy);
    expect(facts).toMatchObject({
      hosts: { apiURL: 'https://8.8.8.8/api', loginURL: 'https://8.8.4.4' },
      speechURL: 'https://1.1.1.1/v1?key=hunter2',
    });
    expect(facts.accountKey).not.toContain('hunter2');
  });

  it('tells OAuth clients apart, so that each has its own ceiling', async () => {
    const keyOf = async (clientId: string): Promise<string> => {
      const own = { ...secrets, 'genesys-oauth': { clientId, clientSecret: 's' } };
      return (await preflight(planOf(HOSTS, own), policy)).accountKey;
    };
    expect(await keyOf('a')).toBe(await keyOf('a'));
    expect(await keyOf('a')).not.toBe(await keyOf('b'));
  });

  it.each<[string, Parameters<typeof planOf>, string]>([
    ['no Secret of the OAuth client', [HOSTS, { stt: secrets.stt }], 'CSC_SECRET_NOT_FOUND'],
    ['no client secret', [HOSTS, { ...secrets, 'genesys-oauth': { clientId: 'id' } }], 'CSC_SECRET_INVALID'],
    [
      'an empty client id',
      [HOSTS, { ...secrets, 'genesys-oauth': { clientId: ' ', clientSecret: 'hunter2' } }],
      'CSC_SECRET_INVALID',
    ],
    [
      'no Secret of the speech service',
      [HOSTS, { 'genesys-oauth': SECRETS['genesys-oauth'] ?? {} }],
      'CSC_SECRET_NOT_FOUND',
    ],
    ['no address of the speech service', [HOSTS, { ...secrets, stt: { apiKey: 'hunter2' } }], 'CSC_SECRET_INVALID'],
    ['no Secret of a destination', [{ ...HOSTS, ...http }, secrets], 'CSC_SECRET_NOT_FOUND'],
    [
      'no address of a destination',
      [
        { ...HOSTS, ...http },
        { ...secrets, archive: { apiKey: 'hunter2' } },
      ],
      'CSC_SECRET_INVALID',
    ],
    [
      'a forbidden destination',
      [
        { ...HOSTS, ...http },
        { ...secrets, archive: { url: 'http://169.254.169.254/hunter2?hunter2' } },
      ],
      'CSC_EGRESS_DENIED',
    ],
    [
      'a forbidden speech service',
      [HOSTS, { ...secrets, stt: { url: 'http://127.0.0.1:9900/?hunter2' } }],
      'CSC_EGRESS_DENIED',
    ],
    ['a forbidden API', [{ genesys: { ...HOSTS.genesys, apiURL: 'http://[::1]/' } }, secrets], 'CSC_EGRESS_DENIED'],
    [
      'a forbidden login',
      [{ genesys: { ...HOSTS.genesys, loginURL: 'http://127.0.0.1/' } }, secrets],
      'CSC_EGRESS_DENIED',
    ],
    ['something that is no address', [HOSTS, { ...secrets, stt: { url: 'hunter2' } }], 'CSC_EGRESS_DENIED'],
    ['another protocol', [HOSTS, { ...secrets, stt: { url: 'file:///etc/passwd?hunter2' } }], 'CSC_EGRESS_DENIED'],
  ])('refuses %s, and says nothing secret', async (_, given, code) => {
    const error = await preflight(planOf(...given), policy).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toMatch(/\?.*hunter2|^hunter2/);
  });
});

describe('what a Secret says', () => {
  it('is read afresh each time', async () => {
    let clientSecret = 'old';
    const plan = { ...planOf(), readSecret: async () => ({ clientId: 'id', clientSecret }) };
    await readCredentials(plan);
    clientSecret = 'new';
    expect(await readCredentials(plan)).toEqual({ clientId: 'id', clientSecret: 'new' });
  });

  it.each([
    [
      { url: 'http://a', apiKey: ' key\n' },
      { url: 'http://a', apiKey: 'key' },
    ],
    [{ url: 'http://a' }, { url: 'http://a' }],
    [{ url: 'http://a', apiKey: ' ' }, { url: 'http://a' }],
  ])('of an endpoint: %j', async (data, expected) => {
    expect(await readEndpoint(planOf({}, { x: data }), 'x')).toEqual(expected);
  });
});
