// How the tests run: real processes, sockets and a real PostgreSQL, so forks and generous timeouts. Never retries: a test that fails sometimes is a bug.
import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

const setup = './test/global-setup.ts'

/** Ends the run with one plain line, 'N passed, N failed' (and ', N skipped'), which .ci/run says again at its very end. */
const countLine: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test: TestCase) => test.result().state))
    const count = (...wanted: string[]) => states.filter((state) => wanted.includes(state)).length
    // A file that does not even load, and an error outside every test, are failures too.
    const failed = count('failed') + modules.filter(neverRan).length + unhandledErrors.length
    const skipped = count('skipped', 'pending')
    process.stdout.write(`\n${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
  },
}

function neverRan(module: TestModule): boolean {
  return module.state() === 'failed' && ![...module.children.allTests()].some((test) => test.result().state === 'failed')
}

export default defineConfig({
  // graphql ships two builds; ours and its users' must be the same one.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/planted/**'],
    pool: 'forks',
    // Two at a time: each test file may hold a gateway, a service and a database of its own.
    maxWorkers: 2,
    globalSetup: existsSync(setup) ? [setup] : [],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    retry: 0,
    reporters: ['default', countLine],
  },
})
