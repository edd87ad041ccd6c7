/**
 * `callscribe controller`: the operator.
 * @module
 */
import { systemClock } from '../clock.ts';
import { runManager } from '../controller/manager.ts';
import { createLog, loggable } from '../log.ts';
import { connect } from './cluster.ts';
import { type ElectionFlags, electorOf } from './elector.ts';
import { type EnvironmentFlags, openPipeline } from './environment.ts';
import { EXIT } from './exit.ts';
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

/** @returns the exit code: 0 after a clean stop, 1 where the operator could not start */
export const controller = async (flags: ControllerFlags): Promise<number> => {
  const log = createLog({ level: flags.logLevel, isTerminal: process.stdout.isTTY, stream: process.stdout });
  try {
    const afterEffect = readFaultPoint(process.env);
    const { kube: client, namespace } = connect();
    const kube = afterEffect ? withFaultPoints(client, afterEffect) : client;
    const pipeline = await openPipeline(flags, afterEffect && faultPointInterceptor(afterEffect));
    await runManager(
      {
        kube,
        namespaces: flags.namespaces,
        metricsAddress: flags.metricsAddress,
        healthAddress: flags.healthAddress,
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
    await kube.close();
    return EXIT.succeeded;
  } catch (error) {
    log.fatal({ err: loggable(error) }, 'the operator cannot go on');
    return EXIT.failed;
  }
};
