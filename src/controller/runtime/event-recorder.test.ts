import { describe, expect, it } from 'vitest';
import { manualTimers } from '../../../test/runtime/manual-timers.ts';
import { memoryKube } from '../../../test/runtime/memory-kube.ts';
import { createEventRecorder, type EventRecorderOptions, type EventSubject, FLUSH_MS } from './event-recorder.ts';
import { KubeError } from './kube-error.ts';

const subject: EventSubject = {
  apiVersion: 'callscribe.dev/v1alpha1',
  kind: 'TranscriptionRun',
  metadata: { namespace: 'ns', name: 'nightly', uid: 'u' },
};
const started = { type: 'Normal', reason: 'Started', message: 'the run began' } as const;
const START_MS = Date.parse('2026-01-02T03:04:05.678Z');
const PATH = '/api/v1/namespaces/ns/events';

const scene = (more: Partial<EventRecorderOptions> = {}) => {
  const memory = memoryKube();
  const errors: unknown[] = [];
  const waits: number[] = [];
  const timers = manualTimers();
  let ids = 0;
  const recorder = createEventRecorder({
    kube: memory.kube,
    clock: {
      now: () => START_MS + timers.nowMs(),
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        waits.push(ms);
      },
    },
    newId: () => `id${(ids += 1)}`,
    onError: (error) => errors.push(error),
    timers,
    ...more,
  });
  return { ...memory, memory, recorder, errors, waits, timers };
};

const unavailable = new KubeError('no answer', { status: 0, reason: 'ECONNREFUSED' });

describe('createEventRecorder', () => {
  it('writes an Event about the object', async () => {
    const { recorder, objects } = scene();
    recorder.emit(subject, started);
    await recorder.flush();
    expect(objects.get(`${PATH}/nightly.id1`)).toMatchObject({
      kind: 'Event',
      metadata: { name: 'nightly.id1', namespace: 'ns' },
      involvedObject: {
        apiVersion: 'callscribe.dev/v1alpha1',
        kind: 'TranscriptionRun',
        namespace: 'ns',
        name: 'nightly',
        uid: 'u',
      },
      ...started,
      count: 1,
      firstTimestamp: '2026-01-02T03:04:05Z',
      lastTimestamp: '2026-01-02T03:04:05Z',
    });
  });

  it('counts an alike one up by a patch', async () => {
    const { recorder, objects, calls, timers } = scene();
    recorder.emit(subject, started);
    await recorder.flush();
    await timers.advance(2000);
    recorder.emit(subject, started);
    await recorder.flush();
    expect(calls).toEqual([`POST ${PATH}`, `PATCH ${PATH}/nightly.id1`]);
    expect(objects.get(`${PATH}/nightly.id1`)).toMatchObject({ count: 2, lastTimestamp: '2026-01-02T03:04:07Z' });
  });

  it('writes a new one where the API server has dropped the old one', async () => {
    const { recorder, objects } = scene();
    recorder.emit(subject, started);
    await recorder.flush();
    objects.clear();
    recorder.emit(subject, started);
    await recorder.flush();
    expect([...objects.keys()]).toEqual([`${PATH}/nightly.id2`]);
  });

  it('has a ceiling for each object', async () => {
    const { recorder, calls } = scene();
    for (let n = 0; n < 100; n += 1) recorder.emit(subject, { ...started, message: `${n}` });
    recorder.emit({ ...subject, metadata: { ...subject.metadata, uid: 'other' } }, started);
    await recorder.flush();
    expect(calls).toHaveLength(26);
  });

  it('tries again, gives up in the end, and tells only onError', async () => {
    const { recorder, memory, calls, errors, waits } = scene();
    memory.intercept = () => Promise.reject(unavailable);
    recorder.emit(subject, started);
    await recorder.flush();
    expect(calls).toHaveLength(3);
    expect(waits).toEqual([500, 2000]);
    expect(errors).toEqual([unavailable]);
  });

  it('does not repeat what is refused, as in a namespace that is being deleted', async () => {
    const { recorder, memory, calls, errors } = scene();
    memory.intercept = () => Promise.reject(new KubeError('no', { status: 403, reason: 'Forbidden' }));
    recorder.emit(subject, started);
    await recorder.flush();
    expect([calls.length, errors.length]).toEqual([1, 1]);
  });

  it('goes on after an onError that throws', async () => {
    const { recorder, memory, objects } = scene({
      onError: () => {
        throw new Error('no log');
      },
    });
    memory.intercept = () => Promise.reject(new KubeError('no', { status: 403, reason: 'Forbidden' }));
    recorder.emit(subject, started);
    await recorder.flush();
    memory.intercept = () => Promise.resolve();
    recorder.emit(subject, { ...started, reason: 'Completed' });
    await recorder.flush();
    expect(objects.size).toBe(1);
  });

  it('holds a bounded number of Events while the API server does not answer, and flush does not wait for it', async () => {
    const { recorder, memory, calls, errors, timers } = scene();
    memory.intercept = (_, signal) =>
      new Promise((__, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    for (let n = 0; n < 5000; n += 1)
      recorder.emit({ ...subject, metadata: { ...subject.metadata, uid: `${n}` } }, started);
    let flushed = false;
    const flushing = recorder.flush().then(() => {
      flushed = true;
    });
    await timers.advance(FLUSH_MS - 1);
    expect(flushed).toBe(false);
    await timers.advance(1);
    await flushing;
    expect(calls.length).toBeLessThan(3);
    expect(errors).toEqual([]);
    memory.intercept = () => Promise.resolve();
    recorder.emit({ ...subject, metadata: { ...subject.metadata, uid: 'after' } }, started);
    await recorder.flush();
    expect(memory.objects.size).toBe(1);
    expect(timers.pending()).toBe(0);
  });
});
