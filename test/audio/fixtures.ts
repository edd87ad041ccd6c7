/**
 * The fixtures by name, and the way back from bytes to the fixture they came from.
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import call1 from './call1-mf.json' with { type: 'json' };
import call2 from './call2-mm.json' with { type: 'json' };
import { extractChannel, parseWav } from './wav.ts';

export interface TrueTurn {
  readonly role: 'agent' | 'customer';
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface SpokenCall {
  readonly name: string;
  readonly durationMs: number;
  readonly turns: readonly TrueTurn[];
  /** Path of the file with the customer on channel 0 and the agent on channel 1. */
  readonly stereo: string;
  /** Path of the file with both on one channel. */
  readonly mono: string;
}

interface TruthFile {
  readonly durationMs: number;
  readonly turns: readonly {
    readonly role: string;
    readonly text: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const roleOf = (role: string): TrueTurn['role'] => {
  if (role === 'agent' || role === 'customer') return role;
  throw new Error(`a fixture has the unknown role ${role}`);
};

const spokenCall = (name: string, truth: TruthFile): SpokenCall => ({
  name,
  durationMs: truth.durationMs,
  turns: truth.turns
    .map((turn) => ({ ...turn, role: roleOf(turn.role) }))
    .toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs),
  stereo: pathOf(`${name}.stereo.ulaw.wav`),
  mono: pathOf(`${name}.mono.ulaw.wav`),
});

export const spokenCalls = {
  /** 61.5 s; a woman and a man; the agent speaks first. */
  call1: spokenCall('call1-mf', call1),
  /** 58.6 s; two men; the customer speaks first. */
  call2: spokenCall('call2-mm', call2),
} as const;

/** What of a call can be heard in a file. */
export type Layout = 'stereo' | 'mixed' | 'customer' | 'agent';

export interface Recognised {
  readonly call: SpokenCall;
  readonly layout: Layout;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const samplesOf = (bytes: Buffer): Buffer => {
  const wav = parseWav(bytes);
  if (!wav) throw new Error('a fixture is not a WAV file');
  return wav.data;
};

const heardIn = (call: SpokenCall): [string, Recognised][] => {
  const bytes = readFileSync(call.stereo);
  const stereo = parseWav(bytes);
  if (!stereo) throw new Error(`${call.name} is not a WAV file`);
  return [
    [sha256(stereo.data), { call, layout: 'stereo' }],
    [sha256(samplesOf(readFileSync(call.mono))), { call, layout: 'mixed' }],
    [sha256(samplesOf(extractChannel(stereo, 0))), { call, layout: 'customer' }],
    [sha256(samplesOf(extractChannel(stereo, 1))), { call, layout: 'agent' }],
  ];
};

let known: ReadonlyMap<string, Recognised> | undefined;

/** Which fixture the samples are of: by SHA-256 of the `data` chunk, so that a comment in the file does not matter. */
export const recognise = (bytes: Buffer): Recognised | undefined => {
  const wav = parseWav(bytes);
  if (!wav) return undefined;
  known ??= new Map(Object.values(spokenCalls).flatMap(heardIn));
  return known.get(sha256(wav.data));
};
