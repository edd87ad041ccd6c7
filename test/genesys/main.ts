/**
 * The simulator as a process: prints its addresses as one line of JSON, and runs until SIGTERM or SIGINT.
 *
 *     node test/genesys/main.ts --calls 20 --not-ready 1 --port 9800
 * @module
 */
import { parseArgs } from 'node:util';
import { outboundCalls, withVariety } from './calls.ts';
import { startControl } from '../fakes/control.ts';
import { given, numberFlag, runUntilSignalled } from '../fakes/process.ts';
import { startGenesys } from './simulator.ts';
import { defaultClient, worldOf } from './world.ts';

const { values } = parseArgs({
  options: {
    /** Number of outbound conversations in the world. */
    calls: { type: 'string', default: '10' },
    /** When the first of them starts (ISO 8601); one each minute. */
    from: { type: 'string' },
    /** One file with both sides mixed (1), or a channel for each (2). */
    channels: { type: 'string', default: '2' },
    /** So many of the first questions for recordings are answered with 202. */
    'not-ready': { type: 'string', default: '0' },
    /** Some conversations without a recording, with an archived one, inbound, … */
    variety: { type: 'boolean', default: false },
    port: { type: 'string' },
    'media-port': { type: 'string' },
    'control-port': { type: 'string' },
    host: { type: 'string' },
    'public-host': { type: 'string' },
    'client-id': { type: 'string', default: defaultClient.clientId },
    'client-secret': { type: 'string', default: defaultClient.clientSecret },
    'token-seconds': { type: 'string' },
    'media-seconds': { type: 'string' },
    'requests-per-minute': { type: 'string' },
  },
});

const firstAtMs = values.from === undefined ? undefined : Date.parse(values.from);
if (Number.isNaN(firstAtMs)) throw new Error('--from must be an ISO 8601 time');

const calls = outboundCalls(numberFlag('calls', values.calls) ?? 0, {
  channels: values.channels === '1' ? 1 : 2,
  notReady: numberFlag('not-ready', values['not-ready']) ?? 0,
  ...given({ firstAtMs }),
});
const client = { ...defaultClient, clientId: values['client-id'], clientSecret: values['client-secret'] };

const genesys = await startGenesys({
  world: worldOf(values.variety ? withVariety(calls) : calls, [client]),
  ...given({
    port: numberFlag('port', values.port),
    mediaPort: numberFlag('media-port', values['media-port']),
    tokenLifetimeSeconds: numberFlag('token-seconds', values['token-seconds']),
    mediaLifetimeSeconds: numberFlag('media-seconds', values['media-seconds']),
    requestsPerMinute: numberFlag('requests-per-minute', values['requests-per-minute']),
    host: values.host,
    publicHost: values['public-host'],
  }),
});
const control = await startControl({
  faults: genesys.faults,
  port: numberFlag('control-port', values['control-port']),
  host: values.host,
  state: () => ({
    logins: genesys.logins(),
    calls: genesys.calls,
    violations: genesys.violations,
    transcripts: Object.fromEntries(genesys.transcripts),
  }),
});

const { apiURL, loginURL, mediaURL } = genesys;
const { clientId, clientSecret } = client;
await runUntilSignalled({ apiURL, loginURL, mediaURL, controlURL: control.url, clientId, clientSecret }, async () => {
  await control.stop();
  await genesys.stop();
});
