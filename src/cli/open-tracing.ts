/**
 * Traces by OTLP, where the environment names a collector. Otherwise nothing of OpenTelemetry is loaded.
 * @module
 */
import type { Tracing } from '../controller/tracing/tracing.ts';
import { version } from '../version.ts';

export interface OpenTracing {
  readonly tracing?: Tracing;
  /** Sends what is left. */
  readonly close: () => Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables by which OpenTelemetry is configured everywhere; the exporter reads them, and the rest of them, itself. */
const isWanted = (env: Environment): boolean =>
  env['OTEL_SDK_DISABLED'] !== 'true' &&
  Boolean(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT']);

export const openTracing = async (env: Environment): Promise<OpenTracing> => {
  if (!isWanted(env)) return { close: async () => {} };
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }, { createTracing }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('../controller/tracing/tracing.ts'),
    ]);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': env['OTEL_SERVICE_NAME'] ?? 'callscribe',
      'service.version': version,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  return {
    tracing: createTracing(provider.getTracer('callscribe', version)),
    // A collector that is away must not keep the process.
    close: () => provider.shutdown().catch(() => {}),
  };
};
