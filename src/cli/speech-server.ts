/**
 * `callscribe speech-server`: the embedded engine behind the generic contract.
 * @module
 */
import { CallscribeError, catalogue } from '../errors.ts';
import { createLog, loggable, type Logger } from '../log.ts';
import { modelFolder, openModel } from '../speech-server/models.ts';
import { startEngine } from '../speech-server/queue.ts';
import { type SpeechServer, startSpeechServer } from '../speech-server/server.ts';
import { EXIT, exitCodeOf } from './exit.ts';

export interface SpeechServerFlags {
  readonly port: number;
  readonly host?: string;
  readonly model: string;
  readonly modelDir?: string;
  readonly apiKey?: string;
  readonly maxQueue: number;
  readonly shutdownGraceSeconds: number;
  readonly logLevel: string;
}

const start = async (flags: SpeechServerFlags, log: Logger): Promise<SpeechServer> => {
  const { port, host, model, apiKey, maxQueue } = flags;
  const paths = await openModel(flags.modelDir ?? modelFolder(process.env), model);
  const server = await startSpeechServer({
    port,
    startEngine: () => startEngine(paths),
    maxQueue,
    ...(host !== undefined && { host }),
    ...(apiKey !== undefined && { apiKey }),
    onRequest: (outcome) => log.info(outcome, 'request'),
    onTrouble: (message) => log.error(message),
  });
  log.info({ url: server.url, model }, 'ready');
  return server;
};

const remedyOf = (error: unknown): object =>
  error instanceof CallscribeError ? { remedy: catalogue[error.code].remedy } : {};

/**
 * Serves until SIGTERM or SIGINT, then answers what is inside.
 * @returns the exit code: 0 after a clean stop, 2 for a model that nobody knows, 1 where the engine cannot start or broke down
 */
export const speechServer = async (flags: SpeechServerFlags): Promise<number> => {
  const log = createLog({ level: flags.logLevel, isTerminal: process.stdout.isTTY, stream: process.stdout });
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  let server: SpeechServer | undefined;
  try {
    server = await start(flags, log);
    await Promise.race([stopped, server.broken]);
    log.info('stopping');
    await server.close(flags.shutdownGraceSeconds * 1000);
    return EXIT.succeeded;
  } catch (error) {
    log.fatal({ err: loggable(error), ...remedyOf(error) }, 'the speech server cannot go on');
    await server?.close(0);
    return exitCodeOf(error);
  }
};
