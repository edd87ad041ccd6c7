/**
 * `callscribe controller`: the operator.
 * @module
 */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { systemClock } from '../clock.ts';
import { runManager } from '../controller/manager.ts';
import { createMetrics } from '../controller/metrics/metrics.ts';
import { createLog, loggable } from '../log.ts';
import { connect } from './cluster.ts';
import { type ElectionFlags, electorOf } from './elector.ts';
import { type EnvironmentFlags, openPipeline } from './environment.ts';
import { EXIT } from './exit.ts';
import { openTracing } from './open-tracing.ts';
import { faultPointInterceptor, readFaultPoint, withFaultPoints } from './fault-point.ts';

export interface ControllerFlags extends EnvironmentFlags, ElectionFlags {
  readonly namespaces: readonly string[];
  readonly metricsAddress: string;
  readonly healthAddress: string;
  readonly shutdownGraceSeconds: number;
  readonly logLevel: string;
}

/** Aborted by the first SIGTERM or SIGINT; the next ones have their usual effect. */
const untilTerminated = (): AbortSignal => {
  const stop = new AbortController();
  const end = (): void => stop.abort(new Error('the process was asked to stop'));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  return stop.signal;
};

/** SIGUSR2 switches between the level that was asked for and `debug`, without a restart. */
const switchableLevel = (wanted: string): { readonly current: () => string; onSwitch(listener: () => void): void } => {
  let current = wanted;
  return {
    current: () => current,
    onSwitch: (listener) =>
      void process.on('SIGUSR2', () => {
        current = current === 'debug' ? wanted : 'debug';
        listener();
      }),
  };
};

/** @returns the exit code: 0 after a clean stop, 1 where the operator could not start */
export const controller = async (flags: ControllerFlags): Promise<number> => {
  const level = switchableLevel(flags.logLevel);
  const log = createLog({ level: level.current, isTerminal: process.stdout.isTTY, stream: process.stdout });
  level.onSwitch(() => log.info({ logLevel: level.current() }, 'the log level was switched'));
  try {
    const afterEffect = readFaultPoint(process.env);
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const metrics = createMetrics(registry);
    const { kube: client, namespace } = connect({ onRequest: metrics.kubeRequest });
    const kube = afterEffect ? withFaultPoints(client, afterEffect) : client;
    const pipeline = await openPipeline(flags, {
      onGenesysRequest: metrics.genesysRequest,
      ...(afterEffect && { intercept: faultPointInterceptor(afterEffect) }),
    });
    const { tracing, close: closeTracing } = await openTracing(process.env);
    await runManager(
      {
        kube,
        namespaces: flags.namespaces,
        metricsAddress: flags.metricsAddress,
        healthAddress: flags.healthAddress,
        metrics,
        registry,
        tracing,
        elector: electorOf(flags, { kube, namespace, log }),
        pipeline: pipeline.run,
        graceMs: flags.shutdownGraceSeconds * 1000,
        clock: systemClock,
        random: Math.random,
        log,
      },
      untilTerminated(),
    );
    await pipeline.close();
    await closeTracing();
    await kube.close();
    return EXIT.succeeded;
  } catch (error) {
    log.fatal({ err: loggable(error) }, 'the operator cannot go on');
    return EXIT.failed;
  }
};
