/**
 * The images under test, built from the Dockerfile as a user builds them; the base image is made on this machine where no registry
 * answers.
 * @module
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Log } from '../cluster/cluster.ts';
import type { Docker } from './docker.ts';

const run = promisify(execFile);
const pathOf = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

export interface Images {
  readonly controller: string;
  readonly speechServer: string;
  /** The controller's with the simulators in it, for the Pods of the tests. */
  readonly simulators: string;
}

const TAG = 'test';
/** Its Node is that of the checkout, which runs this. */
const LOCAL_BASE = `callscribe-base:bookworm-node-${process.versions.node}`;
const PULL_TIMEOUT_MS = 120_000;

const baseOf = async (dockerfile: string): Promise<string> => {
  const base = /^ARG BASE_IMAGE=(\S+)$/m.exec(await readFile(dockerfile, 'utf8'))?.[1];
  if (!base) throw new Error('the Dockerfile names no base image');
  return base;
};

const isThere = (docker: Docker, image: string): Promise<boolean> =>
  docker.command('image', 'inspect', '--format', '{{.Id}}', image).then(
    () => true,
    () => false,
  );

const isPulled = async (docker: Docker, image: string): Promise<boolean> => {
  const pull = docker.command('pull', '--quiet', image).then(
    () => true,
    () => false,
  );
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PULL_TIMEOUT_MS);
  return Promise.race([pull, late]).finally(() => clearTimeout(timer));
};

/** The base image that the Dockerfile names, or one like it. */
const openBase = async (docker: Docker, log: Log): Promise<string> => {
  const named = await baseOf(pathOf('Dockerfile'));
  if ((await isThere(docker, named)) || (await isPulled(docker, named))) return named;
  if (!(await isThere(docker, LOCAL_BASE))) {
    log(`${named} cannot be pulled: making a base image with debootstrap`);
    await run(pathOf('hack/image/base.sh'), [LOCAL_BASE], { env: { ...process.env, DOCKER_HOST: docker.host } });
  }
  return LOCAL_BASE;
};

export interface BuildOptions {
  readonly target: 'controller' | 'speech-server';
  readonly tag: string;
  readonly base: string;
  readonly noCache?: boolean;
}

export const buildImage = async (docker: Docker, { target, tag, base, noCache }: BuildOptions): Promise<string> => {
  await docker.command(
    'build',
    // The builder uses the machine's own way to the registry of packages.
    '--network=host',
    `--target=${target}`,
    `--build-arg=BASE_IMAGE=${base}`,
    `--tag=${tag}`,
    ...(noCache ? ['--no-cache'] : []),
    pathOf('.'),
  );
  return tag;
};

/** A few hundred kilobytes on top, so that the fakes run on the very Node of the product. */
const buildSimulators = async (docker: Docker, controller: string): Promise<string> => {
  const tag = `callscribe-simulators:${TAG}`;
  const file = pathOf('test/installed/simulators.Dockerfile');
  await docker.command(
    'build',
    `--file=${file}`,
    `--build-arg=CONTROLLER=${controller}`,
    `--tag=${tag}`,
    pathOf('test'),
  );
  return tag;
};

export const buildImages = async (docker: Docker, log: Log): Promise<Images & { readonly base: string }> => {
  const base = await openBase(docker, log);
  log('building the images');
  const controller = await buildImage(docker, { target: 'controller', tag: `callscribe:${TAG}`, base });
  const speechServer = await buildImage(docker, {
    target: 'speech-server',
    tag: `callscribe-speech-server:${TAG}`,
    base,
  });
  return { base, controller, speechServer, simulators: await buildSimulators(docker, controller) };
};
