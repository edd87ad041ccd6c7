/**
 * Validation without an API server, for `callscribe run`: the CRD's own schema by ajv, which fills in the defaults too, and the
 * few CEL rules that say more than a schema can.
 * @module
 */
import { Ajv, type DefinedError } from 'ajv';
import formatsPlugin from 'ajv-formats';
import { loadSchema, mapChildren, partOf, type Schema } from './crd.ts';
import { rules } from './rules.ts';
import { API_VERSION, KIND, type ObjectMeta, type TranscriptionRun } from './types.ts';

export type Validated =
  { readonly ok: true; readonly run: TranscriptionRun } | { readonly ok: false; readonly problems: readonly string[] };

type Manifest = Omit<TranscriptionRun, 'metadata'> & {
  readonly metadata: Pick<ObjectMeta, 'name'> & Partial<ObjectMeta>;
};

/** RFC 1123, as Kubernetes demands it of names; no file name that leads elsewhere is one. */
const NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

const metadata = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: NAME, maxLength: 200 },
    namespace: { type: 'string', pattern: NAME, maxLength: 63 },
  },
} as const;

/**
 * The schema as ajv has to see it: an unknown field is refused, as `kubectl apply` does, and a list that Kubernetes takes for a
 * set has no value twice.
 */
const closed = (schema: Schema): Schema =>
  mapChildren(
    {
      ...schema,
      ...(schema.properties && { additionalProperties: false }),
      ...(schema['x-kubernetes-list-type'] === 'set' && { uniqueItems: true }),
    },
    closed,
  );

const compile = () => {
  const ajv = new Ajv({ useDefaults: true, allErrors: true, strict: false });
  // The plugin's types describe its CommonJS form; `default` is the function itself.
  formatsPlugin.default(ajv, ['date-time', 'int32', 'int64']);
  return ajv.compile<Manifest>({
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: { enum: [API_VERSION] },
      kind: { enum: [KIND] },
      metadata,
      spec: closed(partOf(loadSchema(), 'spec')),
      // Of a manifest, the API server ignores it.
      status: {},
    },
  });
};

let compiled: ReturnType<typeof compile> | undefined;

/** `/spec/transcripts/destinations/0` as the API server writes it: `spec.transcripts.destinations[0]`. */
const pathOf = (pointer: string): string =>
  pointer
    .slice(1)
    .replaceAll(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.');

const describe = (error: DefinedError): string => {
  const path = pathOf(error.instancePath);
  const below = (name: string): string => (path ? `${path}.${name}` : name);
  switch (error.keyword) {
    case 'required':
      return `${below(error.params.missingProperty)} is required`;
    case 'additionalProperties':
      return `${below(error.params.additionalProperty)} is not a known field`;
    case 'enum':
      return `${path} must be one of ${error.params.allowedValues.join(', ')}`;
    default:
      return `${path || 'the manifest'} ${error.message ?? 'is not valid'}`;
  }
};

/**
 * A copy without the nulls that the API server drops before it fills in defaults: those of all fields of the schema, since none
 * of them is `nullable`. A null in a list, or in a field that nobody knows, stays and is refused.
 */
const withoutNulls = (schema: Schema, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(schema.items ?? {}, item));
  if (typeof value !== 'object' || value === null) return value;
  const properties = schema.properties ?? {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, child]) => child !== null || properties[name] === undefined)
      .map(([name, child]) => [name, withoutNulls(properties[name] ?? {}, child)]),
  );
};

/** What the API server would have set; there is none, so nothing has a version or an identity. */
const asStored = (manifest: Manifest): TranscriptionRun => ({
  ...manifest,
  metadata: {
    namespace: 'default',
    uid: '',
    resourceVersion: '',
    generation: 1,
    creationTimestamp: '',
    ...manifest.metadata,
  },
});

/**
 * Checks a manifest as the API server would and fills in its defaults. The value itself is left as it is.
 *
 * @returns the run, or every problem that was found, each beginning with the field that it is about
 */
export const validateManifest = (value: unknown): Validated => {
  const copy = withoutNulls(loadSchema(), value);
  compiled ??= compile();
  // DefinedError: only keywords of ajv's own are in the schema.
  if (!compiled(copy)) return { ok: false, problems: ((compiled.errors ?? []) as DefinedError[]).map(describe) };
  const problems = rules.filter(({ holds }) => !holds(copy.spec)).map(({ message }) => message);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, run: asStored(copy) };
};
