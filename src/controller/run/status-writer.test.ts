/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/runtime/manual-clock.ts';
import { memoryKube, type StoredObject } from '../../../test/runtime/memory-kube.ts';
import type { TranscriptionRun, TranscriptionRunStatus } from '../../api/types.ts';
import { createStatusWriter } from './status-writer.ts';
import { iso, NOW_MS, runOf } from './test-facts.ts';

const PATH = '/apis/callscribe.dev/v1alpha1/namespaces/calls/transcriptionruns/nightly';

const condition = (type: string, status: 'True' | 'False') => ({
  type,
  status,
  reason: 'R',
  message: '',
  lastTransitionTime: iso(NOW_MS),
});

const scene = (status?: TranscriptionRunStatus) => {
  const memory = memoryKube();
  const clock = manualClock(NOW_MS);
  const run = runOf({}, status, { resourceVersion: '0' });
  memory.objects.set(PATH, run);
  const writer = createStatusWriter({ kube: memory.kube, clock });
  const stored = (): TranscriptionRun & StoredObject => memory.objects.get(PATH) as TranscriptionRun;
  return { memory, clock, run, writer, stored, writes: () => memory.calls.length };
};

describe('write', () => {
  it('sends what changed, and for its own run only', async () => {
    const { writer, run, stored, memory } = scene({ phase: 'Running', progress: '1/2', duration: '5s' });
    const bodies: unknown[] = [];
    const { kube } = memory;
    const patch = kube.patch.bind(kube);
    Object.assign(memory.kube, {
      patch: (path: string, body: object) => {
        bodies.push(body);
        return patch(path, body);
      },
    });
    expect(await writer.write(run, { phase: 'Succeeded', progress: '2/2' })).toBe(0);
    expect(memory.calls).toEqual([`PATCH ${PATH}/status`]);
    expect(bodies).toEqual([
      {
        metadata: { uid: 'uid-1', resourceVersion: '0' },
        status: { phase: 'Succeeded', progress: '2/2', duration: null },
      },
    ]);
    expect(stored().status).toEqual({ phase: 'Succeeded', progress: '2/2' });
  });

  it('sends nothing where nothing changed', async () => {
    const { writer, run, writes } = scene({ phase: 'Running', conditions: [condition('Ready', 'False')] });
    expect(await writer.write(run, { phase: 'Running', conditions: [condition('Ready', 'False')] })).toBe(0);
    expect(writes()).toBe(0);
  });

  it('is done once a second at most, and says when the next one is due', async () => {
    const { writer, run, clock, writes } = scene();
    const write = (progress: string): Promise<number> =>
      writer.write(writer.latest(run), { phase: 'Running', progress });
    expect(await write('0/9')).toBe(0);
    await clock.advance(300);
    expect(await write('1/9')).toBe(700);
    await clock.advance(700);
    expect(await write('2/9')).toBe(0);
    expect(writes()).toBe(2);
  });

  it.each<[string, TranscriptionRunStatus]>([
    ['a phase', { phase: 'Succeeded', conditions: [condition('Ready', 'False')] }],
    ['a condition', { phase: 'Running', conditions: [condition('Ready', 'True')] }],
    ['a new condition', { phase: 'Running', conditions: [condition('Ready', 'False'), condition('Stalled', 'True')] }],
  ])('is done at once for %s that changed', async (_, next) => {
    const { writer, run, writes } = scene();
    await writer.write(run, { phase: 'Running', conditions: [condition('Ready', 'False')] });
    expect(await writer.write(writer.latest(run), next)).toBe(0);
    expect(writes()).toBe(2);
  });

  it('does not write to a run that took the name of another one', async () => {
    const { writer, run, memory, stored } = scene();
    memory.objects.set(PATH, runOf({}, undefined, { uid: 'uid-2', resourceVersion: '7' }));
    await expect(writer.write(run, { phase: 'Running' })).rejects.toMatchObject({ status: 409 });
    expect(stored().status).toBeUndefined();
  });

  it('does not write what was decided from an older spec', async () => {
    const { writer, run, memory } = scene();
    memory.objects.set(PATH, runOf({ suspend: true }, undefined, { resourceVersion: '7' }));
    await expect(writer.write(run, { phase: 'Running' })).rejects.toMatchObject({ status: 409 });
  });

  it('fails for a run that is gone', async () => {
    const { writer, run, memory } = scene();
    memory.objects.delete(PATH);
    await expect(writer.write(run, { phase: 'Running' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('latest', () => {
  it('has our own last status while the cache lags behind, with the spec of the cache', async () => {
    const { writer, run } = scene();
    await writer.write(run, { phase: 'Succeeded' });
    const cached = runOf({ suspend: true }, { phase: 'Running' }, { resourceVersion: '0' });
    expect(writer.latest(cached)).toMatchObject({ spec: { suspend: true }, status: { phase: 'Succeeded' } });
  });

  it('has that of the cache once it is as new, though somebody else wrote it', async () => {
    const { writer, run } = scene();
    await writer.write(run, { phase: 'Running' });
    const cached = runOf({}, { phase: 'Failed' }, { resourceVersion: '2' });
    expect(writer.latest(cached)).toBe(cached);
  });

  it('compares versions as numbers', async () => {
    const { writer, run, stored } = scene();
    for (const phase of [
      'Pending',
      'Running',
      'Pending',
      'Running',
      'Pending',
      'Running',
      'Pending',
      'Running',
      'Pending',
      'Running',
    ] as const) {
      await writer.write(writer.latest(run), { phase });
    }
    expect(stored().metadata.resourceVersion).toBe('10');
    expect(writer.latest(runOf({}, { phase: 'Pending' }, { resourceVersion: '9' })).status?.phase).toBe('Running');
  });

  it('knows nothing of another run of the same name, or of one that is gone', async () => {
    const { writer, run } = scene();
    await writer.write(run, { phase: 'Succeeded' });
    const other = runOf({}, undefined, { uid: 'uid-2', resourceVersion: '0' });
    expect(writer.latest(other)).toBe(other);
    writer.forget({ namespace: 'calls', name: 'nightly' });
    expect(writer.latest(run)).toBe(run);
  });
});
