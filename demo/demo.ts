/**
 * `make demo`: a whole run on this machine, from `kubectl apply` to the transcripts. Real are the Kubernetes API, the operator and
 * the speech engine; Genesys Cloud is a strict simulator. Everything is on loopback, and nothing is left behind.
 * @module
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse as parseCSV } from 'csv-parse/sync';
import type { TranscriptionRun } from '../src/api/types.ts';
import { type Cluster, startCluster } from '../test/cluster/cluster.ts';
import { applyCRDs } from '../test/cluster/crds.ts';
import { kubectlOK } from '../test/cluster/kubectl.ts';
import { type GenesysSimulator, startGenesys } from '../test/genesys/simulator.ts';
import { defaultClient, worldOf } from '../test/genesys/world.ts';
import { startCallscribe } from '../test/operator/callscribe.ts';
import { startOperator } from '../test/operator/operator.ts';
import { demoCalls, demoFaults, shownCall } from './calls.ts';
import { renderDialogue } from './dialogue.ts';
import { localManifest } from './manifest.ts';
import { createScreen, type Screen } from './screen.ts';

const pathOf = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

const RUN = 'nightly';
const SPEECH_KEY = 'demo-speech-key';
const FINISHED: ReadonlySet<string> = new Set(['Succeeded', 'PartiallyFailed', 'Failed', 'Cancelled']);
const POLL_MS = 300;
const TIMEOUT_MS = 180_000;

/** Ends in reverse order of what was started, also after an error or an interrupt. */
const begin = async (screen: Screen, started: AsyncDisposableStack) => {
  screen.step('Kubernetes, on loopback');
  const cluster = await startCluster((line) => screen.step(line));
  started.defer(() => cluster.stop());
  await applyCRDs(cluster);

  screen.step('Genesys Cloud: a simulator with six outbound calls');
  const genesys = await startGenesys({
    world: worldOf(demoCalls.map(({ conversation }) => conversation)),
    faults: demoFaults,
  });
  started.defer(() => genesys.stop());
  for (const { conversation, about } of demoCalls)
    screen.print(`      ${conversation.conversationId.slice(0, 8)}  ${about}`);

  screen.step('Speech: the embedded engine (Moonshine tiny), behind the generic contract');
  const speech = await startCallscribe(['speech-server', '--port=0', '--host=127.0.0.1'], {
    env: { CALLSCRIBE_API_KEY: SPEECH_KEY },
  });
  started.defer(async () => void (await speech.stop()));

  screen.step('callscribe: the operator');
  const operator = await startOperator({ kubeconfig: cluster.kubeconfig, namespaces: ['default'] });
  started.defer(async () => void (await operator.stop()));
  return { cluster, genesys, speechURL: String(speech.ready['url']) };
};

const readRun = async (cluster: Cluster): Promise<TranscriptionRun> =>
  JSON.parse(await kubectlOK(cluster, ['get', 'trun', RUN, '-o', 'json'])) as TranscriptionRun;

const follow = async (screen: Screen, cluster: Cluster, interrupted: AbortSignal): Promise<TranscriptionRun> => {
  const deadlineMs = Date.now() + TIMEOUT_MS;
  for (;;) {
    const run = await readRun(cluster);
    if (run.status) screen.progress(run.status);
    if (FINISHED.has(run.status?.phase ?? '')) return run;
    if (Date.now() > deadlineMs) throw new Error(`the run did not end within ${TIMEOUT_MS / 1000} s`);
    await delay(POLL_MS, undefined, { signal: interrupted });
  }
};

const COLUMNS = ['mediaId', 'conversationId', 'durationSeconds', 'costUSD', 'status', 'attempt', 'errorCode'] as const;

const cellOf = (column: string, value = ''): string => (column.endsWith('Id') ? value.slice(0, 8) : value);

/** The columns that everybody looks for, aligned. */
const tableOf = (csv: string): string => {
  const rows = parseCSV<Record<string, string>>(csv, { columns: true });
  const lines = [[...COLUMNS], ...rows.map((row) => COLUMNS.map((column) => cellOf(column, row[column])))];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const aligned = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return lines.map((cells) => aligned(cells).trimEnd()).join('\n');
};

const show = async (screen: Screen, cluster: Cluster, genesys: GenesysSimulator): Promise<void> => {
  screen.command('kubectl get trun', await kubectlOK(cluster, ['get', 'trun']));
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
  const { stdout } = await promisify(execFile)(pathOf('bin/callscribe'), ['report', RUN], { env });
  screen.command(`callscribe report ${RUN}    (some of its columns, identifiers shortened)`, tableOf(stdout));
  const [transcript] = genesys.transcripts.get(shownCall.conversationId) ?? [];
  if (!transcript) throw new Error('the transcript was not delivered');
  screen.command(
    `The transcript of ${shownCall.conversationId.slice(0, 8)}, as it was delivered`,
    renderDialogue(transcript),
  );
};

const WHERE_NEXT = `
Where to look next
  make demo KEEP=1                       the same, and it stays for you to look around
  README.md                              what it is, and how to install it
  docs/reference/transcriptionrun.md     every field of a run
  docs/reference/errors.md               every error code, and what to do about it`;

const keep = async (screen: Screen, cluster: Cluster, interrupted: AbortSignal): Promise<void> => {
  screen.print(`\nEverything goes on until Ctrl-C. In another terminal:\n  export KUBECONFIG=${cluster.kubeconfig}`);
  screen.print(`  ${cluster.kubectl} describe trun ${RUN}\n  ${cluster.kubectl} explain trun.spec`);
  if (!interrupted.aborted) await once(interrupted, 'abort');
};

const main = async (screen: Screen, interrupted: AbortSignal): Promise<number> => {
  await using started = new AsyncDisposableStack();
  const { cluster, genesys, speechURL } = await begin(screen, started);
  interrupted.throwIfAborted();
  const manifest = await localManifest({ ...genesys, ...defaultClient, speechURL, speechKey: SPEECH_KEY });
  screen.command(
    'kubectl apply -f deploy/samples/minimal.yaml',
    await kubectlOK(cluster, ['apply', '-f', '-'], manifest.text),
  );
  screen.print(`(${manifest.changed})\n`);
  const { status } = await follow(screen, cluster, interrupted);
  await show(screen, cluster, genesys);
  screen.print(WHERE_NEXT);
  if (process.env['KEEP']) await keep(screen, cluster, interrupted);
  // Two of the six are there to fail.
  return status?.phase === 'PartiallyFailed' ? 0 : 1;
};

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
process.once('SIGTERM', () => stop.abort(new Error('asked to stop')));

try {
  process.exitCode = await main(createScreen(process.stdout), stop.signal);
} catch (error) {
  process.stderr.write(`${stop.signal.aborted ? 'stopped' : String(error)}\n`);
  process.exitCode = 1;
}
