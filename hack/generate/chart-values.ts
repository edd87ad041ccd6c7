/**
 * The values of the chart as data: their types from `hack/chart/values.schema.yaml`, their meaning and defaults from `values.yaml`.
 * @module
 */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, parse, parseDocument, type YAMLMap } from 'yaml';
import { loadSchema, mapChildren, partOf, type Schema } from '../../src/api/crd.ts';

export interface ValueSchema extends Omit<Schema, 'properties' | 'items' | 'type'> {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly items?: ValueSchema;
  readonly additionalProperties?: boolean | ValueSchema;
  readonly definitions?: Readonly<Record<string, ValueSchema>>;
}

export interface Value {
  /** For example `image.repository`. */
  readonly path: string;
  readonly meaning: string;
  readonly default: unknown;
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** `# -- text` above a key, and the lines that go on with it. */
const meaningOf = (comment: string | null | undefined): string => {
  const lines = (comment ?? '').split('\n').map((line) => line.trim());
  const first = lines.findIndex((line) => line.startsWith('-- '));
  return first < 0 ? '' : [lines[first]?.slice(3), ...lines.slice(first + 1)].join(' ').trim();
};

const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : String(key));

/** The first key of a map has no comment of its own: the parser gives it to the map. */
const commentsOf = (map: YAMLMap, index: number): string | null | undefined => {
  const { key } = map.items[index] ?? {};
  const own = isScalar(key) ? key.commentBefore : undefined;
  return index === 0 ? (own ?? map.commentBefore) : own;
};

const valuesIn = (map: YAMLMap, prefix: string): Value[] =>
  map.items.flatMap(({ key, value }, index) => {
    const path = `${prefix}${keyOf(key)}`;
    const meaning = meaningOf(commentsOf(map, index));
    if (meaning === '' && isMap(value)) return valuesIn(value, `${path}.`);
    return [{ path, meaning, default: value === null ? null : (value as { toJSON(): unknown }).toJSON() }];
  });

/** Every value with a meaning of its own, in the order of `values.yaml`. */
export const readValues = (): readonly Value[] => {
  const { contents, commentBefore } = parseDocument(read('deploy/helm/callscribe/values.yaml'));
  if (!isMap(contents)) throw new Error('values.yaml is not a map');
  contents.commentBefore ??= commentBefore;
  return valuesIn(contents, '');
};

export const readTypes = (): ValueSchema => parse(read('hack/chart/values.schema.yaml')) as ValueSchema;

/** As Helm can check it: CEL rules and formats of Kubernetes are the API server's, and nothing unknown is allowed. */
const strict = (schema: Schema): Schema => {
  const { 'x-kubernetes-validations': _rules, 'x-kubernetes-list-type': _list, format: _format, ...rest } = schema;
  return mapChildren({ ...rest, ...(schema.properties && { additionalProperties: false }) }, strict);
};

const described = (schema: ValueSchema, path: string, meanings: ReadonlyMap<string, string>): ValueSchema => {
  const description = meanings.get(path);
  return {
    ...(description !== undefined && { description }),
    ...schema,
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, child]) => [
          name,
          described(child, path ? `${path}.${name}` : name, meanings),
        ]),
      ),
    }),
  };
};

/** The text of `values.schema.json`. */
export const valuesSchema = (): string => {
  const types = readTypes();
  const meanings = new Map(readValues().map(({ path, meaning }) => [path, meaning]));
  const definitions = { ...types.definitions, transcriptionRunSpec: strict(partOf(loadSchema(), 'spec')) };
  return `${JSON.stringify({ ...described(types, '', meanings), definitions }, null, 2)}\n`;
};
