/**
 * Helm for the tests of the chart, built from its Go module where it is not yet.
 * @module
 */
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openGoTools } from '../tools/go-tools.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    helm: string;
  }
}

export const setup = async (project: TestProject): Promise<void> => {
  project.provide('helm', join(await openGoTools('helm'), 'helm'));
};
