import { defineConfig } from 'vitest/config';

/**
 * Four projects: `unit` is fast and touches nothing outside of a temporary folder; `system` is everything that needs
 * a real API server, a real speech engine or a child process; `test/setup/cluster.ts` starts one control plane for all of it.
 * `chart` needs Helm besides. `installed` is callscribe as it is installed: images and chart, with Docker and a node. It is `make e2e`, the others `make test`.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: { name: 'unit', include: ['{src,hack}/**/*.test.ts'], testTimeout: 15_000, sequence: { groupOrder: 0 } },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: ['test/installed/**', 'test/chart/**'],
          globalSetup: ['test/setup/cluster.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'chart',
          include: ['test/chart/**/*.test.ts'],
          globalSetup: ['test/setup/cluster.ts', 'test/chart/setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'installed',
          include: ['test/installed/**/*.test.ts'],
          globalSetup: ['test/setup/cluster.ts', 'test/installed/setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
