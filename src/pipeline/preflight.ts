/**
 * Reads what a run names (hosts, Secrets) and looks at it before anything is done, so that a mistake shows at once and costs nothing.
 * @module
 */
import type { TranscriptionRunSpec } from '../api/types.ts';
import { CallscribeError } from '../errors.ts';
import { isTimeZone } from '../report/days.ts';
import { accountKey } from './genesys/account.ts';
import type { Credentials } from './genesys/login.ts';
import { type GenesysHosts, regionHosts } from './genesys/regions.ts';
import { assertAllowed } from './http/dispatcher.ts';
import type { EgressPolicy } from './http/egress.ts';
import type { Plan } from './plan.ts';
import type { Endpoint } from './transcribe/provider.ts';

const valueOf = (secret: Readonly<Record<string, string>>, name: string, key: string): string => {
  const value = secret[key]?.trim();
  if (value) return value;
  throw new CallscribeError('CSC_SECRET_INVALID', `Secret ${name} has no key ${key}`);
};

/** @throws CallscribeError `CSC_SECRET_NOT_FOUND`, `CSC_SECRET_INVALID` */
export const readCredentials = async ({ spec, readSecret }: Pick<Plan, 'spec' | 'readSecret'>): Promise<Credentials> => {
  const { name } = spec.genesys.credentialsSecretRef;
  const secret = await readSecret(name);
  return { clientId: valueOf(secret, name, 'clientId'), clientSecret: valueOf(secret, name, 'clientSecret') };
};

/**
 * An endpoint that a Secret names: its `url`, and its `apiKey` where it has one.
 * @throws CallscribeError `CSC_SECRET_NOT_FOUND`, `CSC_SECRET_INVALID`
 */
export const readEndpoint = async ({ readSecret }: Pick<Plan, 'readSecret'>, name: string): Promise<Endpoint> => {
  const secret = await readSecret(name);
  const apiKey = secret['apiKey']?.trim();
  return { url: valueOf(secret, name, 'url'), ...(apiKey && { apiKey }) };
};

const genesysHosts = ({ genesys: { region, apiURL, loginURL } }: TranscriptionRunSpec): GenesysHosts => {
  const hosts = region === undefined ? undefined : regionHosts(region);
  const trimmed = (url: string | undefined): string | undefined => url?.replace(/\/+$/, '');
  return { apiURL: trimmed(apiURL) ?? hosts?.apiURL ?? '', loginURL: trimmed(loginURL) ?? hosts?.loginURL ?? '' };
};

export interface Preflight {
  readonly hosts: GenesysHosts;
  /** Names the OAuth client, so that runs which share it share its ceiling. Made from the secret, too, but does not tell it. */
  readonly accountKey: string;
  readonly speechURL: string;
}

/** @throws CallscribeError `CSC_SPEC_INVALID`, `CSC_SECRET_NOT_FOUND`, `CSC_SECRET_INVALID`, `CSC_EGRESS_DENIED` */
export const preflight = async (plan: Pick<Plan, 'spec' | 'readSecret'>, egress: EgressPolicy): Promise<Preflight> => {
  const { stt, transcripts, report } = plan.spec;
  if (!isTimeZone(report.timeZone)) {
    throw new CallscribeError('CSC_SPEC_INVALID', `spec.report.timeZone is no time zone: ${report.timeZone}`);
  }
  const hosts = genesysHosts(plan.spec);
  const key = accountKey(hosts, await readCredentials(plan));
  const speech = await readEndpoint(plan, stt.endpointSecretRef.name);
  const httpSecrets = transcripts.destinations.flatMap(({ http }) => (http ? [http.urlSecretRef.name] : []));
  const destinations = await Promise.all(httpSecrets.map((name) => readEndpoint(plan, name)));
  const urls = [hosts.apiURL, hosts.loginURL, speech.url, ...destinations.map(({ url }) => url)];
  await Promise.all(urls.map((url) => assertAllowed(url, egress)));
  return { hosts, accountKey: key, speechURL: speech.url };
};
