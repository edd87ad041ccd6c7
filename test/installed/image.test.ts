/**
 * The images as they are built from the Dockerfile: what is in them, what is not, and how they behave as containers.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Lockfile, productionPackages } from '../../hack/image/packages.ts';
import { hearFixture } from './audio-request.ts';
import { dockerAt } from './docker.ts';
import { buildImage } from './images.ts';
import { withReadableKubeconfig } from './kubeconfig.ts';

const installed = inject('installed');
const unavailable = 'unavailable' in installed ? installed.unavailable : undefined;

/** As a Pod with the chart's security context runs it. */
class LockedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    this.withDroppedCapabilities('ALL').withSecurityOpt('no-new-privileges');
  }
}

describe.skipIf(unavailable)(`the images${unavailable ? ` (${unavailable})` : ''}`, () => {
  if ('unavailable' in installed) return;
  const { dockerHost, images, base } = installed;
  const docker = dockerAt(dockerHost);
  const both = [
    { name: 'controller', image: images.controller, aimMB: 200 },
    { name: 'speech-server', image: images.speechServer, aimMB: 350 },
  ] as const;

  beforeAll(() => {
    process.env['DOCKER_HOST'] = dockerHost;
    // The reaper is an image that could not be pulled; each test stops what it started.
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  });

  const inspect = async <T>(image: string, format: string): Promise<T> =>
    JSON.parse(await docker.command('image', 'inspect', '--format', `{{json ${format}}}`, image)) as T;

  /** What a program prints in a container that is locked down as a Pod is. */
  const inContainer = (image: string, code: string): Promise<string> =>
    docker.command(
      'run',
      '--rm',
      '--read-only',
      '--cap-drop=ALL',
      '--network=none',
      '--entrypoint=node',
      image,
      '-e',
      code,
    );

  describe.each(both)('$name', ({ name, image, aimMB }) => {
    it(`is at most ${aimMB} MB large`, async () => {
      const megabytes = (await inspect<number>(image, '.Size')) / 1e6;
      process.stdout.write(`==> image ${name}: ${megabytes.toFixed(0)} MB\n`);
      expect(megabytes).toBeLessThanOrEqual(aimMB);
    });

    it('says what it is', async () => {
      const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
        readonly version: string;
      };
      expect(await inspect(image, '.Config.Labels')).toMatchObject({
        'org.opencontainers.image.title': expect.stringContaining('callscribe'),
        'org.opencontainers.image.description': expect.any(String),
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.revision': expect.any(String),
      });
    });

    it('runs as user 65532, from a root that cannot be written to', async () => {
      expect(await inspect(image, '.Config.User')).toBe('65532:65532');
      const code = `
        const fs = require('node:fs');
        const tried = ['/x', '/app/x', '/tmp/x', '/etc/x'].map((path) => {
          try { fs.writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; }
        });
        console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), tried }));`;
      expect(JSON.parse(await inContainer(image, code))).toEqual({
        uid: 65532,
        gid: 65532,
        groups: [65532],
        tried: ['EROFS', 'EROFS', 'EROFS', 'EROFS'],
      });
    });

    it('has no shell, no package manager, nothing for development and no foreign builds', async () => {
      const code = `
        const fs = require('node:fs');
        const below = (folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile()).map((entry) => entry.parentPath + '/' + entry.name);
        const own = fs.readdirSync('/').filter((name) => !['proc', 'sys', 'dev'].includes(name)).map((name) => '/' + name);
        const files = own.flatMap((path) => (fs.statSync(path).isDirectory() ? below(path) : [path]));
        console.log(JSON.stringify(files));`;
      const files = JSON.parse(await inContainer(image, code)) as readonly string[];
      const unwanted =
        /\/(sh|bash|dash|busybox|npm|apt-get|dpkg|tsc|vitest)$|\.d\.ts$|\.map$|\.test\.ts$|\/web-(amd|cjs)\//;
      expect(files.filter((path) => unwanted.test(path))).toEqual([]);
      expect(files.filter((path) => path.startsWith('/usr/') && path.includes('/bin/')).toSorted()).toEqual([
        '/usr/local/bin/callscribe',
        '/usr/local/bin/node',
      ]);
    });

    it('carries its bill of materials, with each of its packages', async () => {
      const sbom = JSON.parse(
        await inContainer(image, `process.stdout.write(require('node:fs').readFileSync('/app/sbom.cdx.json'))`),
      ) as { readonly bomFormat: string; readonly components: readonly { readonly purl: string }[] };
      expect(sbom.bomFormat).toBe('CycloneDX');
      const purls = sbom.components.map(({ purl }) => purl);
      const lockfile = JSON.parse(
        await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8'),
      ) as Lockfile;
      const always = productionPackages(lockfile, { optional: false });
      expect(purls).toEqual(
        expect.arrayContaining(always.map((item) => `pkg:npm/${item.name.replace('@', '%40')}@${item.version}`)),
      );
      expect(purls.some((purl) => purl.startsWith('pkg:generic/node@'))).toBe(true);
      expect(purls.some((purl) => purl.startsWith('pkg:deb/debian/libc6@'))).toBe(true);
      expect(purls.some((purl) => purl.startsWith('pkg:npm/sherpa-onnx'))).toBe(name === 'speech-server');
    });

    it('has the same layers when it is built again', async () => {
      const tag = `callscribe-again:${name}`;
      await buildImage(docker, { target: name, tag, base, noCache: true });
      const layers = await inspect(tag, '.RootFS.Layers');
      await docker.command('rmi', '--no-prune', tag);
      expect(layers).toEqual(await inspect(image, '.RootFS.Layers'));
    });

    it('runs commands without a shell', async () => {
      expect(await docker.command('run', '--rm', '--read-only', '--network=none', image, '--version')).toMatch(
        /^\d+\./,
      );
    });
  });

  const exitOf = async (container: StartedTestContainer, timeoutSeconds: number): Promise<unknown> => {
    await docker.command('stop', `--time=${timeoutSeconds}`, container.getId());
    const state = await docker.command('container', 'inspect', '--format', '{{json .State}}', container.getId());
    const { ExitCode, OOMKilled } = JSON.parse(state) as { readonly ExitCode: number; readonly OOMKilled: boolean };
    return { ExitCode, OOMKilled };
  };

  it('the controller gets ready, answers for its health, and ends with 0 when it is asked to stop', async () => {
    await using kubeconfig = await withReadableKubeconfig(inject('kubeconfig'));
    const startedAtMs = Date.now();
    const container = await new LockedContainer(images.controller)
      .withNetworkMode('host')
      .withEnvironment({ KUBECONFIG: '/kubeconfig' })
      .withBindMounts([{ source: kubeconfig.path, target: '/kubeconfig', mode: 'ro' }])
      .withTmpFs({ '/work': 'rw,uid=65532,mode=700' })
      .withCommand([
        'controller',
        '--work-dir=/work',
        '--namespaces=default',
        '--health-address=127.0.0.1:0',
        '--metrics-address=127.0.0.1:0',
      ])
      .withWaitStrategy(Wait.forLogMessage('"msg":"ready"'))
      .start();
    try {
      const lines = await docker.command('logs', container.getId());
      const ready = JSON.parse(lines.split('\n').find((line) => line.includes('"msg":"ready"')) ?? '{}') as {
        readonly health: string;
        readonly metrics: string;
        readonly time: string;
      };
      process.stdout.write(`==> image controller: ready after ${Date.parse(ready.time) - startedAtMs} ms\n`);
      expect((await fetch(`${ready.health}/healthz`)).status).toBe(200);
      expect((await fetch(`${ready.health}/readyz`)).status).toBe(200);
      expect(await (await fetch(`${ready.metrics}/metrics`)).text()).toContain('callscribe_leader 1');
      expect(await exitOf(container, 30)).toEqual({ ExitCode: 0, OOMKilled: false });
      expect(await docker.command('logs', container.getId())).toContain('"msg":"stopped"');
    } finally {
      await container.stop({ remove: true });
    }
  });

  it('the speech server hears a call, and ends with 0 when it is asked to stop', async () => {
    const container = await new LockedContainer(images.speechServer)
      .withTmpFs({ '/tmp': 'rw,mode=1777' })
      .withExposedPorts(9900)
      .withWaitStrategy(Wait.forLogMessage('"msg":"ready"'))
      .start();
    try {
      const url = `http://${container.getHost()}:${container.getMappedPort(9900)}/v1/transcribe`;
      expect((await hearFixture(url)).toLowerCase()).toContain('due for renewal');
      expect(await exitOf(container, 30)).toEqual({ ExitCode: 0, OOMKilled: false });
    } finally {
      await container.stop({ remove: true });
    }
  });
});
