import { describe, expect, it } from 'vitest';
import { isNeeded, productionPackages } from './packages.ts';

describe('productionPackages', () => {
  const lockfile = {
    packages: {
      '': { name: 'callscribe', version: '1.0.0' },
      'node_modules/undici': { version: '8.0.0', license: 'MIT', integrity: 'sha512-AAAA' },
      'node_modules/@kubernetes/client-node': { version: '2.0.1' },
      'node_modules/a/node_modules/@b/c': { version: '3.0.0' },
      'node_modules/vitest': { version: '4.0.0', dev: true },
      'node_modules/sherpa-onnx-node': { version: '1.0.0', optional: true },
    },
  };
  const namesOf = (optional: boolean): string[] => productionPackages(lockfile, { optional }).map(({ name }) => name);

  it('leaves out what is for development, and the speech engine where it is not wanted', () => {
    expect(namesOf(false)).toEqual(['undici', '@kubernetes/client-node', '@b/c']);
    expect(namesOf(true)).toEqual(['undici', '@kubernetes/client-node', '@b/c', 'sherpa-onnx-node']);
  });

  it('keeps where a package lies, and what is known of it', () => {
    expect(productionPackages(lockfile, { optional: false })[0]).toEqual({
      path: 'node_modules/undici',
      name: 'undici',
      version: '8.0.0',
      license: 'MIT',
      integrity: 'sha512-AAAA',
    });
  });
});

describe('isNeeded', () => {
  const cases: readonly (readonly [name: string, file: string, needed: boolean])[] = [
    ['undici', 'index.js', true],
    ['undici', 'package.json', true],
    ['undici', 'types/index.d.ts', false],
    ['undici', 'lib/index.js.map', false],
    ['undici', 'README.md', false],
    ['undici', 'docs/docs/api/Agent.md', false],
    ['pino', 'test/basic.test.js', false],
    ['pino', 'lib/tests.js', true],
    ['yaml', 'dist/doc/Document.js', true],
    ['pino', '.github/workflows/ci.yml', false],
    ['pino', '.taprc.yaml', false],
    ['pino', 'LICENSE', true],
    ['pino', 'docs/LICENSE.md', true],
    ['purecloud-platform-client-v2', 'dist/node/purecloud-platform-client-v2.js', true],
    ['purecloud-platform-client-v2', 'dist/web-cjs/bundle.js', false],
    ['purecloud-platform-client-v2', 'src/purecloud-platform-client-v2/index.js', false],
    ['other', 'src/index.js', true],
    ['sherpa-onnx-linux-x64', 'libonnxruntime.so', true],
  ];
  it.each(cases)('%s: %s: %s', (name, file, needed) => {
    expect(isNeeded({ name }, file)).toBe(needed);
  });
});
