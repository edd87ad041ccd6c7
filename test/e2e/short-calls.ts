/**
 * Calls of a few seconds, each with bytes of its own: enough for everything but their words, and quick to send about by the
 * hundred.
 * @module
 */
import { createHash } from 'node:crypto';
import { wavOf } from '../../src/pipeline/fetch/test-sounds.ts';
import { outboundCall, withRecording } from '../genesys/calls.ts';
import type { WorldConversation } from '../genesys/world.ts';

const RATE = 8000;

/** Two channels of a quiet hum that differs from call to call and from channel to channel. */
const hum = (serial: number, seconds: number): Buffer => {
  const data = Buffer.alloc(2 * RATE * seconds);
  for (let n = 0; n < data.length; n += 1) data[n] = 0x80 | ((n * (7 + (n % 2) * 4) + serial * 31 + (n >> 9)) & 0x3f);
  data.writeUInt32LE(serial, 0);
  return wavOf({ channels: 2, data });
};

/** Calls `from` to `from + count - 1`, a minute apart. */
export const shortCalls = (count: number, { from = 1, seconds = 2 } = {}): WorldConversation[] =>
  Array.from({ length: count }, (_, index) =>
    withRecording(outboundCall(from + index), { content: hum(from + index, seconds) }),
  );

/** Recording ids by the digest of their bytes, as the speech fake notes it. */
export const recordingsByDigest = (calls: readonly WorldConversation[]): ReadonlyMap<string, string> =>
  new Map(
    calls.flatMap(({ recordings }) =>
      recordings.flatMap(({ recordingId, content }): [string, string][] =>
        Buffer.isBuffer(content) ? [[createHash('sha256').update(content).digest('hex'), recordingId]] : [],
      ),
    ),
  );
