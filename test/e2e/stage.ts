/**
 * Where whole-system tests play: a namespace on the real API server, the Genesys simulator and the speech fake, and the operator
 * as a process that watches that namespace alone.
 * @module
 */
import { KubeConfig } from '@kubernetes/client-node';
import { inject } from 'vitest';
import { stringify } from 'yaml';
import {
  API_GROUP,
  PLURAL,
  type TranscriptionRun,
  type TranscriptionRunSpec,
  type TranscriptionRunStatus,
  VERSION,
} from '../../src/api/types.ts';
import { RUN_LABEL } from '../../src/controller/ledger/store.ts';
import { createKubeClient } from '../../src/controller/runtime/kube-client.ts';
import { KubeError } from '../../src/controller/runtime/kube-error.ts';
import { resourcePath } from '../../src/controller/runtime/resource-path.ts';
import { type Access, createNamespace, kubectlOK } from '../cluster/kubectl.ts';
import { type DestinationFake, startDestination } from '../fakes/destination.ts';
import { DAY_START_MS } from '../genesys/calls.ts';
import { type GenesysSimulator, type SimulatorOptions, startGenesys } from '../genesys/simulator.ts';
import { defaultClient, type WorldConversation, worldOf } from '../genesys/world.ts';
import { ACCOUNT } from '../rbac/operator-account.ts';
import { type Operator, startOperator } from '../operator/operator.ts';
import { type SpeechFake, type SpeechOptions, startSpeechFake } from '../speech-fake/speech-fake.ts';
import { waitUntil } from './wait.ts';

export interface StageOptions {
  readonly conversations?: readonly WorldConversation[];
  readonly genesys?: Omit<SimulatorOptions, 'world'>;
  readonly speech?: SpeechOptions;
  readonly flags?: readonly string[];
  /** True where the Lease of `--leader-elect` is to be in the namespace of the stage. */
  readonly leaseInNamespace?: boolean;
  /** False where the test starts the operator itself. */
  readonly startOperator?: boolean;
}

export interface StartOptions {
  /** That of an earlier one, to take it over. */
  readonly workDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another way to the API server than that of the test. */
  readonly kubeconfig?: string;
}

const KINDS = {
  cm: { group: '', version: 'v1', plural: 'configmaps' },
  secret: { group: '', version: 'v1', plural: 'secrets' },
  lease: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' },
  trun: { group: API_GROUP, version: VERSION, plural: PLURAL },
} as const;

type Kind = keyof typeof KINDS;

type Patch<T> = T extends object ? { readonly [K in keyof T]?: Patch<T[K]> } : T;

export interface Stage extends AsyncDisposable {
  readonly access: Access;
  readonly namespace: string;
  readonly genesys: GenesysSimulator;
  readonly speech: SpeechFake;
  /** An HTTP destination; its address is in the Secret `destination`. */
  readonly destination: DestinationFake;
  /** Those that were started, in order. */
  readonly operators: readonly Operator[];
  startOperator(options?: StartOptions): Promise<Operator>;
  /** kubectl in the namespace. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** For what is looked at again and again: a kubectl is a process each time. */
  get<T>(kind: Kind, name: string): Promise<T | undefined>;
  /** Those that belong to a run. */
  listOf<T>(kind: Kind, run: string): Promise<readonly T[]>;
  /** Applies a run over the window of the simulated day; `patch` changes its spec. */
  apply(name: string, patch?: Patch<TranscriptionRunSpec>): Promise<void>;
  run(name: string): Promise<TranscriptionRun | undefined>;
  /** Waits until the status of a run is as wanted, and gives it. */
  until(
    name: string,
    wanted: (status: TranscriptionRunStatus) => boolean,
    timeoutMs?: number,
  ): Promise<TranscriptionRun>;
  untilFinished(name: string, timeoutMs?: number): Promise<TranscriptionRun>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

const iso = (ms: number): string => new Date(ms).toISOString();

/** The window in which the calls of `test/genesys/calls.ts` start. */
export const WINDOW = { from: iso(DAY_START_MS), to: iso(DAY_START_MS + DAY_MS) };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const merged = (base: unknown, patch: unknown): unknown =>
  isObject(base) && isObject(patch)
    ? Object.fromEntries(
        Object.keys({ ...base, ...patch }).map((key) => [
          key,
          key in patch ? merged(base[key], patch[key]) : base[key],
        ]),
      )
    : patch;

const secrets = (speechURL: string, destinationURL: string): string =>
  [
    { name: 'destination', stringData: { url: destinationURL } },
    {
      name: 'genesys-oauth',
      stringData: { clientId: defaultClient.clientId, clientSecret: defaultClient.clientSecret },
    },
    { name: 'stt', stringData: { url: speechURL, apiKey: 'speech-key' } },
  ]
    .map(({ name, stringData }) => stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData }))
    .join('---\n');

