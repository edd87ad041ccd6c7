/**
 * The speech fake as a process: prints its addresses as one line of JSON, and runs until SIGTERM or SIGINT.
 *
 *     node test/speech-fake/main.ts --port 9900 --api-key secret --latency-ms 500
 * @module
 */
import { parseArgs } from 'node:util';
import { startControl } from '../fakes/control.ts';
import { given, numberFlag, runUntilSignalled } from '../fakes/process.ts';
import { startSpeechFake } from './speech-fake.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'control-port': { type: 'string' },
    host: { type: 'string' },
    /** Any key is accepted without it. */
    'api-key': { type: 'string' },
    'latency-ms': { type: 'string' },
    /** More at the same time than this are refused with 429. */
    'max-in-flight': { type: 'string' },
  },
});

const speech = await startSpeechFake(
  given({
    port: numberFlag('port', values.port),
    host: values.host,
    apiKey: values['api-key'],
    latencyMs: numberFlag('latency-ms', values['latency-ms']),
    maxInFlight: numberFlag('max-in-flight', values['max-in-flight']),
  }),
);
const control = await startControl({
  faults: speech.faults,
  port: numberFlag('control-port', values['control-port']),
  host: values.host,
  state: () => ({ meter: speech.meter(), violations: speech.violations, requests: speech.requests }),
});

await runUntilSignalled({ url: speech.url, controlURL: control.url }, async () => {
  await control.stop();
  await speech.stop();
});
