/**
 * `callscribe doctor`: tries what a run would need, one thing after the other, before anybody creates it. It spends nothing.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { toCallscribeError } from '../../errors.ts';
import { createFetch } from '../fetch/fetch.ts';
import { dispose } from '../fetch/work-dir.ts';
import { createAccounts } from '../genesys/account.ts';
import { createGenesysClient } from '../genesys/client.ts';
import type { GenesysClient } from '../genesys/client.ts';
import { createMeter } from '../genesys/kinds.ts';
import { createDispatcher } from '../http/dispatcher.ts';
import type { EgressPolicy } from '../http/egress.ts';
import { createLocator } from '../locate/locate.ts';
import type { Plan } from '../plan.ts';
import { type Preflight, preflight, readCredentials, readEndpoint } from '../preflight.ts';
import { acceptsType } from '../transcribe/generic/accepts.ts';
import { checkEndpoint } from './endpoint-checks.ts';
import { failed, pass, warn } from './finding.ts';
import type { Finding } from './finding.ts';
import { checkGenesys } from './genesys-checks.ts';

export interface DoctorOptions {
  readonly plan: Omit<Plan, 'claims'>;
  readonly egress: EgressPolicy;
  readonly workDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const SETTINGS = 'secrets and hosts';
/** A doctor does not wait for what passes by itself. */
const ATTEMPTS = 2;

type Dispatching = ReturnType<typeof createDispatcher>;

const clientOf = ({ plan, clock, random, signal }: DoctorOptions, facts: Preflight, dispatcher: Dispatching) =>
  createGenesysClient({
    ...facts.hosts,
    readCredentials: () => readCredentials(plan),
    dispatcher,
    account: createAccounts(clock, random)(facts.accountKey).join(plan.spec.genesys.requestsPerMinute),
    meter: createMeter(),
    clock,
    random,
    signal,
    attempts: ATTEMPTS,
  });

/** A GET says whether there is anything at the path; what takes a POST only may deny that. */
const checkInteraction = async (client: GenesysClient, path: string, signal: AbortSignal): Promise<Finding> => {
  const check = 'destination genesysInteraction';
  try {
    await client.request('GET', path, undefined, signal);
    return pass(check, `there is something at ${path}`);
  } catch (error) {
    const { status } = toCallscribeError(error);
    if (status === undefined || status >= 500 || status === 401 || status === 403) return failed(check, error);
    if (status !== 404) return pass(check, `there is something at ${path}`);
    return warn(
      check,
      `there is nothing at ${path}, at least not for a GET`,
      'No public endpoint of Genesys Cloud takes a finished transcript: name a gateway, or use the http destination.',
    );
  }
};

const checkDestinations = async (
  { plan, signal }: DoctorOptions,
  client: GenesysClient,
  dispatcher: Dispatching,
): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  for (const { genesysInteraction, http } of plan.spec.transcripts.destinations) {
    if (genesysInteraction) findings.push(await checkInteraction(client, genesysInteraction.path, signal));
    if (!http) continue;
    const endpoint = await readEndpoint(plan, http.urlSecretRef.name);
    findings.push(await checkEndpoint({ check: 'destination http', endpoint, dispatcher, signal }));
  }
  return findings;
};

const examine = async (
  options: DoctorOptions,
  facts: Preflight,
  dispatcher: Dispatching,
): Promise<readonly Finding[]> => {
  const { plan, clock, random, workDir, signal } = options;
  const client = clientOf(options, facts, dispatcher);
  const { selection, stt } = plan.spec;
  const locator = createLocator({ client, clock, random, accepts: acceptsType });
  const { relocate, confirm } = locator;
  const fetch = createFetch({
    dispatcher,
    workDir,
    clock,
    relocate,
    confirm,
    accepts: acceptsType,
    onDetails: () => {},
  });
  const { locate } = locator;
  const genesys = await checkGenesys({ client, window: plan.window, selection, locate, fetch, dispose, signal });
  const endpoint = await readEndpoint(plan, stt.endpointSecretRef.name);
  const speech = await checkEndpoint({ check: 'speech service', endpoint, dispatcher, signal });
  return [...genesys, speech, ...(await checkDestinations(options, client, dispatcher))];
};

/** Everything that was found, in the order in which a run would meet it. Rejects with the reason of the signal only. */
export const doctor = async (options: DoctorOptions): Promise<readonly Finding[]> => {
  const { plan, egress, signal } = options;
  const dispatcher = createDispatcher(egress);
  try {
    const facts = await preflight(plan, egress);
    const settings = pass(SETTINGS, 'every Secret can be read, every host may be called');
    return [settings, ...(await examine(options, facts, dispatcher))];
  } catch (error) {
    signal.throwIfAborted();
    return [failed(SETTINGS, error)];
  } finally {
    await dispatcher.destroy();
  }
};
