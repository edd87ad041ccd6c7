/**
 * What the values of the chart do.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { describe, expect, inject, it } from 'vitest';
import { type KubernetesObject, render, type Rendered, template } from './helm.ts';
import { valueSets } from './value-sets.ts';

const program = inject('helm');

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: object; readonly ephemeral?: object }[];
}

interface Deployment extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly strategy: { readonly type: string; readonly rollingUpdate?: object };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  };
}

interface Rules extends KubernetesObject {
  readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

interface CronJob extends KubernetesObject {
  readonly spec: {
    readonly timeZone: string;
    readonly concurrencyPolicy: string;
    readonly suspend: boolean;
    readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
  };
}

const deploymentOf = (rendered: Rendered, name = 'callscribe') => rendered.one<Deployment>('Deployment', name).spec;
const containerOf = (rendered: Rendered, name?: string): Container => {
  const [container] = deploymentOf(rendered, name).template.spec.containers;
  if (!container) throw new Error('no container');
  return container;
};

describe('the controller', () => {
  it('is two replicas that elect a leader, under a Lease of its own name', async () => {
    const rendered = await render(program);
    expect(deploymentOf(rendered).replicas).toBe(2);
    expect(deploymentOf(rendered).strategy.type).toBe('RollingUpdate');
    expect(containerOf(rendered).args).toEqual([
      'controller',
      '--work-dir=/work',
      '--max-recordings-in-flight=64',
      '--shutdown-grace-seconds=280',
      '--log-level=info',
      '--leader-elect',
      '--lease-name=callscribe',
      '--lease-namespace=callscribe',
    ]);
    expect(deploymentOf(rendered).template.spec.terminationGracePeriodSeconds).toBe(300);
  });

  it('does not overlap with itself where nobody is elected', async () => {
    const rendered = await render(program, valueSets['one replica without election']);
    expect(deploymentOf(rendered).strategy).toEqual({ type: 'Recreate' });
    expect(containerOf(rendered).args).not.toContain('--leader-elect');
    expect(rendered.all('Role')).toEqual([]);
    const { code, stderr } = await template(program, { leaderElection: { enabled: false } });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('replicas must be 1') });
  });

  it('passes its values on as flags', async () => {
    const rendered = await render(program, {
      namespaces: ['a', 'b'],
      controller: {
        maxRecordingsInFlight: 5,
        shutdownGraceSeconds: 10,
        egressAllow: ['10.0.0.0/8', '*.example.com'],
        egressOnly: true,
        extraArgs: ['--x=y'],
      },
    });
    expect(containerOf(rendered).args).toEqual(
      expect.arrayContaining([
        '--namespaces=a,b',
        '--max-recordings-in-flight=5',
        '--shutdown-grace-seconds=10',
        '--egress-allow=10.0.0.0/8,*.example.com',
        '--egress-only',
        '--x=y',
      ]),
    );
  });

  it('is run from a digest, or from a tag, or from the version of the chart', async () => {
    const imageOf = async (image: object) => containerOf(await render(program, { image })).image;
    const { appVersion } = parse(
      await readFile(new URL('../../deploy/helm/callscribe/Chart.yaml', import.meta.url), 'utf8'),
    ) as { readonly appVersion: string };
    expect(await imageOf({ repository: 'r' })).toBe(`r:${appVersion}`);
    expect(await imageOf({ repository: 'r', tag: 't' })).toBe('r:t');
    const digest = `sha256:${'c'.repeat(64)}`;
    expect(await imageOf({ repository: 'r', tag: 't', digest })).toBe(`r@${digest}`);
  });

  it('keeps audio on an emptyDir with a limit, or on a claim that goes with the Pod', async () => {
    const volumesOf = async (values: object) =>
      deploymentOf(await render(program, { workDir: values })).template.spec.volumes.find(
        ({ name }) => name === 'work',
      );
    expect(await volumesOf({ sizeLimit: '1Gi' })).toEqual({ name: 'work', emptyDir: { sizeLimit: '1Gi' } });
    expect(await volumesOf({ type: 'ephemeral', sizeLimit: '1Gi', storageClassName: 'fast' })).toMatchObject({
      ephemeral: {
        volumeClaimTemplate: {
          spec: {
            storageClassName: 'fast',
            resources: { requests: { storage: '1Gi' } },
            accessModes: ['ReadWriteOnce'],
          },
        },
      },
    });
  });

  it('takes what is added', async () => {
    const rendered = await render(program, valueSets['everything that can be added']);
    const { metadata, spec } = deploymentOf(rendered).template;
    expect(metadata.labels).toMatchObject({ tier: 'backend', 'example.com/owner': 'voice' });
    expect(spec.containers[0]?.env).toContainEqual(expect.objectContaining({ name: 'OTEL_EXPORTER_OTLP_ENDPOINT' }));
    expect(spec.containers[0]?.volumeMounts).toContainEqual(expect.objectContaining({ mountPath: '/ca' }));
    expect(rendered.one('ConfigMap', 'extra')['data']).toEqual({ release: 'callscribe' });
    expect(rendered.one('ConfigMap', 'callscribe-text').kind).toBe('ConfigMap');
    for (const object of rendered.objects.filter(
      ({ metadata: { name } }) => !name.startsWith('extra') && !name.endsWith('-text'),
    ))
      expect(object.metadata.labels).toMatchObject({ 'example.com/owner': 'voice' });
  });

  it('can be named otherwise', async () => {
    const rendered = await render(program, valueSets['other names and a digest']);
    expect(rendered.one('Deployment').metadata.name).toBe('voice-scribe');
    expect(containerOf(rendered, 'voice-scribe').args).toContain('--lease-name=voice-scribe');
  });
});

describe('the CRD', () => {
  interface CRD extends KubernetesObject {
    readonly spec: object;
  }

  it('is that of deploy/crds, kept on uninstall', async () => {
    const crd = (await render(program)).one<CRD>('CustomResourceDefinition');
    const source = parse(
      await readFile(new URL('../../deploy/crds/callscribe.dev_transcriptionruns.yaml', import.meta.url), 'utf8'),
    ) as CRD;
    expect(crd.spec).toEqual(source.spec);
    expect(crd.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  });

  it('goes with the release, or is not in it at all, where that is asked for', async () => {
    const going = await render(program, { crds: { enabled: true, keep: false } });
    expect(going.one('CustomResourceDefinition').metadata.annotations).toBeUndefined();
    expect((await render(program, { crds: { enabled: false } })).all('CustomResourceDefinition')).toEqual([]);
  });
});

describe('roles', () => {
  it('are for the whole cluster by default, and for nothing but what is needed', async () => {
    const rendered = await render(program);
    const { rules } = rendered.one<Rules>('ClusterRole', 'callscribe');
    expect(rules.flatMap(({ verbs }) => verbs)).not.toContain('*');
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('*');
    expect(rendered.one('ClusterRoleBinding')['subjects']).toEqual([
      { kind: 'ServiceAccount', name: 'callscribe', namespace: 'callscribe' },
    ]);
  });

  it('are in each namespace, and nowhere else, where these are named', async () => {
    const rendered = await render(program, valueSets['two namespaces, roles only']);
    expect(rendered.all('ClusterRole')).toEqual([]);
    expect(rendered.all('ClusterRoleBinding')).toEqual([]);
    expect(rendered.all('Role').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      'sales/callscribe',
      'support/callscribe',
      'callscribe/callscribe-leader',
    ]);
  });

  it('aggregate to those of the cluster, if they may', async () => {
    const namesOf = async (values: object) =>
      (await render(program, values as Record<string, unknown>))
        .all('ClusterRole')
        .map(({ metadata }) => metadata.name);
    expect(await namesOf({})).toEqual(['callscribe-view', 'callscribe-edit', 'callscribe-admin', 'callscribe']);
    expect(await namesOf(valueSets['two namespaces with aggregated roles'] ?? {})).toEqual([
      'callscribe-view',
      'callscribe-edit',
      'callscribe-admin',
    ]);
    expect(await namesOf({ rbac: { aggregateClusterRoles: false } })).toEqual(['callscribe']);
  });

  it('are left to others where these make them', async () => {
    const rendered = await render(program, valueSets['accounts and roles that are made elsewhere']);
    for (const kind of ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ServiceAccount'])
      expect(rendered.all(kind)).toEqual([]);
    expect(deploymentOf(rendered).template.spec.serviceAccountName).toBe('made-elsewhere');
  });
});

describe('schedules', () => {
  it('become CronJobs whose service account may create runs and nothing else', async () => {
    const rendered = await render(program, valueSets['with schedules']);
    const cronJob = rendered.one<CronJob>('CronJob', 'callscribe-nightly');
    expect(cronJob.spec).toMatchObject({
      schedule: '0 4 * * *',
      timeZone: 'Europe/Berlin',
      concurrencyPolicy: 'Forbid',
      suspend: false,
    });
    const pod = cronJob.spec.jobTemplate.spec.template.spec;
    expect(pod.serviceAccountName).toBe('callscribe-nightly');
    expect(pod.containers[0]?.args).toEqual(['create', '--filename=/template/template.yaml']);
    expect(pod.containers[0]?.env).toContainEqual({ name: 'CALLSCRIBE_TIME_ZONE', value: 'Europe/Berlin' });
    expect(rendered.one<Rules>('Role', 'callscribe-nightly').rules).toEqual([
      { apiGroups: ['callscribe.dev'], resources: ['transcriptionruns'], verbs: ['create'] },
    ]);
  });

  it('have the run as a template, labelled so that its runs are known', async () => {
    const rendered = await render(program, valueSets['with schedules']);
    const configMap = rendered.one<{ readonly data: Readonly<Record<string, string>> }>(
      'ConfigMap',
      'callscribe-every-hour',
    );
    expect(configMap.metadata.namespace).toBe('support');
    expect(parse(configMap.data['template.yaml'] ?? '')).toEqual({
      apiVersion: 'callscribe.dev/v1alpha1',
      kind: 'TranscriptionRun',
      metadata: { name: 'every-hour', labels: { 'callscribe.dev/schedule': 'every-hour', team: 'support' } },
      spec: expect.objectContaining({ window: { last: '1h', offset: '15m' } }),
    });
    expect(rendered.one<CronJob>('CronJob', 'callscribe-every-hour').spec).toMatchObject({
      timeZone: 'Etc/UTC',
      suspend: true,
      concurrencyPolicy: 'Replace',
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 2,
    });
  });

  it('are refused in a namespace that nobody watches', async () => {
    const { code, stderr } = await template(program, { ...valueSets['with schedules'], namespaces: ['sales'] });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody watches') });
  });
});

describe('network policies', () => {
  interface NetworkPolicy extends KubernetesObject {
    readonly spec: {
      readonly policyTypes: readonly string[];
      readonly ingress: readonly { readonly ports: readonly object[]; readonly from: readonly object[] }[];
      readonly egress: readonly {
        readonly ports: readonly { readonly port: number }[];
        readonly to?: readonly object[];
      }[];
    };
  }

  it('are off by default', async () => {
    expect((await render(program)).all('NetworkPolicy')).toEqual([]);
  });

  it('let the controller reach DNS, the API server, public hosts, the speech server and what is added; nothing else', async () => {
    const rendered = await render(program, valueSets['locked in by network policies']);
    const { spec } = rendered.one<NetworkPolicy>('NetworkPolicy', 'callscribe');
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(spec.egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([
      [53, 53],
      [6443],
      [443, 8443],
      [9900],
      [8080],
    ]);
    expect(spec.egress.every(({ to }) => to !== undefined && to.length > 0)).toBe(true);
    expect(spec.ingress).toHaveLength(1);
  });

  it('let the speech server be reached by the controller alone, and reach nobody', async () => {
    const rendered = await render(program, valueSets['locked in by network policies']);
    const { spec } = rendered.one<NetworkPolicy>('NetworkPolicy', 'callscribe-speech');
    expect(spec.egress).toEqual([]);
    expect(spec.ingress[0]?.from).toEqual([
      { podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/component': 'controller' }) } },
    ]);
  });
});

describe('the speech server', () => {
  it('is there when it is asked for, with its key from a Secret and no token of the API server', async () => {
    expect((await render(program)).all('Deployment')).toHaveLength(1);
    const rendered = await render(program, valueSets['with its own speech server']);
    const { spec } = deploymentOf(rendered, 'callscribe-speech').template;
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.containers[0]?.args).toContain('--model=moonshine-base-en');
    expect(spec.containers[0]?.env).toContainEqual({
      name: 'CALLSCRIBE_API_KEY',
      valueFrom: { secretKeyRef: { name: 'speech-key', key: 'apiKey' } },
    });
    expect(rendered.one('Service', 'callscribe-speech').kind).toBe('Service');
  });
});

describe('availability', () => {
  it('is guarded where there is more than one replica', async () => {
    expect((await render(program)).all('PodDisruptionBudget')).toHaveLength(1);
    expect((await render(program, { replicas: 1 })).all('PodDisruptionBudget')).toEqual([]);
    expect((await render(program, { podDisruptionBudget: { enabled: false } })).all('PodDisruptionBudget')).toEqual([]);
  });
});

describe('helm test', () => {
  it('creates a run that costs nothing', async () => {
    const runOf = async (values: object): Promise<{ readonly spec: object }> => {
      const rendered = await render(program, values as Record<string, unknown>, true);
      const { data } = rendered.one<{ readonly data: Record<string, string> }>('ConfigMap', 'callscribe-test');
      return parse(data['template.yaml'] ?? '') as { readonly spec: object };
    };
    expect((await runOf({})).spec).toMatchObject({ dryRun: true, cancel: true, cost: { ratePerMinute: '0' } });
    const run = { window: { last: '1h' }, dryRun: false };
    expect((await runOf({ helmTest: { run } })).spec).toMatchObject({ window: { last: '1h' }, dryRun: true });
    expect((await render(program, { helmTest: { enabled: false } }, true)).all('Pod')).toEqual([]);
  });
});
