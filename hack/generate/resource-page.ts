/**
 * The reference page of the resource, from the schema: a section for each part of spec and status.
 * @module
 */
import { partOf, type Schema } from '../../src/api/crd.ts';
import { code, page, plain, table } from './markdown.ts';

type Field = readonly [path: string, schema: Schema, required: boolean];

const isObject = (schema: Schema): boolean => (schema.items ?? schema).properties !== undefined;

const fieldsOf = (schema: Schema, path: string): Field[] => {
  const { properties = {}, required = [] } = schema.items ?? schema;
  const prefix = schema.items ? `${path}[]` : path;
  return Object.entries(properties).map(([name, child]) => [`${prefix}.${name}`, child, required.includes(name)]);
};

/** A field and everything below it. */
const flatten = (field: Field): Field[] => {
  const [path, schema] = field;
  return [field, ...fieldsOf(schema, path).flatMap(flatten)];
};

/** More values than these go below the table. */
const SHORT_ENUM = 8;

const boundsOf = ({ minimum, maximum }: Schema): string => {
  if (minimum !== undefined && maximum !== undefined) return `, ${minimum} to ${maximum}`;
  return minimum === undefined ? '' : `, from ${minimum}`;
};

const typeOf = (schema: Schema): string => {
  const { type = '', items, enum: values, format, maxItems } = schema;
  if (items)
    return `list of ${items.enum ? typeOf(items) : `${items.type ?? ''}s`}${maxItems === undefined ? '' : `, at most ${maxItems}`}`;
  if (values)
    return values.length > SHORT_ENUM
      ? 'one of the values below'
      : values.map((value) => code(String(value))).join(', ');
  return format === 'date-time' ? 'date-time' : `${type}${boundsOf(schema)}`;
};

const defaultOf = ({ default: value, properties }: Schema, required: boolean): string => {
  if (required) return 'required';
  // An empty object stands for the defaults of its fields, which have rows of their own.
  return value === undefined || properties ? '' : code(JSON.stringify(value));
};

const row = ([path, schema, required]: Field): string[] => [
  code(path),
  typeOf(schema),
  defaultOf(schema, required),
  plain(schema.description ?? ''),
];

const tableOf = (fields: readonly Field[]): string =>
  fields.length === 0 ? '' : table(['field', 'type', 'default', 'meaning'], fields.map(row));

const longEnumsOf = (fields: readonly Field[]): string[] =>
  fields.flatMap(([path, { enum: values = [] }]) =>
    values.length > SHORT_ENUM
      ? [`${code(path)} is one of ${values.map((value) => code(String(value))).join(', ')}.`]
      : [],
  );

/** Rules about a change are told once, at the top. */
const rulesOf = (schema: Schema): string[] => [
  ...(schema['x-kubernetes-validations'] ?? [])
    .filter(({ rule }) => !rule.includes('oldSelf'))
    .map(({ message, rule }) => `- ${message ?? rule}`),
  ...Object.values(schema.properties ?? {}).flatMap(rulesOf),
  ...(schema.items ? rulesOf(schema.items) : []),
];

const sectionOf = ([path, schema, required]: Field): string[] => {
  const fields = fieldsOf(schema, path).flatMap(flatten);
  const rules = rulesOf(schema);
  return [
    `### ${path}`,
    `${plain(schema.description ?? '')}${required ? ' Required.' : ''}`,
    tableOf(fields),
    ...longEnumsOf(fields),
    ...(rules.length > 0 ? ['The API server refuses what breaks one of these:', rules.join('\n')] : []),
  ];
};

const chapterOf = (schema: Schema, name: 'spec' | 'status'): string[] => {
  const part = partOf(schema, name);
  const fields = fieldsOf(part, name);
  return [
    plain(part.description ?? ''),
    tableOf(fields.filter(([, child]) => !isObject(child))),
    ...fields.filter(([, child]) => isObject(child)).flatMap(sectionOf),
  ];
};

/** The text of `docs/reference/transcriptionrun.md`. */
export const resourcePage = (schema: Schema, command: string, sample: string): Promise<string> =>
  page([
    '# TranscriptionRun',
    `Generated from \`deploy/crds/\` by \`${command}\`. \`kubectl explain trun.spec\` says the same.`,
    plain(schema.description ?? ''),
    'The smallest one, with its Secrets:',
    `\`\`\`yaml\n${sample.trimEnd()}\n\`\`\``,
    '## Spec',
    ...chapterOf(schema, 'spec'),
    '## Status',
    ...chapterOf(schema, 'status'),
  ]);
