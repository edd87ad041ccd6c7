/**
 * etcd, kube-apiserver and kube-controller-manager on free loopback ports, in a temporary folder. No root, no container. The API
 * server makes its own certificate; an administrator is a token.
 * @module
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { USER } from '../rbac/operator-account.ts';
import { supervise, type Supervised } from './supervised.ts';

export interface ControlPlane {
  readonly kubeconfig: string;
  /** What the operator asked the API server for, as lines of JSON. */
  readonly auditLog: string;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 90_000;

/** Ports that were free a moment ago, all different. */
const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

const kubeconfigOf = (port: number, token: string, ca: string): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'callscribe-test',
    clusters: [
      { name: 'callscribe-test', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': ca } },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [
      { name: 'callscribe-test', context: { cluster: 'callscribe-test', user: 'admin', namespace: 'default' } },
    ],
  });

const answers = (port: number, path: string, token: string): Promise<boolean> =>
  new Promise((resolve) => {
    // Readiness only; the certificate is known once the server has written it.
    const call = request({
      host: '127.0.0.1',
      port,
      path,
      rejectUnauthorized: false,
      timeout: 2000,
      headers: { authorization: `Bearer ${token}` },
    });
    call.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(false));
    call.end();
  });

const until = async (what: string, programs: readonly Supervised[], check: () => Promise<boolean>): Promise<void> => {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  while (!(await check())) {
    if (programs.some((program) => !program.isRunning()))
      throw new Error(`a program ended while ${what} was waited for`);
    if (Date.now() > deadlineMs) throw new Error(`${what} did not come within ${READY_TIMEOUT_MS / 1000} s`);
    await delay(100);
  }
};

interface Place {
  readonly binaries: string;
  readonly folder: string;
  readonly token: string;
  readonly etcdPort: number;
  readonly peerPort: number;
  readonly apiPort: number;
}

const startEtcd = ({ binaries, folder, etcdPort, peerPort }: Place): Supervised => {
  const peer = `http://127.0.0.1:${peerPort}`;
  const args = [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
  return supervise(join(binaries, 'etcd'), args, join(folder, 'etcd.log'));
};

const startAPIServer = ({ binaries, folder, etcdPort, apiPort }: Place): Supervised => {
  const args = [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--secure-port=${apiPort}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    `--service-account-key-file=${join(folder, 'service-account.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'service-account.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=Node,RBAC',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--allow-privileged=true',
    `--audit-policy-file=${join(folder, 'audit-policy.yaml')}`,
    `--audit-log-path=${auditLogIn(folder)}`,
  ];
  return supervise(join(binaries, 'kube-apiserver'), args, join(folder, 'kube-apiserver.log'));
};

const startControllerManager = ({ binaries, folder }: Place, kubeconfig: string): Supervised => {
  const args = [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${join(folder, 'service-account.key')}`,
    `--root-ca-file=${join(folder, 'certificates', 'apiserver.crt')}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--secure-port=0',
  ];
  return supervise(join(binaries, 'kube-controller-manager'), args, join(folder, 'kube-controller-manager.log'));
};

const auditLogIn = (folder: string): string => join(folder, 'audit.log');

/** Who was asked for what: of the operator alone, and without contents. */
const AUDIT_POLICY = stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', users: [USER] }, { level: 'None' }],
});

const writeIdentities = async ({ folder, token }: Place): Promise<void> => {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  await writeFile(join(folder, 'service-account.key'), keys.privateKey, { mode: 0o600 });
  await writeFile(join(folder, 'service-account.pub'), keys.publicKey);
  await writeFile(join(folder, 'audit-policy.yaml'), AUDIT_POLICY);
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
};

/** Starts a control plane of the programs in `binaries` and waits until namespaces and service accounts work. */
export const startControlPlane = async (binaries: string): Promise<ControlPlane> => {
  const folder = await mkdtemp(join(tmpdir(), 'callscribe-cluster-'));
  const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3);
  const place: Place = { binaries, folder, token: randomBytes(24).toString('hex'), etcdPort, peerPort, apiPort };
  const programs: Supervised[] = [];
  const stop = async (): Promise<void> => {
    // In the order in which they depend on each other, so that none complains about the other's end for long.
    for (const program of programs.toReversed()) await program.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await writeIdentities(place);
    programs.push(startEtcd(place), startAPIServer(place));
    await until('the API server', programs, () => answers(apiPort, '/readyz', place.token));
    const ca = (await readFile(join(folder, 'certificates', 'apiserver.crt'))).toString('base64');
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf(apiPort, place.token, ca), { mode: 0o600 });
    programs.push(startControllerManager(place, kubeconfig));
    await until('the default service account', programs, () =>
      answers(apiPort, '/api/v1/namespaces/default/serviceaccounts/default', place.token),
    );
    return { kubeconfig, auditLog: auditLogIn(folder), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
