/**
 * Makes one channel of two that carry the same sound.
 * @module
 */
import { open } from 'node:fs/promises';
import { canSplit, firstChannel } from '../../audio/split.ts';
import { readWav } from '../../audio/wav.ts';
import { createWorkFile, diskError } from '../fetch/work-dir.ts';
import type { Audio } from '../types.ts';

/** The first channel of a WAV file as a new file; the same audio where that cannot be done. The hash stays that of the recording. */
export const foldChannels = async (audio: Audio, workDir: string): Promise<Audio> => {
  const source = await open(audio.path, 'r');
  try {
    const info = await readWav(source);
    if (!info || !canSplit(info)) return audio;
    const { path, file } = await createWorkFile(workDir);
    let bytes = 0;
    try {
      for await (const part of firstChannel({ file: source, info })) {
        await file.writeFile(part);
        bytes += part.length;
      }
    } catch (error) {
      throw diskError(error);
    } finally {
      await file.close();
    }
    return { ...audio, path, bytes, channels: 1, foldedFrom: audio.channels };
  } finally {
    await source.close();
  }
};
