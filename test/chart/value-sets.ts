/**
 * Ways in which people install the chart. Each is rendered, validated and offered to a real API server.
 * @module
 */
import type { Values } from './helm.ts';

const run = {
  genesys: { region: 'eu-central-1', credentialsSecretRef: { name: 'genesys-oauth' } },
  stt: { endpointSecretRef: { name: 'stt' } },
  cost: { ratePerMinute: '0.004', budget: '50' },
};

const nightly = {
  schedule: '0 4 * * *',
  timeZone: 'Europe/Berlin',
  spec: { window: { last: '24h', offset: '2h' }, ttlSecondsAfterFinished: 2_592_000, ...run },
};

export const valueSets: Readonly<Record<string, Values>> = {
  'the defaults': {},
  'one replica without election': { replicas: 1, leaderElection: { enabled: false } },
  'three replicas on chosen nodes': {
    replicas: 3,
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'callscribe' } },
          },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'callscribe' } },
      },
    ],
    priorityClassName: 'system-cluster-critical',
    runtimeClassName: 'gvisor',
    podDisruptionBudget: { enabled: true, maxUnavailable: '50%' },
  },
  'two namespaces, roles only': { namespaces: ['sales', 'support'], crds: { enabled: false } },
  'two namespaces with aggregated roles': { namespaces: ['sales', 'support'], rbac: { aggregateClusterRoles: true } },
  'accounts and roles that are made elsewhere': {
    rbac: { create: false, aggregateClusterRoles: false },
    serviceAccount: { create: false, name: 'made-elsewhere' },
    crds: { enabled: false },
  },
  'everything that watches': {
    metrics: {
      service: { annotations: { 'prometheus.io/scrape': 'true' } },
      serviceMonitor: {
        enabled: true,
        labels: { release: 'prometheus' },
        interval: '15s',
        relabelings: [{ action: 'labeldrop', regex: 'pod' }],
      },
      prometheusRule: {
        enabled: true,
        labels: { release: 'prometheus' },
        alertLabels: { team: 'voice' },
        disabled: ['CallscribeGenesysRateLimited'],
        runbookURL: 'https://wiki.example.com/callscribe',
        missedScheduleSeconds: 90_000,
        failedPercent: 5,
      },
      dashboard: { enabled: true, annotations: { 'grafana-folder': 'voice' } },
    },
  },
  'locked in by network policies': {
    networkPolicy: {
      enabled: true,
      metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      kubeAPI: { cidrs: ['10.0.0.1/32'], ports: [6443] },
      internet: { enabled: true, except: ['10.0.0.0/8'], ports: [443, 8443] },
      extraEgress: [
        {
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'speech' } } }],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ],
    },
    speechServer: { enabled: true },
  },
  'with its own speech server': {
    speechServer: {
      enabled: true,
      replicas: 2,
      model: 'moonshine-base-en',
      maxQueue: 4,
      apiKeySecret: 'speech-key',
      image: { repository: 'registry.example.com/speech', digest: `sha256:${'a'.repeat(64)}` },
      extraEnv: [{ name: 'UV_THREADPOOL_SIZE', value: '4' }],
    },
  },
  'with schedules': {
    schedules: {
      nightly,
      'every-hour': {
        schedule: '5 * * * *',
        namespace: 'support',
        suspend: true,
        concurrencyPolicy: 'Replace',
        startingDeadlineSeconds: 600,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 2,
        labels: { team: 'support' },
        spec: { window: { last: '1h', offset: '15m' }, ...run },
      },
    },
  },
  'everything that can be added': {
    commonLabels: { 'example.com/owner': 'voice' },
    podLabels: { tier: 'backend' },
    podAnnotations: { 'example.com/note': 'x' },
    imagePullSecrets: [{ name: 'registry' }],
    extraEnv: [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://collector.monitoring:4318' }],
    extraEnvFrom: [{ secretRef: { name: 'more', optional: true } }],
    extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
    extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
    extraObjects: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra' }, data: { release: '{{ .Release.Name }}' } },
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "callscribe.name" . }}-text\n',
    ],
    startupProbe: { httpGet: { path: '/healthz', port: 'health' }, failureThreshold: 30 },
    dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
    controller: { extraArgs: ['--egress-allow=speech.example.com'], logLevel: 'debug', egressOnly: true },
  },
  'a large work directory on disk': {
    workDir: { type: 'ephemeral', sizeLimit: '100Gi', storageClassName: 'fast' },
    resources: { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '2Gi' } },
  },
  'other names and a digest': {
    nameOverride: 'scribe',
    fullnameOverride: 'voice-scribe',
    image: { repository: 'registry.example.com/callscribe', tag: 'ignored', digest: `sha256:${'b'.repeat(64)}` },
    helmTest: { enabled: true, run: { window: { last: '1h' }, ...run }, namespace: 'sales', timeoutSeconds: 30 },
  },
};
