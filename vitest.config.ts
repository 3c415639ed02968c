// How the tests run: real processes, sockets and a real PostgreSQL, so forks and generous timeouts. Never retries: a test that fails sometimes is a bug.
import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const setup = './test/global-setup.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/planted/**'],
    pool: 'forks',
    // Two at a time: each test file may hold a gateway, a service and a database of its own.
    maxWorkers: 2,
    globalSetup: existsSync(setup) ? [setup] : [],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    retry: 0,
  },
})
