/**
 * What the operator tells about its work: metrics, traces by OTLP, log lines, and their level.
 * @module
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { outboundCalls } from '../genesys/calls.ts';
import { createStage } from './stage.ts';
import { waitUntil } from './wait.ts';

interface OTLPSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

interface OTLPExport {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly OTLPSpan[] }[] }[];
}

/** What a collector receives at `/v1/traces`. */
const startCollector = async () => {
  const spans: OTLPSpan[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      for (const { scopeSpans } of (body as OTLPExport).resourceSpans)
        for (const scope of scopeSpans) spans.push(...scope.spans);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    spans,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
};

/** Value of a series, by its name and labels as they are written. */
const valueOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
};

describe('an operator', () => {
  it('counts what it does, and says one line about each recording', async () => {
    await using stage = await createStage({ conversations: outboundCalls(4), flags: ['--log-level=info'] });
    await stage.apply('counted');
    const { status } = await stage.untilFinished('counted');
    const [operator] = stage.operators;
    const text = await (await fetch(`${operator?.metricsURL}/metrics`)).text();

    expect(valueOf(text, 'callscribe_recordings_total{outcome="Transcribed",code=""}')).toBe(4);
    expect(valueOf(text, 'callscribe_attempts_total{status="success",code=""}')).toBe(4);
    expect(valueOf(text, 'callscribe_runs_finished_total{phase="Succeeded"}')).toBe(1);
    expect(valueOf(text, 'callscribe_runs{phase="Succeeded"}')).toBe(1);
    expect(valueOf(text, 'callscribe_cost_total{state="settled",currency="USD"}')).toBeCloseTo(
      Number(status?.cost?.settled),
      6,
    );
    expect(valueOf(text, 'callscribe_cost_reserved{currency="USD"}')).toBeCloseTo(0, 9);
    expect(valueOf(text, 'callscribe_audio_seconds_total{provider="generic",status="success"}')).toBeCloseTo(
      Number(status?.audioSeconds),
      3,
    );
    expect(valueOf(text, 'callscribe_step_duration_seconds_count{stage="Transcribe",result="success"}')).toBe(4);
    expect(valueOf(text, 'callscribe_recordings_in_flight')).toBe(0);
    expect(valueOf(text, 'callscribe_leader')).toBe(1);
    const genesys = text.split('\n').filter((line) => line.startsWith('callscribe_genesys_requests_total{'));
    expect(genesys.reduce((sum, line) => sum + Number(line.split('} ')[1]), 0)).toBe(status?.genesys?.requests);
    expect(text).toMatch(
      /^callscribe_kube_requests_total\{verb="patch",resource="transcriptionruns\/status",code="200"\} \d+$/m,
    );
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
    // Neither conversations nor recordings are in a label.
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);

    const lines = operator?.log.filter(({ recordingId }) => recordingId !== undefined) ?? [];
    expect(lines.map(({ level, msg, state }) => [level, msg, state])).toEqual(
      Array.from({ length: 4 }, () => ['info', 'recording ended', 'Transcribed']),
    );
  });

  it('says of each line about a run which run, and which reconcile', async () => {
    await using stage = await createStage({ conversations: outboundCalls(1) });
    await stage.apply('told');
    await stage.untilFinished('told');
    const lines = stage.operators.flatMap(({ log }) => log).filter(({ run }) => run === 'told');
    expect(lines.flatMap(({ reason }) => reason ?? [])).toEqual(['Started', 'Succeeded']);
    const facts = { namespace: stage.namespace, reconcileId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line).toMatchObject(facts);
  });

  it('makes one Event of many that are alike, and counts it up', async () => {
    const calls = 14;
    await using stage = await createStage({ conversations: outboundCalls(calls) });
    stage.speech.faults.next(...Array.from({ length: calls }, () => ({ path: /transcribe/, status: 422 })));
    await stage.apply('many-failures');
    await stage.untilFinished('many-failures');
    const counts = async (): Promise<readonly number[]> => {
      const selector = 'involvedObject.name=many-failures,reason=CSC_STT_REJECTED';
      const list = await stage.kubectl(['get', 'events', `--field-selector=${selector}`, '-o', 'json']);
      return (JSON.parse(list) as { readonly items: readonly { readonly count: number }[] }).items.map(
        ({ count }) => count,
      );
    };
    const [most] = (await counts()).toSorted((a, b) => b - a);
    expect(most).toBeGreaterThanOrEqual(2);
    expect((await counts()).length).toBeLessThan(calls);
  });

  it('sends traces where a collector is named', async () => {
    await using collector = await startCollector();
    await using stage = await createStage({ conversations: outboundCalls(2), startOperator: false });
    const operator = await stage.startOperator({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    await stage.apply('traced');
    await stage.untilFinished('traced');
    expect(await operator.stop()).toBe(0);

    const named = (name: string): OTLPSpan[] => collector.spans.filter((span) => span.name === name);
    const [root] = named('transcription run');
    expect(named('transcription run')).toHaveLength(1);
    expect(named('recording').map(({ parentSpanId }) => parentSpanId)).toEqual([root?.spanId, root?.spanId]);
    for (const stageName of ['Fetch', 'Transcribe', 'Attribute', 'Deliver']) expect(named(stageName)).toHaveLength(2);
    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it('changes its log level without a restart', async () => {
    await using stage = await createStage();
    const [operator] = stage.operators;
    process.kill(operator?.pid ?? 0, 'SIGUSR2');
    await waitUntil(
      async () => operator?.log.find(({ logLevel }) => logLevel === 'debug'),
      5000,
      () => JSON.stringify(operator?.log),
    );
    process.kill(operator?.pid ?? 0, 'SIGUSR2');
    await waitUntil(
      async () => operator?.log.find(({ logLevel }) => logLevel === 'info'),
      5000,
      () => JSON.stringify(operator?.log),
    );
  });
});
