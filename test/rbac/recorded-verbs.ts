/**
 * Holds what the operator was allowed against what it did, by the audit log of the API server. Pure.
 * @module
 */
import type { Rule } from './operator-account.ts';

interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: { readonly apiGroup?: string; readonly resource?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code?: number };
}

/** `callscribe.dev/transcriptionruns/status patch` */
const permission = (group: string, resource: string, verb: string): string => `${group}/${resource} ${verb}`;

const granted = (rules: readonly Rule[]): ReadonlySet<string> =>
  new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => permission(group, resource, verb))),
      ),
    ),
  );

const FORBIDDEN = 403;

export interface Comparison {
  /** Granted, and not used once. */
  readonly unused: readonly string[];
  /** Asked for, and not granted. */
  readonly refused: readonly string[];
}

/** @param audit lines of JSON, those of the operator alone */
export const compareVerbs = (rules: readonly Rule[], audit: string): Comparison => {
  const events = audit
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditEvent);
  const asked = events.flatMap(({ verb, objectRef, responseStatus }) => {
    if (!objectRef?.resource) return [];
    const { apiGroup = '', resource, subresource } = objectRef;
    const name = permission(apiGroup, subresource ? `${resource}/${subresource}` : resource, verb);
    return [{ name, isRefused: responseStatus?.code === FORBIDDEN }];
  });
  const allowed = granted(rules);
  const used = new Set(asked.filter(({ isRefused }) => !isRefused).map(({ name }) => name));
  const refused = new Set(
    asked.filter(({ name, isRefused }) => isRefused && !allowed.has(name)).map(({ name }) => name),
  );
  return { unused: [...allowed].filter((name) => !used.has(name)), refused: [...refused] };
};
