import { SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import type { RecordingProgress, Step } from '../../pipeline/plan.ts';
import { createTracing } from './tracing.ts';

const step = (more: Partial<Step>): Step => ({
  stage: 'Fetch',
  conversationId: 'c1',
  recordingId: 'r1',
  startAtMs: 1_000_000,
  endAtMs: 1_000_250,
  ...more,
});

const ended = (more: Partial<RecordingProgress>): RecordingProgress => ({
  recordingId: 'r1',
  conversationId: 'c1',
  state: 'Transcribed',
  stage: 'Settle',
  attempt: 1,
  durationMs: 61_500,
  costMicros: 0,
  sinceAtMs: 0,
  ...more,
});

const open = () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const attempt = createTracing(provider.getTracer('test')).attempt({ namespace: 'calls', name: 'nightly', uid: 'u' });
  const spans = () => exporter.getFinishedSpans();
  const spanOf = (name: string) => spans().find((span) => span.name === name);
  return { attempt, spans, spanOf };
};

describe('createTracing', () => {
  it('makes a tree: attempt, recording, step', () => {
    const { attempt, spanOf } = open();
    attempt.step(step({}));
    attempt.recordingEnded(ended({}));
    attempt.end();
    const [root, recording, fetched] = [spanOf('transcription run'), spanOf('recording'), spanOf('Fetch')];
    expect(root?.parentSpanContext).toBeUndefined();
    expect(recording?.parentSpanContext?.spanId).toBe(root?.spanContext().spanId);
    expect(fetched?.parentSpanContext?.spanId).toBe(recording?.spanContext().spanId);
  });

  it('says what a span is about, and when its step was', () => {
    const { attempt, spanOf } = open();
    attempt.step(step({}));
    attempt.recordingEnded(ended({}));
    attempt.end();
    expect(spanOf('transcription run')?.attributes).toMatchObject({
      'k8s.namespace.name': 'calls',
      'callscribe.run.name': 'nightly',
    });
    expect(spanOf('recording')?.attributes).toMatchObject({
      'callscribe.recording.id': 'r1',
      'callscribe.outcome': 'Transcribed',
    });
    expect(spanOf('Fetch')?.duration).toEqual([0, 250_000_000]);
  });

  it('hangs a step of the whole conversation on the attempt', () => {
    const { attempt, spanOf } = open();
    const { recordingId: _, ...located } = step({ stage: 'Locate' });
    attempt.step(located);
    attempt.end();
    expect(spanOf('Locate')?.parentSpanContext?.spanId).toBe(spanOf('transcription run')?.spanContext().spanId);
  });

  it('marks what failed by its code', () => {
    const { attempt, spanOf } = open();
    attempt.step(step({ error: 'CSC_MEDIA_NOT_FOUND' }));
    attempt.recordingEnded(ended({ state: 'Failed', error: { code: 'CSC_MEDIA_NOT_FOUND', message: 'secret' } }));
    attempt.end();
    for (const name of ['Fetch', 'recording'])
      expect(spanOf(name)?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'CSC_MEDIA_NOT_FOUND' });
    expect(JSON.stringify(spanOf('recording')?.attributes)).not.toContain('secret');
  });

  it('ends what has no outcome with the attempt', () => {
    const { attempt, spans } = open();
    attempt.step(step({}));
    expect(spans().map(({ name }) => name)).toEqual(['Fetch']);
    attempt.end();
    expect(spans().map(({ name }) => name)).toEqual(['Fetch', 'recording', 'transcription run']);
  });
});
