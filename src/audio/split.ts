/**
 * Takes the first channel out of a WAV file. Nothing is decoded, so nothing is lost.
 * @module
 */
import type { WavFile } from './join.ts';
import { canDecode } from './samples.ts';
import { wavHeader } from './wav-header.ts';
import type { WavInfo } from './wav.ts';

export const canSplit = (info: WavInfo): boolean => canDecode(info) && info.channels > 1;

const FRAMES_AT_ONCE = 32_768;

const everyNth = (all: Buffer, width: number, step: number): Buffer => {
  const one = Buffer.alloc((all.length / step) * width);
  for (let from = 0, to = 0; from < all.length; from += step, to += width) all.copy(one, to, from, from + width);
  return one;
};

/** The bytes of a mono file with the first channel of `source`, in order. See `canSplit`. */
export const firstChannel = async function* ({ file, info }: WavFile): AsyncGenerator<Buffer> {
  const { blockAlign, channels, dataBytes, dataOffset } = info;
  const width = blockAlign / channels;
  const frames = Math.floor(dataBytes / blockAlign);
  yield wavHeader({ ...info, channels: 1, width }, frames * width);
  for (let frame = 0; frame < frames; frame += FRAMES_AT_ONCE) {
    const bytes = Buffer.alloc(Math.min(FRAMES_AT_ONCE, frames - frame) * blockAlign);
    await file.read(bytes, 0, bytes.length, dataOffset + frame * blockAlign);
    yield everyNth(bytes, width, blockAlign);
  }
};
