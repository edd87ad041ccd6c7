/**
 * What the tests of callscribe as it is installed need: a Docker daemon and the images. Where this machine cannot have them, they are
 * skipped, and say why.
 * @module
 */
import type { TestProject } from 'vitest/node';
import { openDocker } from './docker.ts';
import { buildImages, type Images } from './images.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    installed:
      | { readonly dockerHost: string; readonly images: Images; readonly base: string }
      | { readonly unavailable: string };
  }
}

const log = (line: string): void => {
  process.stdout.write(`==> ${line}\n`);
};

export const setup = async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  const docker = await openDocker(log);
  if (typeof docker === 'string') {
    log(`SKIPPED, the tests of image and chart on a node: ${docker}`);
    project.provide('installed', { unavailable: docker });
    return undefined;
  }
  try {
    const { base, ...images } = await buildImages(docker, log);
    project.provide('installed', { dockerHost: docker.host, images, base });
  } catch (error) {
    await docker.stop();
    throw error;
  }
  return () => docker.stop();
};
