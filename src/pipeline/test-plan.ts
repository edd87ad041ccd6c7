/**
 * A plan for the tests of this folder.
 * @module
 */
import { patched, smallest } from '../../test/crd/manifest.ts';
import { validateManifest } from '../api/schema.ts';
import { CallscribeError } from '../errors.ts';
import type { Plan } from './plan.ts';
import { loneClaims } from './test-spec.ts';

export const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'genesys-oauth': { clientId: 'id', clientSecret: 'hunter2' },
  stt: { url: 'https://speech.example.com/v1?key=hunter2', apiKey: 'hunter2' },
};

/** The smallest run with a patch to its spec, and its Secrets. */
export const planOf = (spec: Readonly<Record<string, unknown>> = {}, secrets = SECRETS): Plan => {
  const validated = validateManifest(patched(smallest, { spec }));
  if (!validated.ok) throw new Error(validated.problems.join('\n'));
  return {
    run: { namespace: 'calls', name: 'nightly', uid: 'uid-1' },
    spec: validated.run.spec,
    window: { fromMs: Date.UTC(2026, 10, 23), toMs: Date.UTC(2026, 10, 24) },
    readSecret: async (name) => {
      const found = secrets[name];
      if (found) return found;
      throw new CallscribeError('CSC_SECRET_NOT_FOUND', `there is no Secret ${name}`);
    },
    claims: loneClaims(),
  };
};
