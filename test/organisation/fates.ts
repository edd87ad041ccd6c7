/**
 * Every kind of conversation that an organisation has, each with what has to become of it. The expectations are written down here and
 * not computed, so that they cannot repeat a mistake of the pipeline.
 * @module
 */
import { wavOf } from '../../src/pipeline/fetch/test-sounds.ts';
import {
  campaignCall,
  inboundCall,
  inState,
  outboundCall,
  stillGoingOn,
  withAnother,
  withLostRecording,
  withoutAgent,
  withoutRecording,
  withRecording,
} from '../genesys/calls.ts';
import { idOf } from '../genesys/ids.ts';
import type { WorldConversation, WorldRecording } from '../genesys/world.ts';

export interface Fate {
  readonly make: (serial: number, startAtMs: number) => WorldConversation;
  /** Outcome and reason of each of its rows that are final; recordings are not told apart. */
  readonly ends: readonly string[];
}

/** Half a second of a sound that differs from recording to recording. */
const soundOf = (serial: number, channels: 1 | 2): Buffer => {
  const data = Buffer.alloc(4000 * channels, serial % 250);
  data.writeUInt32LE(serial, 0);
  return wavOf({ channels, data });
};

const small = (serial: number, startAtMs: number, changes: Partial<WorldRecording> = {}): WorldConversation =>
  withRecording(outboundCall(serial, { startAtMs }), { content: soundOf(serial, 2), ...changes });

const another = (call: WorldConversation, serial: number, changes: Partial<WorldRecording>): WorldConversation =>
  withAnother(call, { content: soundOf(serial + 100_000, 2), ...changes });

const DONE = 'Transcribed ';
const SHARED = idOf('recording', 'shared by two');

const OGG = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(400, 7)]);

export const fates: Readonly<Record<string, Fate>> = {
  plain: { make: small, ends: [DONE] },
  campaign: {
    make: (serial, startAtMs) => withRecording(campaignCall(serial, { startAtMs }), { content: soundOf(serial, 2) }),
    ends: [DONE],
  },
  mono: { make: (serial, startAtMs) => small(serial, startAtMs, { content: soundOf(serial, 1) }), ends: [DONE] },
  twoFiles: { make: (serial, startAtMs) => small(serial, startAtMs, { layout: '0+1' }), ends: [DONE] },
  otherCodec: { make: (serial, startAtMs) => small(serial, startAtMs, { original: OGG }), ends: [DONE] },
  transcodedSlowly: {
    make: (serial, startAtMs) => small(serial, startAtMs, { original: OGG, notReady: 2 }),
    ends: [DONE],
  },
  sensitive: { make: (serial, startAtMs) => small(serial, startAtMs, { sensitive: true }), ends: [DONE] },
  batchError: { make: (serial, startAtMs) => small(serial, startAtMs, { batchError: 'no' }), ends: [DONE] },
  uploading: { make: (serial, startAtMs) => small(serial, startAtMs, { uploading: 3 }), ends: [DONE] },
  neverUploaded: {
    make: (serial, startAtMs) => small(serial, startAtMs, { uploading: Number.POSITIVE_INFINITY }),
    ends: ['Failed CSC_RECORDING_NOT_READY'],
  },
  late: { make: (serial, startAtMs) => ({ ...small(serial, startAtMs), recordingsLate: 1 }), ends: [DONE] },
  unrecorded: {
    make: (serial, startAtMs) => withoutRecording(small(serial, startAtMs)),
    ends: ['NoRecording CSC_NO_RECORDING'],
  },
  lost: {
    make: (serial, startAtMs) => withLostRecording(small(serial, startAtMs)),
    ends: ['NoRecording CSC_RECORDING_MISSING'],
  },
  invisible: {
    make: (serial, startAtMs) => small(serial, startAtMs, { restricted: true }),
    ends: ['NoRecording CSC_RECORDING_MISSING'],
  },
  archived: {
    make: (serial, startAtMs) => inState(small(serial, startAtMs), 'ARCHIVED'),
    ends: ['Skipped CSC_RECORDING_ARCHIVED'],
  },
  deleted: {
    make: (serial, startAtMs) => inState(small(serial, startAtMs), 'DELETED'),
    ends: ['Skipped CSC_RECORDING_DELETED'],
  },
  faulty: {
    make: (serial, startAtMs) => inState(small(serial, startAtMs), 'ERROR'),
    ends: ['Skipped CSC_RECORDING_ERROR'],
  },
  screen: {
    make: (serial, startAtMs) => another(small(serial, startAtMs), serial, { media: 'screen', mediaSubtype: 'Screen' }),
    ends: ['Skipped CSC_RECORDING_NOT_AUDIO', DONE],
  },
  station: {
    make: (serial, startAtMs) => another(small(serial, startAtMs), serial, { mediaSubtype: 'Station' }),
    ends: ['Skipped CSC_RECORDING_COPY', DONE],
  },
  stationOnly: {
    make: (serial, startAtMs) => small(serial, startAtMs, { mediaSubtype: 'Station' }),
    ends: [DONE],
  },
  consult: {
    make: (serial, startAtMs) => another(small(serial, startAtMs), serial, { mediaSubtype: 'Consult' }),
    ends: ['Skipped CSC_RECORDING_NOT_SELECTED', DONE],
  },
  adHoc: {
    make: (serial, startAtMs) => another(small(serial, startAtMs), serial, { fileRole: 'ADHOC' }),
    ends: ['Skipped CSC_RECORDING_NOT_SELECTED', DONE],
  },
  adHocOnly: { make: (serial, startAtMs) => small(serial, startAtMs, { fileRole: 'ADHOC' }), ends: [DONE] },
  several: { make: (serial, startAtMs) => another(small(serial, startAtMs), serial, {}), ends: [DONE, DONE] },
  nobody: {
    make: (serial, startAtMs) => withoutAgent(small(serial, startAtMs)),
    ends: ['Failed CSC_NO_AGENT'],
  },
  goesOn: {
    make: (serial, startAtMs) => stillGoingOn(small(serial, startAtMs)),
    ends: ['Skipped CSC_CONVERSATION_NOT_ENDED'],
  },
  endsMeanwhile: { make: (serial, startAtMs) => ({ ...small(serial, startAtMs), liveFor: 1 }), ends: [DONE] },
  inbound: { make: (serial, startAtMs) => inboundCall(serial, { startAtMs }), ends: [] },
};

/** Two conversations of one recording: it is transcribed for one of them. */
export const shared = (serial: number, startAtMs: number): WorldConversation =>
  small(serial, startAtMs, { recordingId: SHARED, content: soundOf(7, 2) });
export const SHARED_ENDS: readonly string[] = ['Skipped CSC_RECORDING_SHARED', DONE];
