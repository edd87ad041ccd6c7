/**
 * Reads what `callscribe run` is given: the manifest that `kubectl apply` takes, with its Secrets in the same file or in
 * another one. Pure but for the files.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { parseAllDocuments, YAMLError } from 'yaml';
import { validateManifest } from '../../api/schema.ts';
import { KIND, type TranscriptionRun, type TranscriptionRunSpec } from '../../api/types.ts';
import { CallscribeError } from '../../errors.ts';
import type { ReadSecret } from '../../pipeline/plan.ts';
import type { Window } from '../../pipeline/types.ts';
import { resolveWindow } from '../../window.ts';

export interface Manifest {
  readonly run: TranscriptionRun;
  readonly readSecret: ReadSecret;
}

const readText = (path: string): Promise<string> =>
  path === '-'
    ? readStream(process.stdin)
    : readFile(path, 'utf8').catch((error: unknown) => {
        throw new CallscribeError('CSC_MANIFEST_INVALID', `${path} cannot be read`, { cause: error });
      });

/** The files that the flags name, `-` for stdin. @throws CallscribeError `CSC_MANIFEST_INVALID` */
export const readTexts = ({
  filename,
  secrets,
}: {
  readonly filename: string;
  readonly secrets?: string | undefined;
}): Promise<string[]> => Promise.all([filename, ...(secrets ? [secrets] : [])].map(readText));

type Document = Readonly<Record<string, unknown>>;

const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bad = (message: string): CallscribeError => new CallscribeError('CSC_MANIFEST_INVALID', message);

/** What the parser says quotes the line that it is about, and that may be the one with the secret. */
const problemOf = (problem: unknown): string => {
  const { code, linePos: [begin] = [] } = problem instanceof YAMLError ? problem : {};
  return `the YAML cannot be read${begin ? `, line ${begin.line}` : ''}: ${code ?? 'it has too many aliases'}`;
};

const valueOf = (parsed: { readonly errors: readonly unknown[]; toJS(): unknown }): unknown => {
  const [problem] = parsed.errors;
  if (problem) throw bad(problemOf(problem));
  try {
    return parsed.toJS();
  } catch (error) {
    throw bad(problemOf(error));
  }
};

/** The documents of a YAML stream; lists of kind `List` are opened. */
const documentsOf = (text: string): Document[] =>
  parseAllDocuments(text).flatMap((parsed) => {
    const value = valueOf(parsed);
    if (!isDocument(value)) return [];
    return value['kind'] === 'List' && Array.isArray(value['items']) ? value['items'].filter(isDocument) : [value];
  });

const stringsOf = (value: unknown, decode: (text: string) => string): Record<string, string> =>
  isDocument(value) ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, decode(String(text))])) : {};

const nameOf = ({ metadata }: Document): string =>
  isDocument(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : '';

const secretsOf = (documents: readonly Document[]): ReadonlyMap<string, Record<string, string>> =>
  new Map(
    documents
      .filter(({ kind }) => kind === 'Secret')
      .map((secret) => [
        nameOf(secret),
        {
          ...stringsOf(secret['data'], (text) => Buffer.from(text, 'base64').toString('utf8')),
          ...stringsOf(secret['stringData'], (text) => text),
        },
      ]),
  );

/** The window of a spec; a command cannot wait for its end. @throws CallscribeError `CSC_SPEC_INVALID` */
export const windowOf = ({ window }: TranscriptionRunSpec, nowMs: number): Window => {
  const resolved = resolveWindow(window, nowMs);
  if (resolved.kind === 'Resolved') return resolved.window;
  const endsAt = new Date(resolved.endsAtMs).toISOString();
  throw new CallscribeError('CSC_SPEC_INVALID', `the window is still open: it ends at ${endsAt}`);
};

/**
 * @param texts the manifest, and the file of `--secrets` where there is one
 * @throws CallscribeError `CSC_MANIFEST_INVALID`
 */
export const readManifest = (texts: readonly string[]): Manifest => {
  const documents = texts.flatMap(documentsOf);
  const runs = documents.filter(({ kind }) => kind === KIND);
  if (runs.length !== 1) throw bad(`one ${KIND} is expected, ${runs.length} were found`);
  const validated = validateManifest(runs[0]);
  if (!validated.ok) throw bad(validated.problems.join('\n'));
  const secrets = secretsOf(documents);
  return {
    run: validated.run,
    readSecret: (name) => {
      const data = secrets.get(name);
      return data
        ? Promise.resolve(data)
        : Promise.reject(
            new CallscribeError('CSC_SECRET_NOT_FOUND', `there is no Secret ${name} in the files that were given`),
          );
    },
  };
};
