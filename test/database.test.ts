// Opening a database: migrated once, and every fault one line that says what to do.
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { type Database, openDatabase } from '#store/db.ts'
import { administer, openTestDatabase } from '#test/database.ts'
import { OPENED } from './stored.ts'

test('two programs that open an empty database at once find it migrated once', async () => {
  const server = inject('databaseServer')
  const name = `${inject('databaseTemplate')}_empty`
  await administer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const open = () => openDatabase({ url: url.href, home: '/nowhere', log: () => {} })
  const opened: Database[] = await Promise.all([open(), open(), open()])
  const journal = JSON.parse(await readFile(new URL('../drizzle/migrations/meta/_journal.json', import.meta.url), 'utf8'))
  const { rows } = await (opened[0] as Database).pool.query('select count(*)::int as n from drizzle.__drizzle_migrations')
  expect(rows).toEqual([{ n: journal.entries.length }])
  for (const db of opened) await db.close()
  await administer(server, `drop database ${name} with (force)`)
})

test('a wrong address is one line that says what was expected, without the password', async () => {
  const wrong = openDatabase({ url: 'postgresql://me:secret@127.0.0.1:1/none', home: '/nowhere', log: () => {} })
  await expect(wrong).rejects.toMatchObject({
    code: 'EXC_DATABASE_UNREACHABLE',
    message: expect.stringMatching(/^expected a PostgreSQL at postgresql:\/\/me@127\.0\.0\.1:1\/none, found none/),
  })
  await expect(wrong).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
})

test('a PostgreSQL older than 15 is one line that says which was found', async () => {
  await using db = await openTestDatabase()
  // A server that says so of itself: its own word for settings is put before the catalogue's.
  await db.pool.query(
    `create function public.current_setting(name text) returns text language sql as $$ select case name when 'server_version_num' then '140012' else '14.12' end $$`,
  )
  await db.pool.query(`alter database ${new URL(db.url).pathname.slice(1)} set search_path to public, pg_catalog`)
  await expect(openDatabase({ url: db.url, home: '/nowhere', log: () => {} })).rejects.toMatchObject({
    code: 'EXC_DATABASE_TOO_OLD',
    message: expect.stringMatching(/^expected PostgreSQL 15 or newer at .*, found PostgreSQL 14\.12; upgrade it/),
  })
})

test('a database in which we may not make tables says so', async () => {
  await using db = await openTestDatabase()
  const role = `${inject('databaseTemplate')}_reader`
  await administer(inject('databaseServer'), `create role ${role} login password 'x'`)
  try {
    const name = new URL(db.url).pathname.slice(1)
    await db.pool.query(`revoke create on database ${name} from public; drop schema drizzle cascade`)
    const url = new URL(db.url)
    url.username = role
    url.password = 'x'
    await expect(openDatabase({ url: url.href, home: '/nowhere', log: () => {} })).rejects.toMatchObject({
      code: 'EXC_DATABASE_UNREACHABLE',
      message: expect.stringContaining('permission denied'),
    })
  } finally {
    await administer(inject('databaseServer'), `drop role ${role}`)
  }
})

test('the pool reads as everybody expects: our own reading of numbers and instants stays ours', async () => {
  await using db = await openTestDatabase()
  const { rows } = await db.pool.query("select 1::bigint as big, '2013-10-07T13:30:01Z'::timestamptz as at, current_setting('timezone') as zone")
  expect(rows).toEqual([{ big: '1', at: new Date(OPENED), zone: 'UTC' }])
  expect(pg.types.getTypeParser(20)('1')).toBe('1')
})
