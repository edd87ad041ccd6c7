/**
 * Reads the Secrets that a run names, from the run's own namespace only, and afresh each time: they may be rotated.
 * @module
 */
import { CallscribeError } from '../errors.ts';
import type { ReadSecret } from '../pipeline/plan.ts';
import type { KubeClient } from './runtime/kube-client.ts';
import { isNotFound, KubeError } from './runtime/kube-error.ts';
import { resourcePath } from './runtime/resource-path.ts';

interface Secret {
  readonly data?: Readonly<Record<string, string>>;
}

const explain = (name: string, error: unknown): CallscribeError => {
  if (isNotFound(error))
    return new CallscribeError('CSC_SECRET_NOT_FOUND', `there is no Secret ${name}`, { cause: error });
  if (error instanceof KubeError && error.status === 403) {
    return new CallscribeError('CSC_SECRET_NOT_FOUND', `the operator may not read Secret ${name}`, { cause: error });
  }
  // Not the same as a Secret that is missing, which is not waited for long.
  return new CallscribeError('CSC_SECRET_UNAVAILABLE', `Secret ${name} could not be read`, { cause: error });
};

/**
 * The reader of one namespace. Values are decoded from base64.
 * @throws CallscribeError `CSC_SECRET_NOT_FOUND`, `CSC_SECRET_UNAVAILABLE`
 */
export const secretReader =
  (kube: KubeClient, namespace: string): ReadSecret =>
  async (name) => {
    const path = resourcePath({ group: '', version: 'v1', plural: 'secrets', namespace, name });
    try {
      const { data = {} } = await kube.get<Secret>(path);
      return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
      );
    } catch (error) {
      throw explain(name, error);
    }
  };
