/**
 * Traces of runs: a span for each attempt of this process at a run, in it one for each recording, in that one for each step. Where
 * nobody asked for traces none of this is loaded.
 * @module
 */
import { type Context, ROOT_CONTEXT, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { RecordingProgress, RunIdentity, Step } from '../../pipeline/plan.ts';

export interface Tracing {
  /** An attempt at a run begins now. */
  attempt(run: RunIdentity): AttemptTrace;
}

export interface AttemptTrace {
  step(step: Step): void;
  recordingEnded(recording: RecordingProgress): void;
  /** What has no outcome yet ends with the attempt. */
  end(): void;
}

const fail = (span: Span, code: string): void => {
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
};

/** Identifiers only: what was said, by whom and where it is fetched from is not part of a trace. */
export const createTracing = (tracer: Tracer): Tracing => ({
  attempt: ({ namespace, name, uid }) => {
    const root = tracer.startSpan(
      'transcription run',
      { attributes: { 'k8s.namespace.name': namespace, 'callscribe.run.name': name, 'callscribe.run.uid': uid } },
      ROOT_CONTEXT,
    );
    const within = trace.setSpan(ROOT_CONTEXT, root);
    const recordings = new Map<string, { readonly span: Span; readonly context: Context }>();

    /** Begins with the first step of the recording. */
    const recordingOf = (recordingId: string, { conversationId, startAtMs }: Step): Context => {
      const known = recordings.get(recordingId);
      if (known) return known.context;
      const attributes = { 'callscribe.recording.id': recordingId, 'callscribe.conversation.id': conversationId };
      const span = tracer.startSpan('recording', { attributes, startTime: startAtMs }, within);
      const context = trace.setSpan(within, span);
      recordings.set(recordingId, { span, context });
      return context;
    };

    return {
      step: (step) => {
        const { stage, conversationId, recordingId, startAtMs, endAtMs, error } = step;
        const parent = recordingId === undefined ? within : recordingOf(recordingId, step);
        const attributes = { 'callscribe.conversation.id': conversationId };
        const span = tracer.startSpan(stage, { attributes, startTime: startAtMs }, parent);
        if (error !== undefined) fail(span, error);
        span.end(endAtMs);
      },
      recordingEnded: ({ recordingId, state, attempt, durationMs, error }) => {
        const known = recordings.get(recordingId);
        if (!known) return;
        recordings.delete(recordingId);
        known.span.setAttributes({
          'callscribe.outcome': state,
          'callscribe.attempt': attempt,
          'callscribe.audio.ms': durationMs,
        });
        if (state === 'Failed' && error) fail(known.span, error.code);
        known.span.end();
      },
      end: () => {
        for (const { span } of recordings.values()) span.end();
        recordings.clear();
        root.end();
      },
    };
  },
});
