/**
 * A status writer that reports what was written.
 * @module
 */
import type { StatusWriter } from '../run/status-writer.ts';
import type { Metrics } from './metrics.ts';

export const meteredStatusWriter = (writer: StatusWriter, metrics: Pick<Metrics, 'statusWritten'>): StatusWriter => ({
  latest: (run) => writer.latest(run),
  forget: (name) => writer.forget(name),
  write: async (run, status) => {
    const dueMs = await writer.write(run, status);
    if (dueMs === 0) metrics.statusWritten(run.status, status);
    return dueMs;
  },
});
