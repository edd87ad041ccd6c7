/**
 * What Prometheus reads about the work itself. No label holds an id: their number would grow without end.
 * @module
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RecordingProgress } from '../pipeline/plan.ts';

export interface Metrics {
  recordingEnded(recording: RecordingProgress, currency: string): void;
  reconciled(result: 'Done' | 'RequeueAfter' | 'Error', seconds: number): void;
}

export interface MetricsSources {
  /** Whether this process is the one that works. */
  readonly leads: () => boolean;
  /** Attempts at runs under way. */
  readonly activeRuns: () => number;
  /** Keys that wait for a reconcile. */
  readonly queueDepth: () => number;
}

const gauge = (registers: Registry[], name: string, help: string, read: () => number): Gauge =>
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });

export const createMetrics = (registry: Registry, { leads, activeRuns, queueDepth }: MetricsSources): Metrics => {
  const registers = [registry];
  gauge(registers, 'callscribe_leader', '1 where this process leads, 0 where it waits for its turn.', () =>
    Number(leads()),
  );
  gauge(registers, 'callscribe_active_runs', 'Runs that this process works on.', activeRuns);
  gauge(registers, 'callscribe_workqueue_depth', 'Runs that wait for a reconcile.', queueDepth);
  const recordings = new Counter({
    name: 'callscribe_recordings_total',
    help: 'Recordings, and conversations without one, by outcome and error code.',
    labelNames: ['outcome', 'code'],
    registers,
  });
  const audio = new Counter({ name: 'callscribe_audio_seconds_total', help: 'Audio that was transcribed.', registers });
  const cost = new Counter({
    name: 'callscribe_cost_total',
    help: 'Settled cost of transcribed recordings. For amounts to the cent read the report: this is a float.',
    labelNames: ['currency'],
    registers,
  });
  const reconciles = new Histogram({
    name: 'callscribe_reconcile_duration_seconds',
    help: 'Time of one reconcile, by result.',
    labelNames: ['result'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  return {
    recordingEnded: ({ state, error, durationMs, costMicros }, currency) => {
      recordings.inc({ outcome: state, code: error?.code ?? '' });
      if (state === 'Transcribed') audio.inc(durationMs / 1000);
      cost.inc({ currency }, costMicros / 1e6);
    },
    reconciled: (result, seconds) => reconciles.observe({ result }, seconds),
  };
};
