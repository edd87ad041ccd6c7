import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { describe, expect, it } from 'vitest';
import { sbomOf } from './sbom.ts';

const materials = {
  version: '1.2.3',
  nodeVersion: '24.1.0',
  distribution: 'debian',
  system: [{ name: 'libc6', version: '2.36-9+deb12u14', arch: 'amd64' }],
  packages: [
    {
      path: 'node_modules/yaml',
      name: 'yaml',
      version: '2.9.1',
      license: 'ISC',
      integrity: `sha512-${Buffer.alloc(64, 7).toString('base64')}`,
    },
    { path: 'node_modules/@fastify/busboy', name: '@fastify/busboy', version: '3.2.6', license: '(MIT OR Apache-2.0)' },
  ],
};

interface Component {
  readonly name: string;
  readonly group?: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

describe('sbomOf', () => {
  it('names everything by its package URL', () => {
    const { components } = JSON.parse(sbomOf(materials)) as { readonly components: readonly Component[] };
    expect(components.map(({ purl }) => purl).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64',
      'pkg:generic/node@24.1.0',
      'pkg:npm/%40fastify/busboy@3.2.6',
      'pkg:npm/yaml@2.9.1',
    ]);
    expect(components.find(({ name }) => name === 'yaml')?.hashes).toEqual([
      { alg: 'SHA-512', content: '07'.repeat(64) },
    ]);
    expect(components.find(({ name }) => name === 'busboy')?.group).toBe('@fastify');
  });

  it('is valid CycloneDX', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(sbomOf(materials))).toBeNull();
  });

  it('is the same each time', () => {
    expect(sbomOf(materials)).toBe(sbomOf(materials));
  });
});
