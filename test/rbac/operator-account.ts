/**
 * The operator of the tests works with the permissions that an installation gives it, and no others: what the chart does not grant
 * fails in every whole-system test.
 * @module
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { type Access, kubectlOK } from '../cluster/kubectl.ts';

const INSTALL = fileURLToPath(new URL('../../deploy/install.yaml', import.meta.url));

export const ACCOUNT = { namespace: 'callscribe', name: 'callscribe' };
export const USER = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`;

interface InstalledObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
}

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const NEEDED: ReadonlySet<string> = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ServiceAccount',
]);

const installed = async (): Promise<readonly InstalledObject[]> =>
  parseAllDocuments(await readFile(INSTALL, 'utf8')).map((document) => document.toJS() as InstalledObject);

/** What the operator's own roles grant. */
export const grantedRules = async (): Promise<readonly Rule[]> =>
  (await installed())
    .filter(({ kind, metadata: { name } }) => kind.endsWith('Role') && /^callscribe(?:-leader)?$/.test(name))
    .flatMap(({ rules = [] }) => rules);

interface Kubeconfig {
  readonly users: readonly { readonly name: string }[];
}

export interface OperatorAccount {
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  remove(): Promise<void>;
}

/** Installs account and roles as `deploy/install.yaml` has them. */
export const createOperatorAccount = async (access: Access): Promise<OperatorAccount> => {
  const objects = (await installed()).filter(({ kind }) => NEEDED.has(kind) || kind === 'Namespace');
  const manifest = objects.map((object) => stringify(object)).join('---\n');
  await kubectlOK(access, ['apply', '--server-side', '--force-conflicts', '-f', '-'], manifest);
  const { namespace, name } = ACCOUNT;
  const token = await kubectlOK(access, ['-n', namespace, 'create', 'token', name, '--duration=12h']);
  const config = parse(await readFile(access.kubeconfig, 'utf8')) as Kubeconfig;
  const users = config.users.map((user) => ({ name: user.name, user: { token: token.trim() } }));
  const folder = await mkdtemp(join(tmpdir(), 'callscribe-operator-account-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, stringify({ ...config, users }), { mode: 0o600 });
  return { kubeconfig, remove: () => rm(folder, { recursive: true, force: true }) };
};
