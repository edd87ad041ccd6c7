/**
 * Every metric of callscribe: the code that counts, the dashboard, the alerts and `docs/reference/metrics.md` all go by this list. No
 * label holds an identifier of a run, a recording or a conversation: their number would grow without end.
 * @module
 */

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** What each label can be. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds, for a histogram. */
  readonly buckets?: readonly number[];
}

const OUTCOME = 'Transcribed, Skipped, Failed or NoRecording';
const CODE = 'an error code of the catalogue, or empty';
const CURRENCY = 'ISO 4217, from spec.cost.currency';
const KIND =
  'login, detailsQuery, detailsJob, conversation, recordingMetadata, recording, batchRequest, restore or transcript';
const PHASE = 'a phase of status.phase';

const SECONDS = [0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];
const REQUEST_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const RUN_SECONDS = [10, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

export const metrics = {
  callscribe_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say which software this is.',
    labels: { version: 'version of callscribe', node: 'version of Node' },
  },
  callscribe_leader: {
    type: 'gauge',
    help: '1 where this process leads, 0 where it waits for its turn.',
    labels: {},
  },

  callscribe_runs: {
    type: 'gauge',
    help: 'Runs in the cluster that this process watches.',
    labels: { phase: PHASE },
  },
  callscribe_runs_stalled: {
    type: 'gauge',
    help: 'Unfinished runs that do not go on until somebody acts.',
    labels: { reason: 'reason of the condition Stalled, an error code' },
  },
  callscribe_active_runs: { type: 'gauge', help: 'Runs that this process works on.', labels: {} },
  callscribe_runs_finished_total: {
    type: 'counter',
    help: 'Runs that this process brought to their end.',
    labels: { phase: PHASE },
  },
  callscribe_run_duration_seconds: {
    type: 'histogram',
    help: 'From the start of a run to its end, pauses included.',
    labels: { phase: PHASE },
    buckets: RUN_SECONDS,
  },
  callscribe_schedule_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the newest successful run of a schedule ended, in seconds since the epoch. A run that failed in part counts.',
    // Prometheus keeps `namespace` for that of the target.
    labels: { run_namespace: 'namespace of the schedule', schedule: 'label callscribe.dev/schedule of its runs' },
  },

  callscribe_recordings_total: {
    type: 'counter',
    help: 'Recordings, and conversations without one, that came to their outcome.',
    labels: { outcome: OUTCOME, code: CODE },
  },
  callscribe_recordings_in_flight: { type: 'gauge', help: 'Recordings that are being worked on.', labels: {} },
  callscribe_recordings_pending: { type: 'gauge', help: 'Recordings that were found and wait.', labels: {} },
  callscribe_step_duration_seconds: {
    type: 'histogram',
    help: 'Time of one step of one recording, or of one conversation for Locate.',
    labels: { stage: 'Locate, Fetch, Transcribe, Attribute or Deliver', result: 'success or error' },
    buckets: SECONDS,
  },
  callscribe_step_errors_total: {
    type: 'counter',
    help: 'Steps that failed, whether they are tried again or not.',
    labels: { stage: 'as above', code: CODE },
  },
  callscribe_attempts_total: {
    type: 'counter',
    help: 'Rows of the report: attempts, and what ended without one. More attempts than recordings are retries.',
    labels: { status: 'success, failed, unknown or skipped', code: CODE },
  },

  callscribe_audio_seconds_total: {
    type: 'counter',
    help: 'Length of the audio that speech services worked on, or may have worked on.',
    labels: { provider: 'spec.stt.provider', status: 'success, failed or unknown' },
  },
  callscribe_cost_total: {
    type: 'counter',
    help: 'Cost on the books. For amounts to the last digit read the report: this is a float.',
    labels: { state: 'settled or unknown', currency: CURRENCY },
  },
  callscribe_cost_reserved: {
    type: 'gauge',
    help: 'Cost of the attempts that may be spending money now.',
    labels: { currency: CURRENCY },
  },

  callscribe_genesys_requests_total: {
    type: 'counter',
    help: 'Requests to Genesys Cloud, logins and repetitions included.',
    labels: { kind: KIND, status: 'HTTP status, or error where no answer came' },
  },
  callscribe_genesys_request_duration_seconds: {
    type: 'histogram',
    help: 'From the first byte of a request to Genesys Cloud to the last byte of its answer.',
    labels: { kind: 'as above' },
    buckets: REQUEST_SECONDS,
  },

  callscribe_workqueue_depth: { type: 'gauge', help: 'Runs that wait for a reconcile.', labels: {} },
  callscribe_reconcile_duration_seconds: {
    type: 'histogram',
    help: 'Time of one reconcile. An Error is repeated with back-off, a TerminalError is not.',
    labels: { result: 'Done, RequeueAfter, Error or TerminalError' },
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  },
  callscribe_watch_errors_total: { type: 'counter', help: 'Disturbances of the watch of runs.', labels: {} },
  callscribe_kube_requests_total: {
    type: 'counter',
    help: 'Requests to the API server.',
    labels: {
      verb: 'get, list, watch, create, update, patch or delete',
      resource: 'plural name of the resource, with its part, for example transcriptionruns/status',
      code: 'HTTP status, or error where no answer came',
    },
  },
  callscribe_kube_request_duration_seconds: {
    type: 'histogram',
    help: 'Until the head of the answer of the API server.',
    labels: { verb: 'as above' },
    buckets: REQUEST_SECONDS,
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;

export type LabelsOf<Name extends MetricName> = Readonly<Record<keyof (typeof metrics)[Name]['labels'], string>>;
