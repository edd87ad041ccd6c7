/**
 * The Pods that objects lead to.
 * @module
 */
import type { KubernetesObject } from './helm.ts';

interface PodTemplate {
  readonly template: { readonly spec: object };
}

const specOf = <T>({ spec }: KubernetesObject): T => spec as T;

const READERS: Readonly<Record<string, (object: KubernetesObject) => object>> = {
  Pod: (object) => specOf<object>(object),
  Deployment: (object) => specOf<PodTemplate>(object).template.spec,
  CronJob: (object) =>
    specOf<{ readonly jobTemplate: { readonly spec: PodTemplate } }>(object).jobTemplate.spec.template.spec,
};

export const podSpecsOf = (objects: readonly KubernetesObject[]): readonly object[] =>
  objects.flatMap((object) => READERS[object.kind]?.(object) ?? []);
