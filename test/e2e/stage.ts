/**
 * Where whole-system tests play: a namespace on the real API server, the Genesys simulator and the speech fake, and the operator
 * as a process that watches that namespace alone.
 * @module
 */
import { inject } from 'vitest';
import { stringify } from 'yaml';
import type { TranscriptionRun, TranscriptionRunSpec, TranscriptionRunStatus } from '../../src/api/types.ts';
import { type Access, createNamespace, kubectl, kubectlOK } from '../cluster/kubectl.ts';
import { DAY_START_MS } from '../genesys/calls.ts';
import { type GenesysSimulator, type SimulatorOptions, startGenesys } from '../genesys/simulator.ts';
import { defaultClient, type WorldConversation, worldOf } from '../genesys/world.ts';
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

type Patch<T> = T extends object ? { readonly [K in keyof T]?: Patch<T[K]> } : T;

export interface Stage extends AsyncDisposable {
  readonly access: Access;
  readonly namespace: string;
  readonly genesys: GenesysSimulator;
  readonly speech: SpeechFake;
  /** Those that were started, in order. */
  readonly operators: readonly Operator[];
  /** `workDir` to take over that of an earlier one. */
  startOperator(workDir?: string): Promise<Operator>;
  /** kubectl in the namespace. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  get<T>(kind: string, name: string): Promise<T | undefined>;
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

const secrets = (speechURL: string): string =>
  [
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
    },
    patch,
  ),
});

const FINISHED: ReadonlySet<string | undefined> = new Set(['Succeeded', 'PartiallyFailed', 'Failed', 'Cancelled']);

export const createStage = async (options: StageOptions = {}): Promise<Stage> => {
  const access: Access = { kubeconfig: inject('kubeconfig'), kubectl: inject('kubectl') };
  const namespace = await createNamespace(access, 'e2e');
  const genesys = await startGenesys({ ...options.genesys, world: worldOf(options.conversations ?? []) });
  const speech = await startSpeechFake({ apiKey: 'speech-key', ...options.speech });
  const operators: Operator[] = [];
  const inNamespace = (args: readonly string[], input?: string) =>
    kubectl(access, ['-n', namespace.name, ...args], input);
  const run = async (args: readonly string[], input?: string): Promise<string> =>
    kubectlOK(access, ['-n', namespace.name, ...args], input);
  const get = async <T>(kind: string, name: string): Promise<T | undefined> => {
    const { code, stdout } = await inNamespace(['get', kind, name, '-o', 'json', '--ignore-not-found']);
    return code === 0 && stdout !== '' ? (JSON.parse(stdout) as T) : undefined;
  };
  const getRun = (name: string) => get<TranscriptionRun>('trun', name);

  const stage: Stage = {
    access,
    namespace: namespace.name,
    genesys,
    speech,
    operators,
    startOperator: async (workDir) => {
      const lease = options.leaseInNamespace ? [`--lease-namespace=${namespace.name}`] : [];
      const flags = [...(options.flags ?? []), ...lease];
      const watched = { kubeconfig: access.kubeconfig, namespaces: [namespace.name] };
      const operator = await startOperator({ ...watched, flags, ...(workDir !== undefined && { workDir }) });
      operators.push(operator);
      return operator;
    },
    kubectl: run,
    get,
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
      await namespace.remove();
    },
  };
  await run(['apply', '-f', '-'], secrets(speech.url));
  if (options.startOperator !== false) await stage.startOperator();
  return stage;
};