/** The run that `Stage.apply` applies. */
export const manifestOf = (
  name: string,
  { apiURL, loginURL }: Pick<GenesysSimulator, 'apiURL' | 'loginURL'>,
  patch: Patch<TranscriptionRunSpec> = {},
): object => ({
  apiVersion: 'callscribe.dev/v1alpha1',
  kind: 'TranscriptionRun',
  metadata: { name },
  spec: merged(
    {
      window: WINDOW,
      genesys: { apiURL, loginURL, credentialsSecretRef: { name: 'genesys-oauth' }, requestsPerMinute: 3000 },
      stt: { endpointSecretRef: { name: 'stt' } },
      cost: { ratePerMinute: '0.004' },
      // The tests of one file have runs over the same calls, which are none of each other's business.
      onAlreadyTranscribed: 'Redo',
    },
    patch,
  ),
});

const FINISHED: ReadonlySet<string | undefined> = new Set(['Succeeded', 'PartiallyFailed', 'Failed', 'Cancelled']);

/** An installation has its Lease in its own namespace, and a role for it there. */
const allowLeases = async (run: (args: readonly string[]) => Promise<string>): Promise<void> => {
  await run(['create', 'role', 'leases', '--verb=get,create,update', '--resource=leases.coordination.k8s.io']);
  await run([
    'create',
    'rolebinding',
    'leases',
    '--role=leases',
    `--serviceaccount=${ACCOUNT.namespace}:${ACCOUNT.name}`,
  ]);
};

export const createStage = async (options: StageOptions = {}): Promise<Stage> => {
  const access: Access = { kubeconfig: inject('kubeconfig'), kubectl: inject('kubectl') };
  const namespace = await createNamespace(access, 'e2e');
  const genesys = await startGenesys({ ...options.genesys, world: worldOf(options.conversations ?? []) });
  const speech = await startSpeechFake({ apiKey: 'speech-key', ...options.speech });
  const destination = await startDestination();
  const operators: Operator[] = [];
  const config = new KubeConfig();
  config.loadFromFile(access.kubeconfig);
  const kube = createKubeClient(config);
  const run = async (args: readonly string[], input?: string): Promise<string> =>
    kubectlOK(access, ['-n', namespace.name, ...args], input);
  const pathOf = (kind: Kind, name?: string): string =>
    resourcePath({ ...KINDS[kind], namespace: namespace.name, ...(name !== undefined && { name }) });
  const get = <T>(kind: Kind, name: string): Promise<T | undefined> =>
    kube.get<T>(pathOf(kind, name)).catch((error: unknown) => {
      // The API server may be away, too.
      if (!(error instanceof KubeError)) throw error;
      return undefined;
    });
  const getRun = (name: string) => get<TranscriptionRun>('trun', name);

  const stage: Stage = {
    access,
    namespace: namespace.name,
    genesys,
    speech,
    destination,
    operators,
    startOperator: async (more) => {
      const lease = options.leaseInNamespace ? [`--lease-namespace=${namespace.name}`] : [];
      const flags = [...(options.flags ?? []), ...lease];
      const watched = { kubeconfig: inject('operatorKubeconfig'), namespaces: [namespace.name] };
      const operator = await startOperator({ ...watched, flags, ...more });
      operators.push(operator);
      return operator;
    },
    kubectl: run,
    get,
    listOf: async <T>(kind: Kind, name: string) =>
      (await kube.list<T>(pathOf(kind), { labelSelector: `${RUN_LABEL}=${name}` })).items,
    run: getRun,
    apply: async (name, patch) => {
      await run(['apply', '-f', '-'], stringify(manifestOf(name, genesys, patch)));
    },
    until: async (name, wanted, timeoutMs = 60_000) => {
      let seen: TranscriptionRun | undefined;
      const isThere = async (): Promise<TranscriptionRun | undefined> => {
        seen = await getRun(name);
        return seen && wanted(seen.status ?? {}) ? seen : undefined;
      };
      return waitUntil(isThere, timeoutMs, () => `run ${name}: ${JSON.stringify(seen?.status)}`);
    },
    untilFinished: (name, timeoutMs) => stage.until(name, ({ phase }) => FINISHED.has(phase), timeoutMs),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(operators.map((operator) => operator.stop()));
      await genesys.stop();
      await speech.stop();
      await destination.stop();
      await namespace.remove();
      await kube.close();
    },
  };
  await run(['apply', '-f', '-'], secrets(speech.url, destination.url));
  if (options.leaseInNamespace) await allowLeases(run);
  if (options.startOperator !== false) await stage.startOperator();
  return stage;
};
