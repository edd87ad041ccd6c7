/**
 * Measures the speech server as a process on the recorded calls, and on one of them repeated to ten minutes: words that are wrong,
 * time for each second of audio, and memory. Says nothing of models that were not fetched.
 *
 *     make bench-speech
 *
 * Factors are ratios: 0.06 means that a minute of a call takes 3.6 seconds. "cpu" does not depend on what else the machine does.
 * @module
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { modelFolder, openModel, speechModels } from '../src/speech-server/models.ts';
import { wavAround } from '../test/audio/encode.ts';
import { type SpokenCall, spokenCalls } from '../test/audio/fixtures.ts';
import { parseWav } from '../test/audio/wav.ts';
import { type SpeechServerProcess, startSpeechServerProcess, transcribed } from '../test/speech/speech-server.ts';
import { wordErrors, wordsOf } from '../test/speech/word-error-rate.ts';

const REPEATED_MINUTES = 10;
/** Of Linux on every machine that Node runs on. */
const TICKS_PER_SECOND = 100;

const cpuSeconds = ({ pid }: SpeechServerProcess): number => {
  // After the name, which may hold blanks: utime and stime are fields 14 and 15 of proc(5).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

const peakMegabytes = ({ pid }: SpeechServerProcess): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;

const HEADINGS = ['model', 'audio', 'words wrong', 'word error rate', 'real-time factor', 'cpu factor', 'peak memory'];

const show = (cells: readonly string[]): void => {
  const padded = cells.map((cell, index) => cell.padEnd(Math.max(HEADINGS[index]?.length ?? 0, 17) + 2));
  process.stdout.write(`${padded.join('').trimEnd()}\n`);
};

interface Sample {
  readonly name: string;
  readonly audio: Buffer;
  readonly durationMs: number;
  readonly said: readonly string[];
}

const wordsIn = ({ turns }: SpokenCall): readonly string[] => turns.flatMap(({ text }) => wordsOf(text));

const sampleOf = async (call: SpokenCall): Promise<Sample> => {
  const { name, durationMs, stereo } = call;
  return { name, durationMs, audio: await readFile(stereo), said: wordsIn(call) };
};

/** One call again and again, in one file. */
const repeated = ({ name, audio, durationMs, said }: Sample): Sample => {
  const times = Math.ceil((REPEATED_MINUTES * 60_000) / durationMs);
  const data = parseWav(audio)?.data ?? Buffer.alloc(0);
  return {
    name: `${name} x ${times}`,
    audio: wavAround(Buffer.concat(Array.from({ length: times }, () => data)), { channels: 2 }),
    durationMs: durationMs * times,
    said: Array.from({ length: times }, () => said).flat(),
  };
};

const measure = async (model: string, server: SpeechServerProcess, sample: Sample): Promise<void> => {
  const { name, audio, durationMs, said } = sample;
  const [startMs, startCPU] = [performance.now(), cpuSeconds(server)];
  const results = await transcribed(server.url, audio);
  const [tookMs, tookCPU] = [performance.now() - startMs, cpuSeconds(server) - startCPU];
  const { errors, words, percent } = wordErrors(
    said,
    results.flatMap(({ transcript }) => wordsOf(transcript)),
  );
  show([
    model,
    name,
    `${errors} of ${words}`,
    `${percent.toFixed(1)} %`,
    (tookMs / durationMs).toFixed(3),
    ((tookCPU * 1000) / durationMs).toFixed(3),
    `${peakMegabytes(server).toFixed(0)} MB`,
  ]);
};

const [call1, call2] = [await sampleOf(spokenCalls.call1), await sampleOf(spokenCalls.call2)];
show(HEADINGS);
for (const model of speechModels.keys()) {
  const isThere = await openModel(modelFolder(process.env), model).then(
    () => true,
    () => false,
  );
  if (!isThere) continue;
  const server = await startSpeechServerProcess([`--model=${model}`]);
  try {
    for (const sample of [call1, call2, repeated(call1)]) await measure(model, server, sample);
  } finally {
    await server.stop();
  }
}
