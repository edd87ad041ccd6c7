/**
 * What the parts of the operator report, as metrics.
 * @module
 */
import type { Registry } from 'prom-client';
import type { TranscriptionRun, TranscriptionRunStatus } from '../../api/types.ts';
import type { GenesysRequest, RecordingProgress, Step } from '../../pipeline/plan.ts';
import type { Outcome, Reservation, Row } from '../../pipeline/types.ts';
import { version } from '../../version.ts';
import { isFinished } from '../run/facts.ts';
import type { Reconciled } from '../runtime/controller.ts';
import type { KubeRequest } from '../runtime/kube-client.ts';
import { createInstruments } from './instruments.ts';
import { lastSuccesses, PHASES, runsByPhase, stalledByReason } from './runs.ts';

export interface Metrics {
  /** Has the gauges read from `sources`. */
  readonly watch: (sources: MetricsSources) => void;
  readonly recordingEnded: (recording: RecordingProgress) => void;
  readonly stepEnded: (step: Step) => void;
  readonly reserved: (reservation: Reservation, currency: string) => void;
  /** A reservation was given back or became a row. */
  readonly released: (reservation: Pick<Reservation, 'reservedMicros'>, currency: string) => void;
  readonly settled: (row: Row, currency: string) => void;
  readonly statusWritten: (before: TranscriptionRunStatus | undefined, after: TranscriptionRunStatus) => void;
  readonly reconciled: (result: Reconciled['result'], durationMs: number) => void;
  readonly watchDisturbed: () => void;
  readonly genesysRequest: (request: GenesysRequest) => void;
  readonly kubeRequest: (request: KubeRequest) => void;
}

export interface MetricsSources {
  /** Whether this process is the one that works. */
  readonly leads: () => boolean;
  /** Attempts at runs under way, and what they have in flight. */
  readonly activity: () => { readonly runs: number; readonly inFlight: number; readonly pending: number };
  /** Keys that wait for a reconcile. */
  readonly queueDepth: () => number;
  /** All runs that are watched. */
  readonly runs: () => readonly TranscriptionRun[];
}

const plain = (value: number) => [{ labels: {}, value }];

const MICROS = 1e6;
const OUTCOMES: readonly Outcome[] = ['Transcribed', 'Skipped', 'Failed', 'NoRecording'];

const durationSecondsOf = ({ startTime, completionTime }: TranscriptionRunStatus): number | undefined =>
  startTime && completionTime ? (Date.parse(completionTime) - Date.parse(startTime)) / 1000 : undefined;

export const createMetrics = (registry: Registry): Metrics => {
  const { count, observe, add, read } = createInstruments(registry);
  read('callscribe_build_info', () => [{ labels: { version, node: process.versions.node }, value: 1 }]);

  // From 0 on: Prometheus sees no increase in a series that begins with 1.
  for (const phase of PHASES) if (isFinished(phase)) count('callscribe_runs_finished_total', { phase }, 0);
  for (const outcome of OUTCOMES) count('callscribe_recordings_total', { outcome, code: '' }, 0);

  const statusWritten: Metrics['statusWritten'] = (before, after) => {
    const { phase = '' } = after;
    if (!isFinished(phase) || isFinished(before?.phase)) return;
    count('callscribe_runs_finished_total', { phase });
    const seconds = durationSecondsOf(after);
    if (seconds !== undefined) observe('callscribe_run_duration_seconds', { phase }, seconds);
  };

  const settled: Metrics['settled'] = (row, currency) => {
    const { status, errorCode: code, costMicros, costUnknownMicros, durationMs, provider } = row;
    count('callscribe_attempts_total', { status, code });
    count('callscribe_cost_total', { state: 'settled', currency }, costMicros / MICROS);
    count('callscribe_cost_total', { state: 'unknown', currency }, costUnknownMicros / MICROS);
    // What never came as far as the service has no cost and no success.
    if (status === 'success' || costMicros > 0 || costUnknownMicros > 0)
      count('callscribe_audio_seconds_total', { provider, status }, durationMs / 1000);
  };

  return {
    watch: ({ leads, activity, queueDepth, runs }) => {
      read('callscribe_leader', () => plain(Number(leads())));
      read('callscribe_active_runs', () => plain(activity().runs));
      read('callscribe_recordings_in_flight', () => plain(activity().inFlight));
      read('callscribe_recordings_pending', () => plain(activity().pending));
      read('callscribe_workqueue_depth', () => plain(queueDepth()));
      read('callscribe_runs', () => runsByPhase(runs()));
      read('callscribe_runs_stalled', () => stalledByReason(runs()));
      read('callscribe_schedule_last_success_timestamp_seconds', () => lastSuccesses(runs()));
    },
    recordingEnded: ({ state, error }) =>
      count('callscribe_recordings_total', { outcome: state, code: error?.code ?? '' }),
    stepEnded: ({ stage, startAtMs, endAtMs, error }) => {
      const result = error === undefined ? 'success' : 'error';
      observe('callscribe_step_duration_seconds', { stage, result }, (endAtMs - startAtMs) / 1000);
      if (error !== undefined) count('callscribe_step_errors_total', { stage, code: error });
    },
    reserved: ({ reservedMicros }, currency) => add('callscribe_cost_reserved', { currency }, reservedMicros / MICROS),
    released: ({ reservedMicros }, currency) => add('callscribe_cost_reserved', { currency }, -reservedMicros / MICROS),
    settled,
    statusWritten,
    reconciled: (result, durationMs) => observe('callscribe_reconcile_duration_seconds', { result }, durationMs / 1000),
    watchDisturbed: () => count('callscribe_watch_errors_total', {}),
    genesysRequest: ({ kind, status, durationMs }) => {
      count('callscribe_genesys_requests_total', { kind, status: String(status ?? 'error') });
      observe('callscribe_genesys_request_duration_seconds', { kind }, durationMs / 1000);
    },
    kubeRequest: ({ verb, resource, status, durationMs }) => {
      count('callscribe_kube_requests_total', { verb, resource, code: String(status ?? 'error') });
      observe('callscribe_kube_request_duration_seconds', { verb }, durationMs / 1000);
    },
  };
};
