/**
 * As much of WAV as the tests need: to recognise a fixture by its samples, to cut one channel out of a stereo file, and
 * to give each recording bytes of its own without touching the sound. The product has its own, unrelated reader.
 * @module
 */

export interface Wav {
  /** The payload of the `fmt ` chunk, kept as it is. */
  readonly format: Buffer;
  readonly channels: number;
  readonly sampleRate: number;
  /** Bytes of one sample of all channels. */
  readonly blockAlign: number;
  /** The payload of the `data` chunk. */
  readonly data: Buffer;
}

/** Chunks of a RIFF file by name; the last one may be cut short or lack its padding. */
const chunksOf = (bytes: Buffer): ReadonlyMap<string, Buffer> => {
  const chunks = new Map<string, Buffer>();
  let offset = 12;
  while (offset + 8 <= bytes.length) {
    const size = bytes.readUInt32LE(offset + 4);
    chunks.set(bytes.toString('latin1', offset, offset + 4), bytes.subarray(offset + 8, offset + 8 + size));
    offset += 8 + size + (size % 2);
  }
  return chunks;
};

/** Undefined where the bytes are not a WAV file with a `fmt ` and a `data` chunk. */
export const parseWav = (bytes: Buffer): Wav | undefined => {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  const chunks = chunksOf(bytes);
  const format = chunks.get('fmt ');
  const data = chunks.get('data');
  if (!format || format.length < 16 || !data) return undefined;
  return {
    format,
    data,
    channels: format.readUInt16LE(2),
    sampleRate: format.readUInt32LE(4),
    blockAlign: format.readUInt16LE(12),
  };
};

/** Length of the sound in whole milliseconds. */
export const wavDurationMs = (wav: Wav): number =>
  Math.round((wav.data.length / wav.blockAlign / wav.sampleRate) * 1000);

const chunk = (name: string, payload: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(payload.length, 4);
  return Buffer.concat([head, payload, Buffer.alloc(payload.length % 2)]);
};

/** One channel of a file as a mono file. */
export const extractChannel = (wav: Wav, channel: number): Buffer => {
  const width = wav.blockAlign / wav.channels;
  const frames = Math.floor(wav.data.length / wav.blockAlign);
  const data = Buffer.alloc(frames * width);
  for (let frame = 0; frame < frames; frame += 1) {
    const from = frame * wav.blockAlign + channel * width;
    wav.data.copy(data, frame * width, from, from + width);
  }
  const format = Buffer.from(wav.format);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(wav.sampleRate * width, 8);
  format.writeUInt16LE(width, 12);
  const body = Buffer.concat([Buffer.from('WAVE', 'latin1'), chunk('fmt ', format), chunk('data', data)]);
  return chunk('RIFF', body);
};

/** What to put in front of and behind the bytes of a WAV file so that it carries a comment. */
export interface Comment {
  /** Replaces the first eight bytes. */
  readonly head: Buffer;
  /** Goes behind the last byte. */
  readonly tail: Buffer;
}

/**
 * A standard `LIST/INFO/ICMT` chunk for the end of a WAV file of `fileBytes` bytes. Recordings made from the same fixture so
 * have different bytes, which lets a test count per recording what was sent where.
 */
export const wavComment = (fileBytes: number, text: string): Comment => {
  const info = chunk('LIST', Buffer.concat([Buffer.from('INFO', 'latin1'), chunk('ICMT', Buffer.from(`${text}\0`))]));
  const tail = Buffer.concat([Buffer.alloc(fileBytes % 2), info]);
  const head = Buffer.alloc(8);
  head.write('RIFF', 'latin1');
  head.writeUInt32LE(fileBytes + tail.length - 8, 4);
  return { head, tail };
};
