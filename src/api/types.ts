/**
 * The resource as TypeScript sees it. Spec and status are generated from the CRD; a field of the spec that has a default there is
 * never absent here, because the API server fills it in.
 * @module
 */
import type { TranscriptionRunSpec, TranscriptionRunStatus } from './generated/transcriptionrun.ts';

export type { TranscriptionRunSpec, TranscriptionRunStatus } from './generated/transcriptionrun.ts';

export const API_GROUP = 'callscribe.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${API_GROUP}/${VERSION}`;
export const KIND = 'TranscriptionRun';
export const PLURAL = 'transcriptionruns';

/** The part of `metav1.OwnerReference` that callscribe reads. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** The part of `metav1.ObjectMeta` that callscribe reads. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Grows with each change of the spec. */
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface TranscriptionRun {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: TranscriptionRunSpec;
  readonly status?: TranscriptionRunStatus;
}
