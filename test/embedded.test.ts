// The PostgreSQL that comes along: started by one, shared by all, safe over crashes. Real servers and real processes, each test in a home of its own.
// As whoever runs the tests: root and an ordinary user take different ways through src/store/embedded.ts.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Database, openDatabase } from '#store/db.ts'
import { discardEmbedded } from '#store/embedded.ts'

interface Home extends AsyncDisposable {
  readonly path: string
  readonly said: string[]
  open(): Promise<Database>
}

/** A home only its owner may enter, as /root is; thrown away with all that was made for it. */
async function makeHome(): Promise<Home> {
  const parent = await mkdtemp(join(tmpdir(), 'excursion-home-'))
  const path = join(parent, 'home')
  const said: string[] = []
  return {
    path,
    said,
    open: () => openDatabase({ url: null, home: path, log: (line) => said.push(line) }),
    [Symbol.asyncDispose]: async () => {
      await discardEmbedded(path)
      await rm(parent, { recursive: true, force: true })
    },
  }
}

const OPENER = `
  import { openDatabase } from '#store/db.ts'
  const db = await openDatabase({ url: null, home: process.argv[1], log: () => {} })
  console.log(JSON.stringify({ startedHere: db.startedHere, url: db.url }))
  process.on('SIGTERM', () => process.exit(0))
  process.stdin.on('end', async () => { await db.close(); process.exit(0) }).resume()
`

/** Another program that opens the same home, and closes it when told. */
async function openElsewhere(home: Home): Promise<{ child: ChildProcess; startedHere: boolean; url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', OPENER, home.path], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: join(import.meta.dirname, '..'),
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for await (const line of createInterface({ input: child.stdout })) {
    const close = () => {
      child.stdin.end()
      return ended
    }
    return { child, ...(JSON.parse(line) as { startedHere: boolean; url: string }), close }
  }
  throw new Error('the other program ended without a word')
}

async function write(db: Database, value: number): Promise<void> {
  await db.pool.query("insert into meta (key, value) values ('test', $1) on conflict (key) do update set value = excluded.value", [value])
}

async function read(db: Database): Promise<string | undefined> {
  return (await db.pool.query("select value from meta where key = 'test'")).rows[0]?.value
}

test('the first start makes a database that is durable, on this machine only, with a secret nobody else reads', async () => {
  await using home = await makeHome()
  await using db = await home.open()
  expect(db).toMatchObject({ embedded: true, startedHere: true })
  const { rows } = await db.pool.query(`select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
    current_setting('synchronous_commit') as commit, current_setting('listen_addresses') as address, current_setting('server_version_num')::int / 10000 as version`)
  expect(rows).toEqual([{ fsync: 'on', pages: 'on', commit: 'on', address: '127.0.0.1', version: 18 }])
  expect((await db.pool.query('select left(rolpassword, 13) as kind from pg_authid where rolname = current_user')).rows).toEqual([{ kind: 'SCRAM-SHA-256' }])
  for (const secret of ['server.json', 'password', 'postgres.log']) expect((await stat(join(home.path, 'postgres', secret))).mode & 0o077, secret).toBe(0)
  expect((await stat(join(home.path, 'postgres'))).mode & 0o077).toBe(0)
  const without = new URL(db.url)
  without.password = 'wrong'
  await expect(openDatabase({ url: without.href, home: home.path, log: () => {} })).rejects.toMatchObject({ code: 'EXC_DATABASE_UNREACHABLE' })
  expect(home.said.filter((line) => line.includes('started on'))).toHaveLength(1)
})

test('what was written is there after a stop and a start; a second close does no harm', async () => {
  await using home = await makeHome()
  const first = await home.open()
  await write(first, 1)
  await first.close()
  await first.close()
  await expect(readFile(join(home.path, 'postgres', 'server.json'))).rejects.toThrow()
  await using second = await home.open()
  expect(await read(second)).toBe('1')
})

test('another program attaches, and leaves the server running when it goes', async () => {
  await using home = await makeHome()
  await using db = await home.open()
  const other = await openElsewhere(home)
  expect(other).toMatchObject({ startedHere: false, url: db.url })
  await other.close()
  await write(db, 2)
  expect(await read(db)).toBe('2')
})

