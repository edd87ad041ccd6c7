import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { TranscriptionRun, TranscriptionRunStatus } from '../../api/types.ts';
import { rowWith } from '../../pipeline/recording/test-recording.ts';
import type { Row } from '../../pipeline/types.ts';
import { metrics as catalogue } from './catalogue.ts';
import { createMetrics, type MetricsSources } from './metrics.ts';

const row = (more: Partial<Row> = {}): Row => rowWith({ queueId: '', ...more });

const run = (name: string, status: TranscriptionRunStatus, labels: Record<string, string> = {}): TranscriptionRun =>
  ({ metadata: { name, namespace: 'calls', uid: name, labels }, status }) as unknown as TranscriptionRun;

const nothing: MetricsSources = {
  leads: () => true,
  activity: () => ({ runs: 0, inFlight: 0, pending: 0 }),
  queueDepth: () => 0,
  runs: () => [],
};

const open = (sources: Partial<MetricsSources> = {}) => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.watch({ ...nothing, ...sources });
  const lines = async (name: string): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return { registry, metrics, lines };
};

describe('createMetrics', () => {
  it('has every metric of the catalogue, with its type', async () => {
    const { registry } = open();
    const known = await registry.getMetricsAsJSON();
    expect(Object.fromEntries(known.map(({ name, type }) => [name, type]))).toEqual(
      Object.fromEntries(Object.entries(catalogue).map(([name, { type }]) => [name, type])),
    );
  });

  it('books cost by its state, and audio where the service may have worked', async () => {
    const { metrics, lines } = open();
    metrics.settled(row(), 'USD');
    metrics.settled(
      row({ status: 'unknown', costMicros: 0, costUnknownMicros: 4100, errorCode: 'CSC_STT_TIMEOUT' }),
      'USD',
    );
    metrics.settled(row({ status: 'failed', costMicros: 0, errorCode: 'CSC_MEDIA_NOT_FOUND' }), 'USD');
    expect(await lines('callscribe_cost_total')).toEqual([
      'callscribe_cost_total{state="settled",currency="USD"} 0.0041',
      'callscribe_cost_total{state="unknown",currency="USD"} 0.0041',
    ]);
    expect(await lines('callscribe_audio_seconds_total')).toEqual([
      'callscribe_audio_seconds_total{provider="generic",status="success"} 61.5',
      'callscribe_audio_seconds_total{provider="generic",status="unknown"} 61.5',
    ]);
    expect(await lines('callscribe_attempts_total')).toContain(
      'callscribe_attempts_total{status="failed",code="CSC_MEDIA_NOT_FOUND"} 1',
    );
  });

  it('counts the end of a run once, with its duration', async () => {
    const { metrics, lines } = open();
    const ended = {
      phase: 'Failed',
      startTime: '2026-01-01T00:00:00Z',
      completionTime: '2026-01-01T00:01:30Z',
    } as const;
    metrics.statusWritten({ phase: 'Running' }, { phase: 'Running' });
    metrics.statusWritten({ phase: 'Running' }, ended);
    metrics.statusWritten(ended, { ...ended, progress: '1/1' });
    expect(await lines('callscribe_runs_finished_total')).toEqual([
      'callscribe_runs_finished_total{phase="Succeeded"} 0',
      'callscribe_runs_finished_total{phase="PartiallyFailed"} 0',
      'callscribe_runs_finished_total{phase="Failed"} 1',
      'callscribe_runs_finished_total{phase="Cancelled"} 0',
    ]);
    expect(await lines('callscribe_run_duration_seconds_sum')).toEqual([
      'callscribe_run_duration_seconds_sum{phase="Failed"} 90',
    ]);
  });

  it('reads the state of the runs when it is looked at', async () => {
    const nightly = { 'callscribe.dev/schedule': 'nightly' };
    const runs = [
      run('a', { phase: 'Succeeded', completionTime: '2026-01-01T00:00:00Z' }, nightly),
      run('b', { phase: 'PartiallyFailed', completionTime: '2026-01-02T00:00:00Z' }, nightly),
      run('c', { phase: 'Failed', completionTime: '2026-01-03T00:00:00Z' }, nightly),
      run('d', {
        phase: 'Running',
        conditions: [
          { type: 'Stalled', status: 'True', reason: 'CSC_BUDGET_EXHAUSTED', message: '', lastTransitionTime: '' },
        ],
      }),
      run('e', {}),
    ];
    const { lines } = open({ runs: () => runs });
    expect(await lines('callscribe_schedule_last_success_timestamp_seconds')).toEqual([
      `callscribe_schedule_last_success_timestamp_seconds{run_namespace="calls",schedule="nightly"} ${Date.UTC(2026, 0, 2) / 1000}`,
    ]);
    expect(await lines('callscribe_runs_stalled')).toEqual([
      'callscribe_runs_stalled{reason="CSC_BUDGET_EXHAUSTED"} 1',
    ]);
    expect(await lines('callscribe_runs')).toEqual([
      'callscribe_runs{phase="Pending"} 1',
      'callscribe_runs{phase="Running"} 1',
      'callscribe_runs{phase="Suspended"} 0',
      'callscribe_runs{phase="Succeeded"} 1',
      'callscribe_runs{phase="PartiallyFailed"} 1',
      'callscribe_runs{phase="Failed"} 1',
      'callscribe_runs{phase="Cancelled"} 0',
    ]);
    runs.splice(0);
    expect(await lines('callscribe_runs_stalled')).toEqual([]);
  });
});
