// One PostgreSQL for the whole test run: the one that comes along, in a home of its own that is thrown away, or the server at DATABASE_URL.
// In it a template with our tables, so that a test's own database is a copy and not a migration.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '#store/db.ts'
import { discardEmbedded, startEmbedded } from '#store/embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server's address, with the right to create databases. */
    databaseServer: string
    /** The name of the database that others are copied from; theirs begin with it. */
    databaseTemplate: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'excursion-test-'))
  const given = process.env['DATABASE_URL'] ?? ''
  const embedded = given === '' ? await startEmbedded(home, () => {}) : null
  const server = embedded?.url ?? given
  const template = `excursion_test_${process.pid}`
  await administer(server, `create database ${template}`)
  const url = new URL(server)
  url.pathname = `/${template}`
  await (await openDatabase({ url: url.href, home, log: () => {} })).close()
  project.provide('databaseServer', server)
  project.provide('databaseTemplate', template)
  return async () => {
    if (embedded === null) await administer(server, `drop database ${template} with (force)`)
    await embedded?.stop()
    if (embedded !== null) await discardEmbedded(home)
    await rm(home, { recursive: true, force: true })
  }
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(statement)
  await client.end()
}
