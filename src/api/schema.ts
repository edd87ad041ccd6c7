/**
 * Validation without an API server, for `callscribe run`: the CRD's own schema by ajv, which fills in the defaults too, and the
 * few CEL rules that say more than a schema can.
 * @module
 */
import { type ErrorObject, Ajv } from 'ajv';
import formatsPlugin from 'ajv-formats';
import { loadSchema, type Schema } from './crd.ts';
import { API_VERSION, KIND, type TranscriptionRun, type TranscriptionRunSpec } from './types.ts';

export type Validated =
  { readonly ok: true; readonly run: TranscriptionRun } | { readonly ok: false; readonly problems: readonly string[] };

/** The API server drops fields that it does not know; whoever types them by hand wants to hear of it. */
const closed = (schema: Schema): object => ({
  ...schema,
  ...(schema.properties && {
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(schema.properties).map(([name, child]) => [name, closed(child)])),
  }),
  ...(schema.items && { items: closed(schema.items) }),
});

const compile = () => {
  const ajv = new Ajv({ useDefaults: true, allErrors: true, strict: false });
  // The plugin's types describe its CommonJS form; `default` is the function itself.
  formatsPlugin.default(ajv, ['date-time', 'int32', 'int64']);
  const schema = loadSchema();
  return ajv.compile(closed({ ...schema, properties: { ...schema.properties, metadata: { type: 'object' } } }));
};

let compiled: ReturnType<typeof compile> | undefined;

const describe = ({ instancePath, message = 'is not valid', params }: ErrorObject): string => {
  const field = instancePath.slice(1).replaceAll('/', '.');
  const detail = 'allowedValues' in params ? `: ${(params['allowedValues'] as string[]).join(', ')}` : '';
  const extra = 'additionalProperty' in params ? `: ${String(params['additionalProperty'])}` : '';
  return `${field || 'the manifest'} ${message}${detail}${extra}`;
};

type Rule = readonly [holds: (spec: TranscriptionRunSpec) => boolean, message: string];

/** The CEL rules of the CRD that are not about changes, with the same messages. */
const rules: readonly Rule[] = [
  [
    ({ window: { from, to, last } }) => (last !== undefined) !== (from !== undefined || to !== undefined),
    'spec.window needs either from and to, or last',
  ],
  [
    ({ window: { from, to } }) => (from === undefined) === (to === undefined),
    'spec.window.from and spec.window.to need each other',
  ],
  [
    ({ window: { from, to } }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to),
    'spec.window.from must be before spec.window.to',
  ],
  [
    ({ window: { offset, last } }) => offset === undefined || last !== undefined,
    'spec.window.offset needs spec.window.last',
  ],
  [
    ({ genesys: { region, apiURL, loginURL } }) =>
      region !== undefined || (apiURL !== undefined && loginURL !== undefined),
    'spec.genesys.region is required unless apiURL and loginURL are both given',
  ],
  [
    ({ transcripts: { destinations } }) => destinations.every((entry) => Object.keys(entry).length === 1),
    'spec.transcripts.destinations needs exactly one of genesysInteraction and http in each entry',
  ],
];

const problemsOfIdentity = (value: unknown): string[] => {
  const { apiVersion, kind, metadata } = (value ?? {}) as {
    apiVersion?: unknown;
    kind?: unknown;
    metadata?: { name?: unknown };
  };
  return [
    ...(apiVersion === API_VERSION ? [] : [`apiVersion must be ${API_VERSION}`]),
    ...(kind === KIND ? [] : [`kind must be ${KIND}`]),
    ...(typeof metadata?.name === 'string' && metadata.name !== '' ? [] : ['metadata.name is required']),
  ];
};

/** Checks a manifest as the API server would and fills in its defaults. The value itself is left as it is. */
export const validateManifest = (value: unknown): Validated => {
  const copy: unknown = structuredClone(value);
  const identity = problemsOfIdentity(copy);
  compiled ??= compile();
  if (!compiled(copy)) return { ok: false, problems: [...identity, ...(compiled.errors ?? []).map(describe)] };
  const run = copy as TranscriptionRun;
  const broken = rules.filter(([holds]) => !holds(run.spec)).map(([, message]) => message);
  const problems = [...identity, ...broken];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, run };
};
