// Altair, a page to try the API by hand, served from files of our own: it works without a network, and asks nobody but this server.
// Only for this machine, or for a token with the scope admin.
import { readdirSync, readFileSync } from 'node:fs'
import { AltairFastify } from 'altair-fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { allows } from '#core/scope.ts'
import { refuse } from './guard.ts'

const PAGE = '/altair'
const OPERATIONS = new URL('operations/', import.meta.url)

/** The page builds its styles as it runs; scripts come from files only, and nothing comes from anywhere else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export async function serveAltair(app: FastifyInstance, endpoint: string): Promise<void> {
  // biome-ignore lint/nursery/noMisusedPromises: Fastify awaits its plugins.
  await app.register(async (page) => {
    page.addHook('onRequest', async ({ caller }, reply) => {
      if (!allows(caller.scopes, 'admin'))
        return refuse(reply, { status: 403, code: 'FORBIDDEN', message: "expected a token with the scope 'admin', found another" })
      reply.header('content-security-policy', POLICY)
      return undefined
    })
    // biome-ignore lint/nursery/noMisusedPromises: Fastify awaits its plugins.
    await page.register(AltairFastify, {
      path: PAGE,
      baseURL: `${PAGE}/`,
      endpointURL: endpoint,
      subscriptionsEndpoint: endpoint,
      subscriptionsProtocol: 'graphql-ws',
      serveInitialOptionsInSeperateRequest: true,
      initialWindows: operations().map(({ name, text }) => ({ initialName: name, initialQuery: text, endpointURL: endpoint, subscriptionsEndpoint: endpoint })),
    })
  })
}

/** The examples a caller begins with, by name. */
export function operations(): { name: string; text: string }[] {
  return readdirSync(OPERATIONS)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => ({ name: file.replace(/\.graphql$/, '').replaceAll('-', ' '), text: readFileSync(new URL(file, OPERATIONS), 'utf8') }))
}
