/**
 * Fetches the models of the speech engine from npm tarballs into the cache and checks their SHA-256. Does nothing where all of
 * them are there. The packages themselves are not installed: they would bring hundreds of megabytes along.
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import {
  digestOf,
  modelFolder,
  type ModelFile,
  speechModels,
  vadModel,
  vocabulary,
} from '../src/speech-server/models.ts';

const run = promisify(execFile);

/** A package of the npm registry and what is taken out of it. */
interface Source {
  readonly spec: string;
  readonly files: readonly { readonly path: string; readonly target: ModelFile }[];
}

const tiny = speechModels['moonshine-tiny-en'];
if (!tiny) throw new Error('the catalogue has no tiny model');

const sources: readonly Source[] = [
  {
    spec: '@moonshine-ai/moonshine-js@0.1.29',
    files: [
      { path: 'dist/model/tiny/quantized/encoder_model.onnx', target: tiny.encoder },
      { path: 'dist/model/tiny/quantized/decoder_model_merged.onnx', target: tiny.decoder },
    ],
  },
  { spec: '@ricky0123/vad-web@0.0.31', files: [{ path: 'dist/silero_vad_v5.onnx', target: vadModel }] },
];

const TOKENIZER = 'llama-tokenizer-js@1.2.2';

const say = (line: string): void => {
  process.stdout.write(`==> ${line}\n`);
};

const folder = modelFolder(process.env);

const isThere = async ({ name, sha256 }: ModelFile): Promise<boolean> =>
  (await digestOf(join(folder, name))) === sha256;

/** Downloads a package with npm, from wherever npm is told to, and unpacks it. */
const unpack = async (spec: string, into: string): Promise<string> => {
  say(`fetching ${spec}`);
  const { stdout } = await run('npm', ['pack', spec, '--silent', '--pack-destination', into]);
  const tarball = stdout.trim().split('\n').at(-1) ?? '';
  await run('tar', ['-xzf', join(into, tarball), '-C', into]);
  return join(into, 'package');
};

const inTemporaryFolder = async (work: (temporary: string) => Promise<void>): Promise<void> => {
  const temporary = await mkdtemp(join(tmpdir(), 'callscribe-models-'));
  try {
    await work(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

/** Puts a file into the cache in one step, once its digest is right. */
const store = async ({ name, sha256 }: ModelFile, content: Uint8Array | string): Promise<void> => {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.next`, content);
  const found = await digestOf(`${path}.next`);
  if (found !== sha256) {
    await rm(`${path}.next`);
    throw new Error(`${name} has SHA-256 ${found ?? ''}, expected ${sha256}`);
  }
  await rename(`${path}.next`, path);
};

/** One token a line: base64 of its bytes, and its number. Numbers past the vocabulary are special tokens of Moonshine. */
const tokensOf = (pieces: readonly string[]): string => {
  const bytesOf = (piece: string): Buffer => {
    const single = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
    return single === undefined ? Buffer.from(piece.replaceAll('\u2581', ' ')) : Buffer.from(single, 'hex');
  };
  const fillers = Array.from({ length: 32_768 - pieces.length }, (_, index) => `<<ST_${index}>>`);
  return [...pieces, ...fillers].map((piece, id) => `${bytesOf(piece).toString('base64')} ${id}\n`).join('');
};

const fetchSource = ({ spec, files }: Source): Promise<void> =>
  inTemporaryFolder(async (temporary) => {
    const unpacked = await unpack(spec, temporary);
    for (const { path, target } of files) await store(target, await readFile(join(unpacked, path)));
  });

const fetchVocabulary = (): Promise<void> =>
  inTemporaryFolder(async (temporary) => {
    const unpacked = await unpack(TOKENIZER, temporary);
    const module = (await import(pathToFileURL(join(unpacked, 'llama-tokenizer.js')).href)) as {
      readonly default: { readonly vocabById: readonly string[] };
    };
    await store(vocabulary, tokensOf(module.default.vocabById));
  });

for (const source of sources) {
  const present = await Promise.all(source.files.map(({ target }) => isThere(target)));
  if (!present.every(Boolean)) await fetchSource(source);
}
if (!(await isThere(vocabulary))) await fetchVocabulary();
