/**
 * Puts two mono WAV files side by side as one stereo file. Nothing is decoded, so nothing is lost.
 * @module
 */
import type { FileHandle } from 'node:fs/promises';
import { canDecode } from './samples.ts';
import { wavHeader } from './wav-header.ts';
import type { WavInfo } from './wav.ts';

export interface WavFile {
  readonly file: FileHandle;
  readonly info: WavInfo;
}

/** What no sound is, byte by byte. */
const silenceOf = ({ codec }: WavInfo): number => {
  const silence: Readonly<Record<string, number>> = { mulaw: 0xff, alaw: 0xd5, pcm8: 0x80 };
  return silence[codec] ?? 0;
};

/** True where the samples of both files can stand side by side in one. */
export const canJoin = (left: WavInfo, right: WavInfo): boolean =>
  canDecode(left) &&
  left.channels === 1 &&
  right.channels === 1 &&
  left.codec === right.codec &&
  left.sampleRate === right.sampleRate &&
  left.blockAlign === right.blockAlign;

const framesOf = ({ info }: WavFile): number => Math.floor(info.dataBytes / info.blockAlign);

const FRAMES_AT_ONCE = 32_768;

/** So many frames from `frame` on; silence where the file is over. */
const readFrames = async (wav: WavFile, frame: number, frames: number): Promise<Buffer> => {
  const { file, info } = wav;
  const bytes = Buffer.alloc(frames * info.blockAlign, silenceOf(info));
  const present = Math.min(frames, Math.max(0, framesOf(wav) - frame));
  await file.read(bytes, 0, present * info.blockAlign, info.dataOffset + frame * info.blockAlign);
  return bytes;
};

const interleave = (left: Buffer, right: Buffer, width: number): Buffer => {
  const both = Buffer.alloc(left.length * 2);
  for (let offset = 0; offset < left.length; offset += width) {
    left.copy(both, offset * 2, offset, offset + width);
    right.copy(both, offset * 2 + width, offset, offset + width);
  }
  return both;
};

/**
 * Yields the bytes of the stereo file in order: `left` is channel 0, `right` channel 1, the shorter one ends in silence. The two
 * must fit together; see `canJoin`.
 */
export const joined = async function* (left: WavFile, right: WavFile): AsyncGenerator<Buffer> {
  const { info } = left;
  const frames = Math.max(framesOf(left), framesOf(right));
  yield wavHeader({ ...info, channels: 2, width: info.blockAlign }, frames * info.blockAlign * 2);
  for (let frame = 0; frame < frames; frame += FRAMES_AT_ONCE) {
    const count = Math.min(FRAMES_AT_ONCE, frames - frame);
    const [ofLeft, ofRight] = await Promise.all([readFrames(left, frame, count), readFrames(right, frame, count)]);
    yield interleave(ofLeft, ofRight, info.blockAlign);
  }
};
