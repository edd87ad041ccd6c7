/**
 * What the roles of the chart allow, asked of a real API server; above all what they do not.
 * @module
 */
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createNamespace, kubectl, kubectlOK } from '../cluster/kubectl.ts';
import { render } from './helm.ts';

const program = inject('helm');
const access = { kubeconfig: inject('kubeconfig'), kubectl: inject('kubectl') };

const KINDS: ReadonlySet<string> = new Set([
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
]);

type Namespace = Awaited<ReturnType<typeof createNamespace>>;

let watched: Namespace;
let foreign: Namespace;

/** `plural.group`, `plural.group:part` or `plural.group/name`. */
const as =
  (user: string) =>
  async (namespace: string, verb: string, resource: string): Promise<boolean> => {
    const [name = '', subresource] = resource.split(':');
    const part = subresource ? [`--subresource=${subresource}`] : [];
    const { stdout } = await kubectl(access, ['auth', 'can-i', verb, name, ...part, '-n', namespace, `--as=${user}`]);
    return stdout.trim() === 'yes';
  };

beforeAll(async () => {
  [watched, foreign] = [await createNamespace(access, 'watched'), await createNamespace(access, 'foreign')];
  const run = {
    genesys: { region: 'us-east-1', credentialsSecretRef: { name: 'g' } },
    stt: { endpointSecretRef: { name: 's' } },
    cost: { ratePerMinute: '0' },
  };
  const { objects } = await render(program, {
    fullnameOverride: watched.name,
    namespaces: [watched.name],
    rbac: { create: true, aggregateClusterRoles: true },
    schedules: {
      nightly: { schedule: '0 4 * * *', namespace: watched.name, spec: { window: { last: '24h' }, ...run } },
    },
  });
  await kubectl(access, ['create', 'namespace', 'callscribe']);
  const roles = objects.filter(({ kind }) => KINDS.has(kind)).map((object) => stringify(object));
  await kubectlOK(access, ['apply', '--server-side', '-f', '-'], roles.join('---\n'));
  for (const role of ['view', 'edit', 'admin'])
    await kubectlOK(access, [
      '-n',
      watched.name,
      'create',
      'rolebinding',
      role,
      `--clusterrole=${role}`,
      `--user=${role}er`,
    ]);
});

afterAll(async () => {
  await watched.remove();
  await foreign.remove();
  const roles = ['view', 'edit', 'admin'].map((role) => `${watched.name}-${role}`);
  await kubectl(access, ['delete', 'clusterrole', ...roles]);
});

describe('the operator in namespaced mode', () => {
  const can = (...args: readonly [namespace: string, verb: string, resource: string]) =>
    as(`system:serviceaccount:callscribe:${watched.name}`)(...args);

  it.each([
    ['watch', 'transcriptionruns.callscribe.dev'],
    ['patch', 'transcriptionruns.callscribe.dev:status'],
    ['get', 'secrets'],
    ['update', 'configmaps'],
  ])('may %s %s where it watches, and nowhere else', async (verb, resource) => {
    expect(await can(watched.name, verb, resource)).toBe(true);
    expect(await can(foreign.name, verb, resource)).toBe(false);
    expect(await can('kube-system', verb, resource)).toBe(false);
  });

  it.each([
    ['create', 'transcriptionruns.callscribe.dev'],
    ['update', 'transcriptionruns.callscribe.dev'],
    ['update', 'secrets'],
    ['watch', 'secrets'],
    ['delete', 'configmaps'],
    ['get', 'pods'],
    ['create', 'pods'],
    ['create', 'pods:exec'],
    ['list', 'namespaces'],
    ['create', 'serviceaccounts:token'],
    ['create', 'roles.rbac.authorization.k8s.io'],
    ['bind', 'clusterroles.rbac.authorization.k8s.io'],
    ['escalate', 'roles.rbac.authorization.k8s.io'],
    ['impersonate', 'users'],
    ['get', 'leases.coordination.k8s.io'],
  ])('may not %s %s', async (verb, resource) => {
    expect(await can(watched.name, verb, resource)).toBe(false);
  });

  it('may use its own Lease, and no other', async () => {
    const lease = (name: string) => `leases.coordination.k8s.io/${name}`;
    expect(await can('callscribe', 'update', lease(watched.name))).toBe(true);
    expect(await can('callscribe', 'update', lease('somebody-elses'))).toBe(false);
  });
});

describe('a schedule', () => {
  const can = (...args: readonly [namespace: string, verb: string, resource: string]) =>
    as(`system:serviceaccount:${watched.name}:${watched.name}-nightly`)(...args);

  it('may create runs in its namespace, and nothing else', async () => {
    expect(await can(watched.name, 'create', 'transcriptionruns.callscribe.dev')).toBe(true);
    expect(await can(foreign.name, 'create', 'transcriptionruns.callscribe.dev')).toBe(false);
    for (const verb of ['get', 'list', 'watch', 'update', 'patch', 'delete'])
      expect(await can(watched.name, verb, 'transcriptionruns.callscribe.dev')).toBe(false);
    for (const resource of ['secrets', 'configmaps', 'pods'])
      expect(await can(watched.name, 'get', resource)).toBe(false);
  });
});

describe('the roles of the cluster', () => {
  const allowed = (user: string) =>
    Promise.all(
      ['get', 'list', 'create', 'patch', 'delete'].map((verb) =>
        as(user)(watched.name, verb, 'transcriptionruns.callscribe.dev'),
      ),
    );

  it('let view look, edit create and steer, and only admin repair a status', async () => {
    expect(await allowed('nobody')).toEqual([false, false, false, false, false]);
    // The aggregation is a controller's work.
    await expect.poll(() => allowed('viewer'), { timeout: 20_000 }).toEqual([true, true, false, false, false]);
    await expect.poll(() => allowed('editer'), { timeout: 20_000 }).toEqual([true, true, true, true, true]);
    await expect.poll(() => allowed('adminer'), { timeout: 20_000 }).toEqual([true, true, true, true, true]);
    const status = 'transcriptionruns.callscribe.dev:status';
    expect(await as('editer')(watched.name, 'patch', status)).toBe(false);
    expect(await as('adminer')(watched.name, 'patch', status)).toBe(true);
    expect(await as('editer')(foreign.name, 'create', 'transcriptionruns.callscribe.dev')).toBe(false);
  });
});
