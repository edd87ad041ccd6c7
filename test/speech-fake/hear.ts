/**
 * What the fake hears: in a fixture the true words, in anything else invented ones that follow from the bytes alone. Pure.
 * @module
 */
import { createHash } from 'node:crypto';
import { recognise } from '../audio/fixtures.ts';
import type { Layout, Recognised, TrueTurn } from '../audio/fixtures.ts';
import { parseWav, wavDurationMs } from '../audio/wav.ts';
import type { SpeechConfig } from './upload.ts';

/** An utterance in the words of the contract. */
export interface SpeechResult {
  readonly speakerLabel: string;
  readonly transcript: string;
  /** Whole milliseconds from the start of the audio. */
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly channel?: number;
}

/** The rate at which the length of anything but WAV is estimated: 64 kbit/s. */
const BYTES_PER_SECOND = 8000;

export const durationMsOf = (audio: Buffer): number => {
  const wav = parseWav(audio);
  return wav ? wavDurationMs(wav) : Math.round((audio.length / BYTES_PER_SECOND) * 1000);
};

/** Channels of the fixtures: 0 is the customer. */
const channelOf = ({ role }: TrueTurn): number => (role === 'customer' ? 0 : 1);

const HEARD: Readonly<Record<Layout, (turn: TrueTurn) => boolean>> = {
  stereo: () => true,
  mixed: () => true,
  customer: ({ role }) => role === 'customer',
  agent: ({ role }) => role === 'agent',
};

/** Speakers are numbered in the order in which they are heard, as services do that know nothing of roles. */
const trueResults = ({ call, layout }: Recognised, isSplit: boolean): readonly SpeechResult[] => {
  const heard = call.turns.filter(HEARD[layout]);
  const roles = [...new Set(heard.map(({ role }) => role))];
  return heard.map((turn) => ({
    speakerLabel: `speaker_${isSplit ? roles.indexOf(turn.role) : 0}`,
    transcript: turn.text,
    startTimeMs: turn.startMs,
    endTimeMs: turn.endMs,
    ...(layout === 'stereo' && { channel: channelOf(turn) }),
  }));
};

const WORDS = [
  'amber',
  'basin',
  'cedar',
  'delta',
  'ember',
  'fjord',
  'grove',
  'heron',
  'inlet',
  'jetty',
  'knoll',
  'lemon',
];
const TURN_MS = 4000;
const PAUSE_MS = 300;

const inventedText = (digest: Buffer, turn: number): string =>
  Array.from({ length: 5 }, (_, index) => WORDS[(digest[(turn * 5 + index) % digest.length] ?? 0) % WORDS.length]).join(
    ' ',
  );

/** One turn each four seconds, the speakers in turn; the last one may be short. */
const inventedResults = (audio: Buffer, speakers: number): readonly SpeechResult[] => {
  const [durationMs, digest] = [durationMsOf(audio), createHash('sha256').update(audio).digest()];
  const channels = parseWav(audio)?.channels ?? 1;
  return Array.from({ length: Math.ceil(durationMs / TURN_MS) }, (_, turn) => {
    const startTimeMs = turn * TURN_MS;
    return {
      speakerLabel: `speaker_${turn % speakers}`,
      transcript: inventedText(digest, turn),
      startTimeMs,
      endTimeMs: Math.max(startTimeMs, Math.min(durationMs, startTimeMs + TURN_MS - PAUSE_MS)),
      ...(channels === 2 && { channel: turn % 2 }),
    };
  });
};

/** The same bytes and configuration always give the same. */
export const hear = (audio: Buffer, config: SpeechConfig): readonly SpeechResult[] => {
  const known = recognise(audio);
  const { enableSpeakerDiarization: isSplit, diarizationSpeakerCount } = config;
  return known ? trueResults(known, isSplit) : inventedResults(audio, isSplit ? diarizationSpeakerCount : 1);
};
