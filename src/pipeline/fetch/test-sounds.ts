/**
 * Small files of several formats for the tests of this folder, made of nothing but their structure.
 * @module
 */

export interface WavShape {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly bits?: number;
  readonly data: Buffer;
  /** What the header says of the length of `data`, where it lies. */
  readonly announced?: number;
  /** Chunks between `fmt ` and `data`. */
  readonly between?: Buffer;
}

export const wavChunk = (name: string, payload: Buffer, announced = payload.length): Buffer => {
  const head = Buffer.alloc(8);
  head.write(name, 0, 'latin1');
  head.writeUInt32LE(announced, 4);
  return Buffer.concat([head, payload, Buffer.alloc(payload.length % 2)]);
};

/** A WAV file; mono mu-law of 8 kHz where nothing else is said. */
export const wavOf = ({ tag = 7, channels = 1, sampleRate = 8000, bits = 8, ...more }: WavShape): Buffer => {
  const blockAlign = (channels * bits) / 8;
  const format = Buffer.alloc(16);
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE(sampleRate * blockAlign, 8);
  format.writeUInt16LE(blockAlign, 12);
  format.writeUInt16LE(bits, 14);
  const between = more.between ?? Buffer.alloc(0);
  const body = [wavChunk('fmt ', format), between, wavChunk('data', more.data, more.announced)];
  return wavChunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...body]));
};

/** So many frames of silent MPEG-1 layer 3, 44.1 kHz stereo: 1152 samples each. */
export const mp3Of = (frames: number): Buffer => {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
};

interface OggPage {
  readonly flags: number;
  readonly granule: bigint;
  readonly payload: Buffer;
}

const oggPage = ({ flags, granule, payload }: OggPage, sequence: number): Buffer => {
  const head = Buffer.alloc(28);
  head.write('OggS', 0, 'latin1');
  head.writeUInt8(flags, 5);
  head.writeBigInt64LE(granule, 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(sequence, 18);
  head.writeUInt8(1, 26);
  head.writeUInt8(payload.length, 27);
  return Buffer.concat([head, payload]);
};

/** An Ogg file that says it holds so many milliseconds of mono Opus (RFC 7845: its clock has 48 kHz, 312 samples are skipped). */
export const oggOpusOf = (durationMs: number): Buffer => {
  const opusHead = Buffer.from('OpusHead\u0001\u0001\u0038\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000', 'latin1');
  opusHead.writeUInt32LE(48_000, 12);
  const opusTags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);
  const pages: readonly OggPage[] = [
    { flags: 2, granule: 0n, payload: opusHead },
    { flags: 0, granule: 0n, payload: opusTags },
    { flags: 4, granule: BigInt(durationMs * 48 + 312), payload: Buffer.from([0xf8, 0xff, 0xfe]) },
  ];
  return Buffer.concat(pages.map(oggPage));
};
