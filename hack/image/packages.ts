/**
 * Which packages of the lockfile an image has, and which of their files. Pure.
 * @module
 */

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

export interface Package {
  /** Below the root of the checkout, for example `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** What runs in production. The optional ones are the speech engine; npm leaves out those for other machines by itself. */
export const productionPackages = (
  { packages }: Lockfile,
  { optional }: { readonly optional: boolean },
): readonly Package[] =>
  Object.entries(packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && (optional || !entry.optional))
    .map(([path, { name, version = '', license, integrity }]) => ({
      path,
      name: name ?? nameOf(path),
      version,
      ...(license !== undefined && { license }),
      ...(integrity !== undefined && { integrity }),
    }));

/** Types, sources, maps, prose and other people's tests: nothing that Node reads. */
const UNREAD = [
  /\.d\.[cm]?ts$/,
  /\.map$/,
  /\.(?:md|markdown|flow|tsbuildinfo)$/i,
  /(?:^|\/)(?:test|tests|__tests__|example|examples|docs|benchmarks?)\//,
  /(?:^|\/)\.[^/]/,
];

/** Where a package brings more than one build of itself. */
const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  // Builds for browsers, and the sources of the one for Node.
  'purecloud-platform-client-v2': /^(?:dist\/web-|src\/)/,
};

/** `file` is the path below the folder of the package. Licences stay, whatever else their names would say. */
export const isNeeded = ({ name }: Pick<Package, 'name'>, file: string): boolean => {
  if (/(?:^|\/)(?:licen[cs]e|notice|copying)[^/]*$/i.test(file)) return true;
  return !UNREAD.some((pattern) => pattern.test(file)) && !LEFT_OUT[name]?.test(file);
};
