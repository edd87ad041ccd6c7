/**
 * What the chart renders, as manifests that need no Helm. Pure.
 * @module
 */
import { stringify } from 'yaml';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const OF_HELM: ReadonlySet<string> = new Set([
  'helm.sh/chart',
  'helm.sh/resource-policy',
  'app.kubernetes.io/managed-by',
]);

/** Without the marks of Helm, wherever they are; a map of annotations that held nothing else goes with them. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, child]) => !OF_HELM.has(key) && !(key === 'annotations' && isEmptied(child)),
  );
  return Object.fromEntries(kept.map(([key, child]) => [key, plain(child)]));
};

const isEmptied = (annotations: unknown): boolean =>
  typeof annotations === 'object' && annotations !== null && Object.keys(annotations).every((key) => OF_HELM.has(key));

/** Before what needs them. */
const ORDER = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'ClusterRole', 'Role'];

const rank = ({ kind }: Manifest): number => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);

export const plainManifests = (objects: readonly Manifest[]): readonly Manifest[] =>
  objects.map((object) => plain(object) as Manifest).toSorted((a, b) => rank(a) - rank(b));

const yaml = (objects: readonly Manifest[]): string =>
  objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');

const FILES: Readonly<Record<string, RegExp>> = {
  'crds.yaml': /^CustomResourceDefinition$/,
  'rbac.yaml': /^(?:ServiceAccount|(?:Cluster)?Role(?:Binding)?)$/,
  'operator.yaml': /^(?:Deployment|Service|PodDisruptionBudget)$/,
};

export interface PlainOptions {
  readonly namespace: string;
  readonly image: string;
  readonly command: string;
}

const kustomization = ({ namespace, image, command }: PlainOptions): string => {
  const [name = '', newTag = ''] = image.split(':');
  return `# Generated from the chart by \`${command}\`.\n${stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace,
    resources: ['namespace.yaml', ...Object.keys(FILES)],
    images: [{ name, newTag }],
  })}`;
};

/** The files of `deploy/` by their path. @throws Error where an object would be in none of them */
export const plainFiles = (rendered: readonly Manifest[], options: PlainOptions): Readonly<Record<string, string>> => {
  const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: options.namespace } };
  const objects = plainManifests(rendered);
  const homeless = objects.filter(({ kind }) => !Object.values(FILES).some((pattern) => pattern.test(kind)));
  if (homeless.length > 0) throw new Error(`no file for ${homeless.map(({ kind }) => kind).join(', ')}`);
  const banner = `# Generated from the chart by \`${options.command}\`.\n`;
  const parts = Object.entries(FILES).map(([name, pattern]) => [
    `kustomize/${name}`,
    banner + yaml(objects.filter(({ kind }) => pattern.test(kind))),
  ]);
  return {
    'install.yaml': banner + yaml([namespace, ...objects]),
    'kustomize/namespace.yaml': banner + yaml([namespace]),
    'kustomize/kustomization.yaml': kustomization(options),
    ...(Object.fromEntries(parts) as Record<string, string>),
  };
};
