import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  test: {
    include: ['tests/web/**/*.test.ts'],
    // No test waits for a time to pass. On a busy machine each may need many times what it needs alone.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    passWithNoTests: false,
    // Left alone, Vitest keeps a processor free.
    maxWorkers: availableParallelism(),
  },
});
