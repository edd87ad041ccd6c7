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
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message?: string }[];
}

interface CustomResourceDefinition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}

const CRD = new URL('../../deploy/crds/callscribe.dev_transcriptionruns.yaml', import.meta.url);

/** The schema of `TranscriptionRun`. */
export const loadSchema = (): Schema => {
  const [version] = (parse(readFileSync(CRD, 'utf8')) as CustomResourceDefinition).spec.versions;
  if (!version) throw new Error('the CRD has no version');
  return version.schema.openAPIV3Schema;
};
