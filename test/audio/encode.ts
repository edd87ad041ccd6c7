/**
 * Writes WAV files of every kind that the product reads, and of some that it must refuse. Unrelated to the product's own reader, so
 * that the two can check each other.
 * @module
 */

export type Codec = 'mulaw' | 'alaw' | 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64';

/** Sun's g711.c, after ITU-T G.711: sign, segment, four bits of the step; everything inverted. */
const mulaw = (sample: number): number => {
  const magnitude = Math.min(32_635, Math.abs(sample)) + 132;
  const segment = Math.floor(Math.log2(magnitude)) - 7;
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
};

/** As above for A-law: the first two segments are linear, and every other bit is inverted. */
const alaw = (sample: number): number => {
  const magnitude = Math.min(4095, (sample < 0 ? -sample - 1 : sample) >> 3);
  const segment = magnitude < 32 ? 0 : Math.floor(Math.log2(magnitude)) - 4;
  const step = (magnitude >> Math.max(1, segment)) & 0x0f;
  return ((segment << 4) | step) ^ (sample < 0 ? 0x55 : 0xd5);
};

interface Format {
  readonly tag: number;
  readonly bytes: number;
  readonly write: (bytes: Buffer, offset: number, sample: number) => void;
}

const rounded = (sample: number, scale: number): number =>
  Math.max(-scale, Math.min(scale - 1, Math.round(sample * scale)));

const FORMATS: Readonly<Record<Codec, Format>> = {
  mulaw: { tag: 7, bytes: 1, write: (bytes, at, sample) => bytes.writeUInt8(mulaw(rounded(sample, 32_768)), at) },
  alaw: { tag: 6, bytes: 1, write: (bytes, at, sample) => bytes.writeUInt8(alaw(rounded(sample, 32_768)), at) },
  pcm8: { tag: 1, bytes: 1, write: (bytes, at, sample) => bytes.writeUInt8(rounded(sample, 128) + 128, at) },
  pcm16: { tag: 1, bytes: 2, write: (bytes, at, sample) => bytes.writeInt16LE(rounded(sample, 32_768), at) },
  pcm24: { tag: 1, bytes: 3, write: (bytes, at, sample) => bytes.writeIntLE(rounded(sample, 8_388_608), at, 3) },
  pcm32: { tag: 1, bytes: 4, write: (bytes, at, sample) => bytes.writeInt32LE(rounded(sample, 2_147_483_648), at) },
  float32: { tag: 3, bytes: 4, write: (bytes, at, sample) => bytes.writeFloatLE(sample, at) },
  float64: { tag: 3, bytes: 8, write: (bytes, at, sample) => bytes.writeDoubleLE(sample, at) },
};

/** A RIFF chunk, padded; `announced` is what it says of its length. */
export const riffChunk = (name: string, payload: Buffer, announced = payload.length): Buffer => {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(announced, 4);
  return Buffer.concat([head, payload, Buffer.alloc(payload.length % 2)]);
};

/** Samples of all channels in turn. All channels must be of one length. */
export const encodeSamples = (channels: readonly Float32Array[], codec: Codec): Buffer => {
  const { bytes, write } = FORMATS[codec];
  const [{ length } = new Float32Array()] = channels;
  const data = Buffer.alloc(length * channels.length * bytes);
  for (const [channel, samples] of channels.entries()) {
    for (const [frame, sample] of samples.entries()) write(data, (frame * channels.length + channel) * bytes, sample);
  }
  return data;
};

/** The fields of `fmt `. Those that are not given follow from the others. */
export interface FormatFields {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly byteRate?: number;
  readonly blockAlign?: number;
  readonly bits?: number;
}

export interface WavLayout extends FormatFields {
  readonly codec?: Codec;
  /** The format in its long form, with the tag in a GUID. */
  readonly isExtensible?: boolean;
  /** Chunks before `fmt `, between it and `data`, and after. */
  readonly before?: Buffer;
  readonly between?: Buffer;
  readonly after?: Buffer;
  /** What the header says of the length of the whole and of `data`. */
  readonly riffBytes?: number;
  readonly dataBytes?: number;
}

const GUID_TAIL = Buffer.from('000000001000800000aa00389b71', 'hex');

const formatChunk = (codec: Codec, isExtensible: boolean, fields: FormatFields): Buffer => {
  const { tag = FORMATS[codec].tag, channels = 1, sampleRate = 8000, bits = FORMATS[codec].bytes * 8 } = fields;
  const { blockAlign = (channels * bits) / 8, byteRate = sampleRate * blockAlign } = fields;
  const format = Buffer.alloc(isExtensible ? 40 : 16);
  format.writeUInt16LE(isExtensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE(byteRate, 8);
  format.writeUInt16LE(blockAlign, 12);
  format.writeUInt16LE(bits, 14);
  if (isExtensible) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(bits, 18);
    format.writeUInt16LE(tag, 24);
    GUID_TAIL.copy(format, 26);
  }
  return riffChunk('fmt ', format);
};

/** A WAV file around `data`; mono mu-law of 8 kHz where nothing else is said. */
export const wavAround = (data: Buffer, layout: WavLayout = {}): Buffer => {
  const { codec = 'mulaw', isExtensible = false, before, between, after, riffBytes, dataBytes } = layout;
  const parts = [
    Buffer.from('WAVE'),
    before,
    formatChunk(codec, isExtensible, layout),
    between,
    riffChunk('data', data, dataBytes),
    after,
  ];
  return riffChunk('RIFF', Buffer.concat(parts.filter((part) => part !== undefined)), riffBytes);
};

/** A WAV file of these samples, one array a channel. */
export const encodeWav = (
  channels: readonly Float32Array[],
  { codec = 'pcm16', ...layout }: Omit<WavLayout, 'channels'> = {},
): Buffer => wavAround(encodeSamples(channels, codec), { ...layout, codec, channels: channels.length });
