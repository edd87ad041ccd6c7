/**
 * Many runs at once share one operator: its ceiling of recordings in flight, its connections, its one OAuth client.
 * @module
 */
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { outboundCalls } from '../genesys/calls.ts';
import { checkBooks, checkManners, readBooks } from './books.ts';
import { createStage, manifestOf } from './stage.ts';

const RUNS = 40;
const CALLS = 5;
const CEILING = 16;

describe('forty runs at once', () => {
  it('all succeed, within the ceilings, and each with books of its own', async () => {
    await using stage = await createStage({
      conversations: outboundCalls(CALLS),
      speech: { latencyMs: 100 },
      flags: [`--max-recordings-in-flight=${CEILING}`],
    });
    const names = Array.from({ length: RUNS }, (_, index) => `many-${index}`);
    // One run is of another opinion of what the endpoint can take.
    const manifests = names.map((name) =>
      manifestOf(name, stage.genesys, { stt: { maxInFlight: name === 'many-7' ? 8 : 12 } }),
    );
    await stage.kubectl(['create', '-f', '-'], manifests.map((manifest) => stringify(manifest)).join('---\n'));
    for (const name of names) {
      const run = await stage.untilFinished(name, 120_000);
      expect(run.status).toMatchObject({ phase: 'Succeeded', progress: `${CALLS}/${CALLS}` });
      checkBooks(run, await readBooks(stage, name));
    }
    checkManners(stage);
    expect(stage.speech.meter().billedRequests).toBe(RUNS * CALLS);
    expect(stage.speech.meter().highWaterMark).toBeLessThanOrEqual(12);
    expect(stage.speech.meter().highWaterMark).toBeGreaterThan(2);
  }, 180_000);
});
