/**
 * `callscribe speech-server`: the embedded engine behind the generic contract.
 * @module
 */
import { createLog, loggable } from '../log.ts';
import { modelFolder, openModel } from '../speech-server/models.ts';
import { startSpeechServer } from '../speech-server/server.ts';
import { EXIT } from './exit.ts';

export interface SpeechServerFlags {
  readonly port: number;
  readonly host: string;
  readonly model: string;
  readonly modelDir?: string;
  readonly apiKey?: string;
  readonly maxQueue: number;
  readonly logLevel: string;
}

/** Serves until SIGTERM or SIGINT. @returns the exit code: 0 after a clean stop, 1 where the engine could not start */
export const speechServer = async (flags: SpeechServerFlags): Promise<number> => {
  const log = createLog({ level: flags.logLevel, isTerminal: process.stdout.isTTY, stream: process.stdout });
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  try {
    const model = await openModel(flags.modelDir ?? modelFolder(process.env), flags.model);
    const server = await startSpeechServer({
      port: flags.port,
      host: flags.host,
      model,
      maxQueue: flags.maxQueue,
      ...(flags.apiKey && { apiKey: flags.apiKey }),
      onRequest: (outcome) => log.info(outcome, 'request'),
    });
    log.info({ url: server.url, model: flags.model }, 'ready');
    await stopped;
    await server.close();
    return EXIT.succeeded;
  } catch (error) {
    log.fatal({ err: loggable(error) }, 'the speech server cannot start');
    return EXIT.failed;
  }
};
