/**
 * The bill of materials of an image, in CycloneDX: our packages with their hashes, Node, and the libraries of the distribution.
 * Nothing in it depends on when or where it is written, so that two builds give the same file.
 * @module
 */
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { SystemPackage } from './libraries.ts';
import type { Package } from './packages.ts';

export interface Materials {
  readonly version: string;
  readonly nodeVersion: string;
  readonly packages: readonly Package[];
  readonly system: readonly SystemPackage[];
  /** `ID` of `/etc/os-release`, for example `debian`. */
  readonly distribution: string;
}

const { Library, Application, Platform } = Enums.ComponentType;

/** The lockfile has base64, CycloneDX hexadecimal. */
const hashesOf = (integrity = ''): Models.HashDictionary => {
  const sha512 = /^sha512-(\S+)/.exec(integrity)?.[1];
  return new Models.HashDictionary(
    sha512 ? [[Enums.HashAlgorithm['SHA-512'], Buffer.from(sha512, 'base64').toString('hex')]] : [],
  );
};

const npmComponent = ({ path, name, version, license, integrity }: Package): Models.Component => {
  const [scope, bare] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return new Models.Component(Library, bare ?? name, {
    bomRef: path,
    version,
    ...(scope !== undefined && { group: scope }),
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    hashes: hashesOf(integrity),
    licenses: new Models.LicenseRepository(license === undefined ? [] : [new Models.LicenseExpression(license)]),
  });
};

const systemComponent = ({ name, version, arch }: SystemPackage, distribution: string): Models.Component =>
  new Models.Component(Library, name, {
    bomRef: `${distribution}/${name}`,
    version,
    purl: `pkg:deb/${distribution}/${name}@${encodeURIComponent(version)}?arch=${arch}`,
  });

const nodeComponent = (version: string): Models.Component =>
  new Models.Component(Platform, 'node', { bomRef: 'node', version, purl: `pkg:generic/node@${version}` });

/** The text of `sbom.cdx.json`. */
export const sbomOf = ({ version, nodeVersion, packages, system, distribution }: Materials): string => {
  const bom = new Models.Bom();
  bom.metadata.component = new Models.Component(Application, 'callscribe', {
    bomRef: 'callscribe',
    version,
    licenses: new Models.LicenseRepository([new Models.LicenseExpression('Apache-2.0')]),
  });
  bom.components.add(nodeComponent(nodeVersion));
  for (const item of packages) bom.components.add(npmComponent(item));
  for (const item of system) bom.components.add(systemComponent(item, distribution));
  const normalizer = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return `${new Serialize.JsonSerializer(normalizer).serialize(bom, { sortLists: true, space: 2 })}\n`;
};
