import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/browser-setup.ts'],
    // Tests leave the user's cache alone.
    env: { TWEEDIE_CACHE: 'off' },
    // The runtime itself uses every core: more workers would only fight each other.
    maxWorkers: 2,
    pool: 'forks',
  },
})
