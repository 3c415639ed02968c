// GraphQL over HTTP to the letter: every audit of the specification's own suite, against a listening server. Says nothing of data.
import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestServer, type TestServer } from './server.ts'

let server: TestServer | null = null
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server?.[Symbol.asyncDispose]())

const audits = serverAudits({ url: () => server?.url ?? '', fetchFn: fetch })

test('the suite is whole: 61 audits', () => {
  expect(audits).toHaveLength(61)
})

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s: %s', async (_, __, audit) => {
  // 'notice' and 'warn' are words about what a server SHOULD and MAY do; here they must too.
  expect(await audit.fn()).toMatchObject({ status: 'ok' })
})
