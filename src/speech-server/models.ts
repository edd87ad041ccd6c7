/**
 * The models of the speech engine: which files, where they lie, and whether they are what they should be.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CallscribeError } from '../errors.ts';

export interface ModelFile {
  readonly name: string;
  readonly sha256: string;
}

export interface SpeechModel {
  readonly encoder: ModelFile;
  readonly decoder: ModelFile;
}

/** The one that is used where nothing else is asked for. */
export const DEFAULT_MODEL = 'moonshine-tiny-en';

/** Moonshine by Useful Sensors, English, 8-bit weights, MIT: "tiny" has 27 million parameters, "base" 62 million. */
export const speechModels: ReadonlyMap<string, SpeechModel> = new Map([
  [
    DEFAULT_MODEL,
    {
      encoder: {
        name: 'moonshine-tiny-en/encoder_model.onnx',
        sha256: 'c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a',
      },
      decoder: {
        name: 'moonshine-tiny-en/decoder_model_merged.onnx',
        sha256: 'eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367',
      },
    },
  ],
  [
    'moonshine-base-en',
    {
      encoder: {
        name: 'moonshine-base-en/encoder_model.onnx',
        sha256: '1dd9ab0a7f987113d30affcba5a068d11c8f90fa0223caa3e491ade431ad9751',
      },
      decoder: {
        name: 'moonshine-base-en/decoder_model_merged.onnx',
        sha256: 'cc9f3cd6698a369c6008b41aa60aa3fb3322e7f03c9bdf19d8e6b7200afca4f3',
      },
    },
  ],
]);

/** @throws CallscribeError `CSC_SPEC_INVALID` for a name that nobody knows */
export const speechModelOf = (name: string): SpeechModel => {
  const model = speechModels.get(name);
  if (model) return model;
  const known = [...speechModels.keys()].join(', ');
  throw new CallscribeError('CSC_SPEC_INVALID', `there is no model "${name}"; known are ${known}`);
};

/** Silero VAD, version 5, MIT. */
export const vadModel: ModelFile = {
  name: 'silero_vad_v5.onnx',
  sha256: '2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f',
};

/** The vocabulary of the LLaMA tokenizer, which Moonshine uses, in the form that sherpa-onnx reads. */
export const vocabulary: ModelFile = {
  name: 'tokens.txt',
  sha256: '0547fb182949fbf8ae2ae046de2c3da652c9c6b7e87b25287bd53ddc32ef10a6',
};

/** `CALLSCRIBE_CACHE`, or `callscribe` in the user's cache folder. */
export const modelFolder = (env: Readonly<Record<string, string | undefined>>): string => {
  const cache = env['CALLSCRIBE_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'callscribe');
  return join(cache, 'models');
};

/** SHA-256 of a file, hexadecimal; undefined where there is none. */
export const digestOf = async (path: string): Promise<string | undefined> => {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
};

export interface ModelPaths {
  readonly encoder: string;
  readonly decoder: string;
  readonly vad: string;
  readonly tokens: string;
}

const verified = async (folder: string, { name, sha256 }: ModelFile): Promise<string> => {
  const path = join(folder, name);
  const found = await digestOf(path);
  if (found === undefined) throw new CallscribeError('CSC_MODEL_MISSING', `${path} is not there`);
  if (found !== sha256)
    throw new CallscribeError('CSC_MODEL_CORRUPT', `${path} has SHA-256 ${found}, expected ${sha256}`);
  return path;
};

/**
 * The paths of a model whose files were all checked.
 * @throws CallscribeError `CSC_MODEL_MISSING`, `CSC_MODEL_CORRUPT`, `CSC_SPEC_INVALID` for a model that nobody knows
 */
export const openModel = async (folder: string, model: string): Promise<ModelPaths> => {
  const known = speechModelOf(model);
  const [encoder, decoder, vad, tokens] = await Promise.all([
    verified(folder, known.encoder),
    verified(folder, known.decoder),
    verified(folder, vadModel),
    verified(folder, vocabulary),
  ]);
  return { encoder, decoder, vad, tokens };
};
