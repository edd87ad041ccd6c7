{{- define "callscribe.name" -}}
{{- if contains "callscribe" .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-callscribe" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "callscribe.selector" -}}
app.kubernetes.io/name: callscribe
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "callscribe.labels" -}}
{{ include "callscribe.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "callscribe.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "callscribe.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "callscribe.rules" -}}
- apiGroups: [callscribe.dev]
  resources: [transcriptionruns]
  verbs: [get, list, watch, delete]
- apiGroups: [callscribe.dev]
  resources: [transcriptionruns/status]
  verbs: [get, patch]
# The report and ledger of a run.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, create, update, delete]
# The Secrets that runs name, and transcripts that wait for their destination.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, create, update, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
