/**
 * The schemas of a version of Kubernetes, from the OpenAPI document in its Go module: strict, so that a misspelt field is found.
 * @module
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import type { KubernetesObject } from './helm.ts';

interface Definition {
  readonly type?: string | readonly string[];
  readonly properties?: object;
  readonly additionalProperties?: unknown;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

type Definitions = Readonly<Record<string, Definition>>;

/** What the document calls text though the API server takes more. */
const LOOSER: Readonly<Record<string, Definition>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: ['string', 'integer'] },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: ['string', 'number'] },
};

const strict = (name: string, definition: Definition): Definition =>
  LOOSER[name] ?? {
    ...definition,
    ...(definition.properties && definition.additionalProperties === undefined && { additionalProperties: false }),
  };

const download = async (version: string): Promise<string> => {
  const args = ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`];
  const { stdout } = await promisify(execFile)('go', args, { cwd: '/' });
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
};

export interface Schemas {
  /** What is wrong with an object; undefined for a kind that Kubernetes does not have. */
  problemsOf(object: KubernetesObject): readonly string[] | undefined;
}

const ROOT = 'kubernetes';

/** @param version for example `v1.31.14` */
export const openSchemas = async (version: string): Promise<Schemas> => {
  const path = join(await download(version), 'api', 'openapi-spec', 'swagger.json');
  const { definitions } = JSON.parse(await readFile(path, 'utf8')) as { readonly definitions: Definitions };
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const named = Object.entries(definitions).map(([name, definition]) => [name, strict(name, definition)]);
  ajv.addSchema({ $id: ROOT, definitions: Object.fromEntries(named) as Definitions });
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions))
    for (const { group, version: of, kind } of definition['x-kubernetes-group-version-kind'] ?? [])
      names.set(`${group ? `${group}/` : ''}${of} ${kind}`, name);
  const validatorOf = (object: KubernetesObject): ValidateFunction | undefined => {
    const name = names.get(`${object.apiVersion} ${object.kind}`);
    return name === undefined ? undefined : ajv.getSchema(`${ROOT}#/definitions/${name}`);
  };
  return {
    problemsOf: (object) => {
      const validate = validatorOf(object);
      if (!validate) return undefined;
      const isValid: boolean = validate(object);
      if (isValid) return [];
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${object.kind} ${object.metadata.name} ${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
      );
    },
  };
};
