{{- define "callscribe.chartName" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Short enough for the endings that objects add to it. */}}
{{- define "callscribe.name" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := include "callscribe.chartName" . }}
{{- if contains $name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}
{{- end }}

{{/* dict "root" $ "component" "controller" */}}
{{- define "callscribe.selector" -}}
app.kubernetes.io/name: {{ include "callscribe.chartName" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "callscribe.labels" -}}
{{ include "callscribe.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* dict "image" .Values.image "root" $ */}}
{{- define "callscribe.image" -}}
{{- if .image.digest }}{{ printf "%s@%s" .image.repository .image.digest }}{{ else }}{{ printf "%s:%s" .image.repository (.image.tag | default .root.Chart.AppVersion) }}{{ end }}
{{- end }}

{{- define "callscribe.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "callscribe.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{/* What the operator may do with runs and what belongs to them. `test/chart/least-privilege` holds this against what it does. */}}
{{- define "callscribe.rules" -}}
- apiGroups: [callscribe.dev]
  resources: [transcriptionruns]
  verbs: [list, watch, delete]
- apiGroups: [callscribe.dev]
  resources: [transcriptionruns/status]
  verbs: [patch]
# The report and ledger of a run.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [list, create, update]
# The Secrets that runs name, and transcripts that wait for their destination.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, create, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{- define "callscribe.podDefaults" -}}
automountServiceAccountToken: true
# Kubernetes would set CALLSCRIBE_PORT and the like.
enableServiceLinks: false
securityContext: {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
