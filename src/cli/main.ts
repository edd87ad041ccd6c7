/**
 * The command line. Each command is a file of its own and is loaded when it is called, so that `--help` is quick.
 * @module
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../version.ts';
import { EXIT } from './exit.ts';

const wholeNumber =
  (lowest: number, highest = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
    const upTo = highest === Number.MAX_SAFE_INTEGER ? 'on' : `to ${highest}`;
    throw new InvalidArgumentError(`expected a whole number from ${lowest} ${upTo}`);
  };

/** An empty Secret must not turn a check off. */
const notEmpty = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('expected something that is not empty');
  return text;
};

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** Each flag is an environment variable, too: `--work-dir` is `CALLSCRIBE_WORK_DIR`. */
const option = (flags: string, description: string): Option => {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
  return new Option(flags, description).env(`CALLSCRIBE_${name.replaceAll('-', '_').toUpperCase()}`);
};

const egressOptions = [
  option(
    '--egress-allow <hosts>',
    'host patterns or CIDRs that may be called though they are loopback, link-local or metadata',
  )
    .argParser(list)
    .default([], 'none'),
  option('--egress-only', 'refuse every host that --egress-allow does not list').default(false),
];

const logLevel = option('--log-level <level>', 'trace, debug, info, warn, error or silent')
  .choices(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
  .default('info');

const workDir = option(
  '--work-dir <dir>',
  'where audio lies while it is worked on (default: a folder in the temporary directory)',
);

const priceTable = option(
  '--price-table <file>',
  'prices of speech services, YAML or JSON (default: the table that comes with callscribe)',
);

const withOptions = (command: Command, options: readonly Option[]): Command =>
  options.reduce((built, next) => built.addOption(next), command);

const controllerCommand = (): Command =>
  withOptions(new Command('controller').description('the operator'), [
    option('--namespaces <names>', 'namespaces to watch (default: all)').argParser(list).default([], 'all'),
    option('--metrics-address <address>', 'where Prometheus reads /metrics').default(':8080'),
    option('--health-address <address>', 'where /healthz and /readyz answer').default(':8081'),
    option('--leader-elect', 'work only while holding a Lease: for several replicas').default(false),
    option('--lease-name <name>', 'name of that Lease').default('callscribe'),
    option('--lease-namespace <name>', 'its namespace (default: that of the Pod, or of the context)'),
    workDir,
    option('--max-recordings-in-flight <n>', 'recordings in flight over all runs')
      .argParser(wholeNumber(1))
      .default(64),
    option('--shutdown-grace-seconds <n>', 'how long recordings in flight may take to end after SIGTERM')
      .argParser(wholeNumber(0))
      .default(25),
    priceTable,
    ...egressOptions,
    logLevel,
  ]).action(async (options) => {
    const { controller } = await import('./controller.ts');
    process.exitCode = await controller(options);
  });

const runCommand = (): Command =>
  withOptions(new Command('run').description('works on a TranscriptionRun without a cluster; run it again to resume'), [
    new Option('-f, --filename <file>', 'the manifest, - for stdin').makeOptionMandatory(),
    option('--secrets <file>', 'Secrets that are not in the manifest'),
    option('--state-dir <dir>', 'journal and report').default('callscribe-state'),
    workDir,
    option('--max-recordings-in-flight <n>', 'upper bound of spec.concurrency').argParser(wholeNumber(1)).default(64),
    priceTable,
    ...egressOptions,
    logLevel,
  ]).action(async (options) => {
    const { runLocally } = await import('./run/command.ts');
    process.exitCode = await runLocally(options);
  });

const doctorCommand = (): Command =>
  withOptions(
    new Command('doctor').description('tries everything that a TranscriptionRun would need; spends nothing'),
    [
      new Option('-f, --filename <file>', 'the manifest, - for stdin').makeOptionMandatory(),
      option('--secrets <file>', 'Secrets that are not in the manifest'),
      ...egressOptions,
    ],
  ).action(async (options) => {
    const { runDoctor } = await import('./doctor.ts');
    process.exitCode = await runDoctor(options);
  });

const estimateCommand = (): Command =>
  withOptions(
    new Command('estimate').description('tells what a TranscriptionRun would cost; transcribes and keeps nothing'),
    [
      new Option('-f, --filename <file>', 'the manifest, - for stdin').makeOptionMandatory(),
      option('--secrets <file>', 'Secrets that are not in the manifest'),
      option('--state-dir <dir>', 'runs of `callscribe run`: what they have transcribed is not counted again'),
      new Option('-o, --output <format>').choices(['table', 'json']).default('table'),
      priceTable,
      ...egressOptions,
    ],
  ).action(async (options) => {
    const { estimate } = await import('./estimate.ts');
    process.exitCode = await estimate({ ...options, maxRecordingsInFlight: 64 });
  });

const createCommand = (): Command =>
  withOptions(
    new Command('create').description('creates a run from a template, once for each schedule time; for CronJobs'),
    [
      new Option('-f, --filename <file>', 'the template, - for stdin').makeOptionMandatory(),
      option('-n, --namespace <name>', 'namespace of the run (default: that of the template, or of the context)'),
      option('--job-name <name>', 'name of the Job that a CronJob made; the schedule time is in it'),
      option('--schedule-time <time>', 'schedule time, ISO 8601 (default: that of the Job, or the current minute)'),
      option('--time-zone <name>', 'time zone of the schedule; a window of whole days follows its calendar').default(
        'Etc/UTC',
      ),
      option('--wait [phase]', 'wait until the run has ended; exit 0 where it is in that phase (default: Succeeded)'),
      option('--timeout-seconds <n>', 'how long to wait').argParser(wholeNumber(1)).default(3600),
    ],
  ).action(async (options) => {
    const { createRun } = await import('./create/command.ts');
    process.exitCode = await createRun(options);
  });

const reportSource = [
  option('-n, --namespace <name>', 'namespace of the run (default: that of the context)'),
  option('--state-dir <dir>', 'the report of `callscribe run` instead of a cluster'),
  new Option('--uid <uid>', 'which one, where several runs of the name left a report'),
];

const reportCommand = (): Command =>
  withOptions(
    new Command('report').description('prints the whole report of a run').argument('<run>', 'name of the run'),
    [new Option('-o, --output <format>').choices(['csv', 'json', 'focus', 'html']).default('csv'), ...reportSource],
  ).action(async (run: string, options) => {
    const { report } = await import('./report.ts');
    process.exitCode = await report(run, options);
  });

const verifyCommand = (): Command =>
  withOptions(
    new Command('verify')
      .description('checks that a report is as it was written, and says which row is not')
      .argument('[run]', 'name of the run'),
    [
      new Option('-f, --filename <file>', 'a report.csv instead of a run'),
      new Option('--summary <file>', 'the summary.json that belongs to it'),
      new Option('--head <sha256>', 'head of the chain, noted when the report was handed over'),
      ...reportSource,
    ],
  ).action(async (run: string | undefined, options) => {
    const { verifyReport } = await import('./verify.ts');
    process.exitCode = await verifyReport(run, options);
  });

const transcriptCommand = (): Command =>
  withOptions(
    new Command('transcript')
      .description('prints a transcript that was paid for and that no destination has taken yet')
      .argument('<run>', 'name of the run')
      .argument('<recording>', 'id of the recording'),
    [
      option('-n, --namespace <name>', 'namespace of the run (default: that of the context)'),
      option('--state-dir <dir>', 'those of `callscribe run` instead of a cluster'),
    ],
  ).action(async (run: string, recording: string, options) => {
    const { transcript } = await import('./transcript.ts');
    process.exitCode = await transcript(run, recording, options);
  });

const speechServerCommand = (): Command =>
  withOptions(new Command('speech-server').description('the embedded speech engine behind the generic contract'), [
    // Kubernetes sets CALLSCRIBE_PORT to an address in a namespace that has a Service named callscribe.
    option('--port <port>', 'port, 0 for a free one')
      .env('CALLSCRIBE_SPEECH_PORT')
      .argParser(wholeNumber(0, 65_535))
      .default(9900),
    option('--host <address>', 'address to listen on (default: all of them)'),
    option('--model <name>', 'moonshine-tiny-en or moonshine-base-en').default('moonshine-tiny-en'),
    option('--model-dir <dir>', 'folder of the models (default: the cache that `npm run models` fills)'),
    option('--api-key <key>', 'ask for this Bearer token; better given as an environment variable').argParser(notEmpty),
    option('--max-queue <n>', 'requests that may wait; more get 429').argParser(wholeNumber(0)).default(8),
    option('--shutdown-grace-seconds <n>', 'how long requests may take to end after SIGTERM')
      .argParser(wholeNumber(0))
      .default(25),
    logLevel,
  ]).action(async (options) => {
    const { speechServer } = await import('./speech-server.ts');
    process.exitCode = await speechServer(options);
  });

const program = new Command('callscribe')
  .description('Recorded Genesys Cloud calls to text: who said what, at what cost, with nothing lost.')
  .version(version)
  .exitOverride()
  .addCommand(controllerCommand())
  .addCommand(runCommand())
  .addCommand(doctorCommand())
  .addCommand(estimateCommand())
  .addCommand(createCommand())
  .addCommand(reportCommand())
  .addCommand(verifyCommand())
  .addCommand(transcriptCommand())
  .addCommand(speechServerCommand());

for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong; `--help` and `--version` end here, too.
  process.exitCode = error.exitCode === 0 ? EXIT.succeeded : EXIT.badInput;
}
