/**
 * The conversations of the demo: two that go well, and one for each thing that happens to real ones.
 * @module
 */
import { spokenCalls } from '../test/audio/fixtures.ts';
import type { Fault } from '../test/fakes/faults.ts';
import { notReady, outboundCall, withoutAgent, withoutRecording } from '../test/genesys/calls.ts';
import type { WorldConversation } from '../test/genesys/world.ts';

export interface DemoCall {
  readonly conversation: WorldConversation;
  readonly about: string;
}

const brokenMedia = outboundCall(4);
const secondTry = outboundCall(5, { audio: spokenCalls.call1, layout: 'S' });
/** The one whose transcript is printed: the customer speaks first. */
export const shownCall = notReady(outboundCall(2, { audio: spokenCalls.call2 }), 1);

export const demoCalls: readonly DemoCall[] = [
  { conversation: outboundCall(1, { audio: spokenCalls.call1 }), about: 'about an insurance policy' },
  { conversation: shownCall, about: 'about a broken line; Genesys transcodes its recording first' },
  { conversation: withoutRecording(outboundCall(3)), about: 'was not recorded' },
  { conversation: brokenMedia, about: 'its media host breaks off every download' },
  { conversation: secondTry, about: 'its download breaks off once' },
  { conversation: withoutAgent(outboundCall(6)), about: 'nobody of the organisation took part' },
];

const mediaOf = ({ recordings }: WorldConversation): RegExp =>
  new RegExp(`^/recordings/${recordings[0]?.recordingId}/`, 'u');

export const demoFaults: readonly Fault[] = [
  { path: mediaOf(brokenMedia), drop: 'truncate', times: Number.POSITIVE_INFINITY },
  { path: mediaOf(secondTry), drop: 'truncate' },
];
