/**
 * The CRD itself, read from `deploy/crds/`: the one contract that types, validation and documentation follow.
 * @module
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The part of an OpenAPI v3 schema that the CRD uses. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message?: string }[];
}

interface CustomResourceDefinition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}

/** Where the CRD is, in a checkout and in the image. */
export const CRD = new URL('../../deploy/crds/callscribe.dev_transcriptionruns.yaml', import.meta.url);

/** The schema of `TranscriptionRun`. */
export const loadSchema = (): Schema => {
  const [version] = (parse(readFileSync(CRD, 'utf8')) as CustomResourceDefinition).spec.versions;
  if (!version) throw new Error('the CRD has no version');
  return version.schema.openAPIV3Schema;
};

/** The schema of `spec` or `status`. */
export const partOf = (schema: Schema, name: 'spec' | 'status'): Schema => {
  const part = schema.properties?.[name];
  if (!part) throw new Error(`the CRD has no ${name}`);
  return part;
};

/** The same schema with each property and the items changed. */
export const mapChildren = (schema: Schema, change: (child: Schema) => Schema): Schema => ({
  ...schema,
  ...(schema.properties && {
    properties: Object.fromEntries(Object.entries(schema.properties).map(([name, child]) => [name, change(child)])),
  }),
  ...(schema.items && { items: change(schema.items) }),
});
