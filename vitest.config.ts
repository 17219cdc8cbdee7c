import { defineConfig } from 'vitest/config';

// Workspace packages export their TypeScript source under this condition, so tests need no build.
const conditions = ['@app/source'];
const project = (name: string, include: string[], timeoutMs: number, groupOrder = 0) => ({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    sequence: { groupOrder },
  },
});

export default defineConfig({
  test: {
    projects: [
      project(
        'unit',
        [
          'packages/*/src/**/*.test.ts',
          'agent-container/src/**/*.test.ts',
          'scripts/**/*.test.ts',
          'test/simulation/{driver,src}/**/*.test.ts',
        ],
        10_000,
      ),
      project(
        'contract',
        [
          'agent-container/test/**/*.contract.test.ts',
          'packages/*/test/**/*.contract.test.ts',
          'test/contract/**/*.test.ts',
        ],
        60_000,
      ),
      project('corpus', ['test/corpus/**/*.test.ts'], 60_000),
      project('infra', ['infra/test/**/*.test.ts'], 120_000),
      project('fences', ['test/fences/**/*.test.ts'], 120_000),
      project('drills', ['test/drills/**/*.test.ts'], 180_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 180_000),
      // Takes all cores for two minutes: it goes last, when nothing that keeps time runs beside it.
      project('simulation', ['test/simulation/*.test.ts'], 900_000, 1),
    ],
  },
});
