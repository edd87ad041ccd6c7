/**
 * Helm for tests: what a user types, and what comes back.
 * @module
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);

export const CHART = fileURLToPath(new URL('../../deploy/helm/callscribe', import.meta.url));

export type Values = Readonly<Record<string, unknown>>;

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

export interface HelmAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm; a failure is an answer, too. */
export const helm = async (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<HelmAnswer> => {
  try {
    const { stdout, stderr } = await run(program, args, {
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    };
    return { code, stdout, stderr };
  }
};

/** As flags; nothing has to be written to a file. */
export const valueFlags = (values: Values): string[] =>
  Object.entries(values).map(([name, value]) => `--set-json=${name}=${JSON.stringify(value)}`);

export const parseObjects = (text: string): readonly KubernetesObject[] =>
  parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw error;
    const value = document.toJS() as KubernetesObject | null;
    return value ? [value] : [];
  });

export const RELEASE = { name: 'callscribe', namespace: 'callscribe' };

/** Renders the chart. `values` are top-level keys, merged over the defaults as Helm does it. */
export const template = (program: string, values: Values = {}, more: readonly string[] = []): Promise<HelmAnswer> =>
  helm(program, ['template', RELEASE.name, CHART, `--namespace=${RELEASE.namespace}`, ...valueFlags(values), ...more]);

export class Rendered {
  readonly objects: readonly KubernetesObject[];

  constructor(objects: readonly KubernetesObject[]) {
    this.objects = objects;
  }

  all<T = KubernetesObject>(kind: string): readonly (T & KubernetesObject)[] {
    return this.objects.filter((object) => object.kind === kind) as unknown as readonly (T & KubernetesObject)[];
  }

  /** The only object of a kind, or the one of that name. */
  one<T = KubernetesObject>(kind: string, name?: string): T & KubernetesObject {
    const found = this.all<T>(kind).filter((object) => name === undefined || object.metadata.name === name);
    const [first] = found;
    if (!first || found.length > 1) throw new Error(`${found.length} objects ${kind} ${name ?? ''}`);
    return first;
  }
}

/** Without the hooks of `helm test`, unless they are asked for. */
export const render = async (program: string, values: Values = {}, hooks = false): Promise<Rendered> => {
  const { code, stdout, stderr } = await template(program, values);
  if (code !== 0) throw new Error(stderr);
  return new Rendered(
    parseObjects(stdout).filter(({ metadata }) => hooks || metadata.annotations?.['helm.sh/hook'] === undefined),
  );
};