test('of programs that start at the same moment exactly one starts the server', async () => {
  await using home = await makeHome()
  const programs = await Promise.all([openElsewhere(home), openElsewhere(home), openElsewhere(home)])
  expect(programs.map(({ startedHere }) => startedHere).toSorted()).toEqual([false, false, true])
  expect(new Set(programs.map(({ url }) => url)).size).toBe(1)
  for (const program of programs.toSorted((a, b) => Number(a.startedHere) - Number(b.startedHere))) await program.close()
})

test('its starter killed: the next program takes the server over, finds what was committed, and stops it', async () => {
  await using home = await makeHome()
  const starter = await openElsewhere(home)
  expect(starter.startedHere).toBe(true)
  const { postmaster } = JSON.parse(await readFile(join(home.path, 'postgres', 'server.json'), 'utf8'))
  const attached = await home.open()
  expect(attached.startedHere).toBe(false)
  await write(attached, 3)
  await attached.close()
  starter.child.kill('SIGKILL')
  await starter.close()
  const heir = await home.open()
  expect(heir).toMatchObject({ startedHere: true, url: starter.url })
  expect(await read(heir)).toBe('3')
  await heir.close()
  expect(await isRunning(postmaster.pid)).toBe(false)
})

test('its starter told to end without closing: the server goes with it', async () => {
  await using home = await makeHome()
  const starter = await openElsewhere(home)
  const { postmaster } = JSON.parse(await readFile(join(home.path, 'postgres', 'server.json'), 'utf8'))
  await using other = await home.open()
  expect(other.startedHere).toBe(false)
  // What main does on a signal it has no grace for: exit.
  await other.pool.query('select 1')
  starter.child.kill('SIGTERM')
  await starter.close()
  for (let waitedMs = 0; (await isRunning(postmaster.pid)) && waitedMs < 10_000; waitedMs += 50) await sleep(50)
  expect(await isRunning(postmaster.pid)).toBe(false)
})

/** A dead process that nobody has buried yet (its starter died before it) runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (state !== null) return !/\) Z /.test(state)
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('the server killed: committed rows are there after the next start, and nothing of the leftovers stands in the way', async () => {
  await using home = await makeHome()
  const db = await home.open()
  const { postmaster } = JSON.parse(await readFile(join(home.path, 'postgres', 'server.json'), 'utf8'))
  await write(db, 4)
  const { rows } = await db.pool.query("select current_setting('data_directory') as data")
  process.kill(postmaster.pid, 'SIGKILL')
  for (let waitedMs = 0; (await isRunning(postmaster.pid)) && waitedMs < 10_000; waitedMs += 50) await sleep(50)
  expect(await readFile(join(rows[0].data, 'postmaster.pid'), 'utf8')).toContain(String(postmaster.pid))
  await db.close()
  await using healed = await home.open()
  expect(await read(healed)).toBe('4')
})

test('a pid file whose number now belongs to somebody else, as after a restart of a container, is no obstacle', async () => {
  await using home = await makeHome()
  const db = await home.open()
  const { rows } = await db.pool.query("select current_setting('data_directory') as data")
  await write(db, 5)
  await db.close()
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  try {
    await writeFile(join(rows[0].data, 'postmaster.pid'), `${stranger.pid}\n${rows[0].data}\n1\n5432\n\n127.0.0.1\n\nready   \n`)
    await writeFile(
      join(home.path, 'postgres', 'server.json'),
      JSON.stringify({ port: 1, password: 'x', postmaster: { pid: stranger.pid, began: '1' }, owner: { pid: 1, began: '1' } }),
    )
    await writeFile(join(home.path, 'postgres', 'lock'), JSON.stringify({ pid: stranger.pid, began: '1' }))
    await using healed = await home.open()
    expect(await read(healed)).toBe('5')
    expect(stranger.exitCode).toBeNull()
  } finally {
    stranger.kill()
  }
})

test('the secret lost: the data is kept and takes a new one', async () => {
  await using home = await makeHome()
  const db = await home.open()
  const { url } = db
  await write(db, 6)
  await db.close()
  await rm(join(home.path, 'postgres', 'password'))
  await using again = await home.open()
  expect(new URL(again.url).password).not.toBe(new URL(url).password)
  expect(await read(again)).toBe('6')
})

test('a home that is a file is one clear line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'excursion-home-'))
  try {
    await writeFile(join(folder, 'file'), '')
    const opening = openDatabase({ url: null, home: join(folder, 'file'), log: () => {} })
    await expect(opening).rejects.toMatchObject({
      code: 'EXC_DATABASE_OUT_OF_REACH',
      message: expect.stringMatching(/^expected to start the PostgreSQL that comes along, found .*; set /),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
