/**
 * Writes what follows from the CRD and the error catalogue: TypeScript types, the chart's copy of the CRD and the reference pages. With `--check` it only
 * compares, and fails where a file is not what it would write.
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { format } from 'prettier';
import { loadSchema, type Schema } from '../src/api/crd.ts';
import { catalogue, type CatalogueEntry } from '../src/errors.ts';

const COMMAND = 'make generate';

const mapProperties = (schema: Schema, change: (child: Schema) => Schema): Schema => ({
  ...schema,
  ...(schema.properties && {
    properties: Object.fromEntries(Object.entries(schema.properties).map(([name, child]) => [name, change(child)])),
  }),
  ...(schema.items && { items: change(schema.items) }),
});

/** The schema as the API server hands objects out: what has a default is there. Formats of Kubernetes mean nothing to the compiler. */
const asRead = (schema: Schema): Schema => {
  const { format: _format, 'x-kubernetes-validations': _rules, ...rest } = schema;
  const defaulted = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    child.default === undefined ? [] : [name],
  );
  const required = [...new Set([...(schema.required ?? []), ...defaulted])];
  return mapProperties({ ...rest, ...(required.length > 0 && { required }) }, asRead);
};

const part = (name: 'spec' | 'status'): Schema => {
  const schema = loadSchema().properties?.[name];
  if (!schema) throw new Error(`the CRD has no ${name}`);
  return schema;
};

const types = async (): Promise<string> => {
  const options = {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    readonlyKeyword: true,
    format: false,
  };
  const compiled = await Promise.all([
    compile(asRead(part('spec')) as object, 'TranscriptionRunSpec', options),
    compile(asRead(part('status')) as object, 'TranscriptionRunStatus', options),
  ]);
  const source = compiled
    .join('\n')
    .replaceAll(/^(\s+)([a-zA-Z]+\??:)/gm, '$1readonly $2')
    .replaceAll(/: (\{[^{}]*\}|\([^()]*\)|string|"[^\n]*")\[\]/g, ': readonly $1[]');
  return format(`// Generated from deploy/crds/ by \`${COMMAND}\`. Do not edit.\n\n${source}`, {
    parser: 'typescript',
    printWidth: 120,
    singleQuote: true,
  });
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const boundsOf = ({ enum: values, minimum, maximum, pattern, default: byDefault }: Schema): string => {
  const parts = [
    ...(byDefault === undefined ? [] : [`default \`${JSON.stringify(byDefault)}\``]),
    ...(values ? [values.map((value) => `\`${String(value)}\``).join(' ')] : []),
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined ? [] : [`to ${maximum}`]),
    ...(pattern === undefined ? [] : [`\`${pattern}\``]),
  ];
  return parts.join('; ');
};

const typeOf = ({ type = '', items }: Schema): string => (items ? `list of ${items.type ?? ''}s` : type);

const rowsOf = (schema: Schema, path: string, required: boolean): string[] => {
  const type = typeOf(schema);
  const row = `| \`${path}\` | ${type}${required ? ', required' : ''} | ${cell(schema.description ?? '')} | ${cell(boundsOf(schema))} |`;
  const inner = schema.items ?? schema;
  const suffix = schema.items ? '[]' : '';
  const children = Object.entries(inner.properties ?? {}).flatMap(([name, child]) =>
    rowsOf(child, `${path}${suffix}.${name}`, inner.required?.includes(name) ?? false),
  );
  return [row, ...children];
};

const rulesOf = (schema: Schema): string[] => [
  ...(schema['x-kubernetes-validations'] ?? []).map(({ message, rule }) => `- ${message ?? rule}`),
  ...Object.values(schema.properties ?? {}).flatMap(rulesOf),
  ...(schema.items ? rulesOf(schema.items) : []),
];

const HEAD = '| field | type | meaning | values |\n|---|---|---|---|';

const resourcePage = (): string =>
  [
    '# TranscriptionRun',
    `Generated from \`deploy/crds/\` by \`${COMMAND}\`. \`kubectl explain trun.spec\` says the same.`,
    '## Spec',
    `${HEAD}\n${rowsOf(part('spec'), 'spec', true).join('\n')}`,
    '### Rules',
    'The API server refuses a manifest that breaks one of these:',
    rulesOf(loadSchema()).join('\n'),
    '## Status',
    `${HEAD}\n${rowsOf(part('status'), 'status', false).join('\n')}`,
  ].join('\n\n');

const CHARGES = { none: 'free', full: 'paid', unknown: 'unknown' } as const;

const errorRow = ([code, { meaning, retried, charge, remedy }]: readonly [string, CatalogueEntry]): string =>
  `| \`${code}\` | ${cell(meaning)} | ${retried ? 'yes' : 'no'} | ${CHARGES[charge]} | ${cell(remedy)} |`;

const errorsPage = (): string =>
  [
    '# Error codes',
    `Generated from \`src/errors.ts\` by \`${COMMAND}\`. The same codes are in logs, Events, conditions and the report, and they do not change.`,
    'An attempt that ended with the error cost nothing (*free*), its price (*paid*), or one cannot know (*unknown*: the row has it in `costUnknown`).',
    `| code | meaning | tried again | cost | what you do |\n|---|---|---|---|---|\n${Object.entries<CatalogueEntry>(catalogue).map(errorRow).join('\n')}`,
  ].join('\n\n');

const markdown = (text: string): Promise<string> => format(text, { parser: 'markdown', printWidth: 120 });

const outputs: Readonly<Record<string, () => Promise<string>>> = {
  '../src/api/generated/transcriptionrun.ts': types,
  // Helm takes no files from outside of the chart.
  '../deploy/helm/callscribe/crds/callscribe.dev_transcriptionruns.yaml': () =>
    readFile(new URL('../deploy/crds/callscribe.dev_transcriptionruns.yaml', import.meta.url), 'utf8'),
  '../docs/reference/transcriptionrun.md': () => markdown(resourcePage()),
  '../docs/reference/errors.md': () => markdown(errorsPage()),
};

const check = process.argv.includes('--check');
for (const [relative, render] of Object.entries(outputs)) {
  const path = fileURLToPath(new URL(relative, import.meta.url));
  const wanted = await render();
  const found = await readFile(path, 'utf8').catch(() => '');
  if (found === wanted) continue;
  if (check) {
    process.stderr.write(`${path} is out of date: run \`${COMMAND}\`\n`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, wanted);
  }
}
