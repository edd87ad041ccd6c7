/**
 * The types of spec and status, from the schema.
 * @module
 */
import { compile } from 'json-schema-to-typescript';
import { format } from 'prettier';
import { mapChildren, partOf, type Schema } from '../../src/api/crd.ts';

/**
 * The schema as the API server hands objects out: what has a default is there. Bounds and the formats of Kubernetes mean
 * nothing to a type.
 */
const asRead = (schema: Schema): Schema => {
  const { format: _format, minItems: _min, maxItems: _max, ...rest } = schema;
  const defaulted = Object.entries(schema.properties ?? {})
    .filter(([, child]) => child.default !== undefined)
    .map(([name]) => name);
  const required = [...new Set([...(schema.required ?? []), ...defaulted])];
  return mapChildren({ ...rest, ...(required.length > 0 && { required }) }, asRead);
};

const options = { additionalProperties: false, bannerComment: '', format: false } as const;

const interfaceOf = (schema: Schema, name: string): Promise<string> => compile(asRead(schema) as object, name, options);

/** The compiler knows no `readonly`; its unformatted source has one property, comment or brace in a line. */
const readonlyProperties = (source: string): string => source.replaceAll(/^(\w+\??: )/gm, 'readonly $1');

/** In formatted source: lists of words, and lists of objects, which end on the indent on which they begin. */
const readonlyLists = (source: string): string =>
  source
    .replaceAll(/: (string|\([^()]*\))\[\];/g, ': readonly $1[];')
    .replaceAll(/^( *)(readonly \w+\??: )(\{\n(?:\1 .*\n)*\1\}\[\];)/gm, '$1$2readonly $3');

/** The source of `src/api/generated/transcriptionrun.ts`. */
export const typesOf = async (schema: Schema, command: string): Promise<string> => {
  const [spec, status] = await Promise.all([
    interfaceOf(partOf(schema, 'spec'), 'TranscriptionRunSpec'),
    interfaceOf(partOf(schema, 'status'), 'TranscriptionRunStatus'),
  ]);
  const source = readonlyProperties(`${spec}\n${status}`);
  const formatted = await format(source, { parser: 'typescript', printWidth: 120, singleQuote: true });
  return `// Generated from deploy/crds/ by \`${command}\`. Do not edit.\n\n${readonlyLists(formatted)}`;
};
