// A database for one test: `await using db = await openTestDatabase()`. Empty tables, nobody else in it, gone afterwards.
import pg from 'pg'
import { inject } from 'vitest'
import { type Database, openDatabase } from '#store/db.ts'

let count = 0

export async function openTestDatabase(): Promise<Database> {
  const server = inject('databaseServer')
  const template = inject('databaseTemplate')
  const name = `${template}_${process.pid}_${++count}`
  await administer(server, `create database ${name} template ${template}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const db = await openDatabase({ url: url.href, home: '/nowhere', log: () => {} })
  const close = async () => {
    await db.close()
    await administer(server, `drop database if exists ${name} with (force)`)
  }
  return { ...db, close, [Symbol.asyncDispose]: close }
}

/** One statement in the server's own database. */
export async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
