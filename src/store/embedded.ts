// The PostgreSQL that comes along: made once, started when nobody has, attached to by everybody else, stopped by its starter only.
// Real durability always: fsync is never turned off. Never listens beyond 127.0.0.1.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { open, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { DatabaseOutOfReach, ExcursionError } from '#src/errors.ts'
import { type Being, beingOf, isAlive, isSignalled, selfBeing } from './being.ts'
import { baseOf, exists, type Place, placeOf } from './embedded-place.ts'

export interface Embedded {
  readonly url: string
  readonly startedHere: boolean
  stop(): Promise<void>
}

/** EXCURSION_HOME/postgres/server.json: what other verbs need to attach. */
interface Server {
  readonly port: number
  readonly password: string
  readonly postmaster: Being
  readonly owner: Being
}

const ROLE = 'excursion'
const DATABASE = 'excursion'
const ATTACH_MS_MAX = 5_000
const LOCK_MS_MAX = 60_000
const START_MS_MAX = 30_000
const STOP_MS_MAX = 30_000
const POLL_MS = 20
const START_TRIES = 5
const LOG_BYTES_MAX = 10_000_000
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'password_encryption=scram-sha-256',
  'max_connections=100',
  'shared_buffers=64MB',
  // Each day of a partitioned table is a table to lock.
  'max_locks_per_transaction=512',
  'max_wal_size=1GB',
  'log_timezone=UTC',
  'timezone=UTC',
  // One line in the log is one thing to know; clients that went away are not.
  'log_min_messages=warning',
  'log_line_prefix=%m [%p] ',
]

const run = promisify(execFile)

/** Starts the server of this home, or attaches to it where it runs. */
export async function startEmbedded(home: string, log: (line: string) => void): Promise<Embedded> {
  try {
    const place = await placeOf(home, log)
    return (await attach(place, false)) ?? (await underLock(place, async () => (await attach(place, true)) ?? (await start(place, log))))
  } catch (error) {
    if (error instanceof ExcursionError) throw error
    throw new DatabaseOutOfReach(`trouble with ${home}`, undefined, error)
  }
}

/** Throws the database of a home away, for good. Only for homes that were made to be thrown away (demo, tests). */
export async function discardEmbedded(home: string): Promise<void> {
  const folder = join(await realpath(home).catch(() => home), 'postgres')
  const base = baseOf(folder)
  const data = join(base, 'data')
  const running = await readPostmaster(data)
  if (running !== null && (await isPostmaster(running.pid, data))) await stopPostmaster(running.pid)
  await rm(base, { recursive: true, force: true })
  await rm(folder, { recursive: true, force: true })
}

// --- attach ---

/** The running server, or null where there is none, or none with an owner: `adopt` makes us its owner (only under the lock). */
async function attach(place: Place, adopt: boolean): Promise<Embedded | null> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const server = await readServer(place)
    if (server === null || !(await isAlive(server.postmaster)) || !(await isPostmaster(server.postmaster.pid, place.data))) return null
    const owned = await isAlive(server.owner)
    if (!owned && !adopt) return null
    if (await answers(server, place.data))
      return owned ? { url: urlOf(server), startedHere: false, stop: async () => {} } : own(place, { ...server, owner: await selfBeing() })
    if (!owned) return null
    // Its owner lives: it may be just stopping, or have no connection to spare. It is not ours to stop.
    if (waitedMs > ATTACH_MS_MAX)
      throw new DatabaseOutOfReach(
        `it running on 127.0.0.1:${server.port} without letting us in`,
        `stop process ${server.owner.pid}, which started it, and try again`,
      )
    await sleep(POLL_MS)
  }
}

async function readServer(place: Place): Promise<Server | null> {
  try {
    return JSON.parse(await readFile(join(place.folder, 'server.json'), 'utf8')) as Server
  } catch {
    return null
  }
}

/** Does the server at this port know our password, and is its data ours? */
async function answers(server: { port: number; password: string }, data: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(server, 'postgres'), connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder")
    return rows[0]?.folder === data || process.platform === 'win32'
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

function urlOf(server: { port: number; password: string }, database = DATABASE): string {
  return `postgresql://${ROLE}:${server.password}@127.0.0.1:${server.port}/${database}`
}

// --- start ---

async function start(place: Place, log: (line: string) => void): Promise<Embedded> {
  const kept = await readPassword(place)
  const password = kept ?? (await makePassword(place))
  await healLeftovers(place)
  if (!(await exists(join(place.data, 'PG_VERSION')))) await initialise(place, password)
  else {
    await checkVersion(place)
    if (kept === null) await resetPassword(place, password)
  }
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const before = await logSize(place)
    const child = spawnPostgres(place, port)
    const trouble = await untilReady(place, child, port)
    if (trouble === null) {
      const server: Server = { port, password, postmaster: await beingOf(child.pid as number), owner: await selfBeing() }
      await createDatabase(server)
      log(`PostgreSQL started on 127.0.0.1:${port}, data in ${place.data}`)
      return own(place, server)
    }
    const said = (await logSince(place, before)).split('\n').find((line) => /FATAL|PANIC|could not/.test(line)) ?? trouble
    // The port was taken between our asking and its binding, or the backends of a killed server are still on their way out.
    const passing = /Address already in use|could not bind|shared memory block .* is still in use|postmaster\.pid/.test(said)
    if (!passing || tries === START_TRIES) throw new DatabaseOutOfReach(`that it does not start: ${said.trim()}`, `see ${logPath(place)}`)
    await sleep(200 * tries)
    await healLeftovers(place)
  }
}

async function readPassword(place: Place): Promise<string | null> {
  const text = await readFile(join(place.folder, 'password'), 'utf8').catch(() => '')
  return text.trim() === '' ? null : text.trim()
}

/** Made with the first start and kept: 0600, in a folder only we may enter. */
async function makePassword(place: Place): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  await writeSecret(join(place.folder, 'password'), `${password}\n`)
  return password
}

/** Whole or not at all, readable by us alone from its first byte. */
async function writeSecret(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}`
  await rm(draft, { force: true })
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
  await rename(draft, path)
}

/** What a crash left: a pid file whose number now belongs to another process, or a server nobody can attach to any more. */
async function healLeftovers(place: Place): Promise<void> {
  const left = await readPostmaster(place.data)
  if (left === null) return
  if (!(await isPostmaster(left.pid, place.data))) await rm(join(place.data, 'postmaster.pid'), { force: true })
  else await stopPostmaster(left.pid)
}

/** The first lines of postmaster.pid: pid, data, start, port, socket folder, address, shared memory, status. */
async function readPostmaster(data: string): Promise<{ pid: number; status: string } | null> {
  try {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
    const pid = Number(lines[0])
    return Number.isInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : null
  } catch {
    return null
  }
}

/** Is this number alive and a PostgreSQL on this data? In a container a restart often gives the old number to somebody else, another PostgreSQL included. */
async function isPostmaster(pid: number, data: string): Promise<boolean> {
  if (!isSignalled(pid)) return false
  if (process.platform === 'win32') return true
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(
    async () => (await run('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({ stdout: '' }))).stdout,
  )
  return command.includes('postgres') && command.includes(data)
}

/** initdb into a draft that is renamed when complete: half a database is never found. */
async function initialise(place: Place, password: string): Promise<void> {
  // Drafts of starters that died in the middle; we hold the lock, so nobody is at work on one.
  for (const name of await readdir(place.base)) if (/^(data|password)\.\d+$/.test(name)) await rm(join(place.base, name), { recursive: true, force: true })
  const draft = join(place.base, `data.${process.pid}`)
  const passwordFile = join(place.base, `password.${process.pid}`)
  await rm(draft, { recursive: true, force: true })
  await rm(passwordFile, { force: true })
  const handle = await open(passwordFile, 'wx', 0o600)
  try {
    await handle.writeFile(`${password}\n`)
    if (place.runAs !== null) await handle.chown(place.runAs.uid, place.runAs.gid)
  } finally {
    await handle.close()
  }
  try {
    const args = ['-D', draft, '-U', ROLE, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions']
    await run(place.bin.initdb, args, { ...childOptions(place), maxBuffer: 10_000_000 })
    await rename(draft, place.data)
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.split('\n').find((line) => /error|could not|cannot/i.test(line))
    throw new DatabaseOutOfReach(`that its data folder cannot be made in ${place.base}`, undefined, said?.trim() || error)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(draft, { recursive: true, force: true })
  }
}

async function checkVersion(place: Place): Promise<void> {
  const found = (await readFile(join(place.data, 'PG_VERSION'), 'utf8')).trim()
  const { stdout } = await run(place.bin.postgres, ['--version'], childOptions(place))
  const ours = /(\d+)/.exec(stdout)?.[1]
  if (found !== ours)
    throw new DatabaseOutOfReach(
      `data of PostgreSQL ${found} in ${place.data} where PostgreSQL ${ours} comes along`,
      `start the version that wrote it and 'export tape', or move ${place.data} away`,
    )
}

/** A port nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('expected a TCP port')
  return address.port
}

function spawnPostgres(place: Place, port: number): ChildProcess {
  const output = openSync(logPath(place), 'a', 0o600)
  try {
    // In a process group of its own: Ctrl-C in the terminal reaches us first, and the last batch is written before the server goes.
    const child = spawn(place.bin.postgres, ['-D', place.data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])], {
      ...childOptions(place),
      stdio: ['ignore', output, output],
      detached: true,
    })
    child.on('error', () => {})
    child.unref()
    return child
  } finally {
    closeSync(output)
  }
}

/** Its own user, a folder it may stand in, and nothing of our environment: there are secrets in it. */
function childOptions(place: Place) {
  const env = process.platform === 'win32' ? {} : { env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' } }
  return { cwd: place.base, ...(place.runAs ?? {}), ...env }
}

/** null when it accepts connections, else what went wrong. */
async function untilReady(place: Place, child: ChildProcess, port: number): Promise<string | null> {
  if (child.pid === undefined) return 'the program cannot be run'
  for (let waitedMs = 0; waitedMs < START_MS_MAX; waitedMs += POLL_MS) {
    if (child.exitCode !== null || child.signalCode !== null) return `it ended with ${child.exitCode ?? child.signalCode}`
    const postmaster = await readPostmaster(place.data)
    if (postmaster?.pid === child.pid && postmaster.status.startsWith('ready')) return null
    await sleep(POLL_MS)
  }
  child.kill('SIGINT')
  return `no answer on port ${port} after ${START_MS_MAX} ms`
}

/** The home was thrown away and its password with it, the data under /var/lib was not: the data takes the new password, before anybody may connect. */
async function resetPassword(place: Place, password: string): Promise<void> {
  const child = spawn(place.bin.postgres, ['--single', '-D', place.data, 'postgres'], { ...childOptions(place), stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  child.stdin.end(`alter role ${ROLE} password '${password}'\n`)
  const code = await ended
  if (code !== 0) {
    await rm(join(place.folder, 'password'), { force: true })
    throw new DatabaseOutOfReach(`data in ${place.data} whose password is lost and cannot be set anew (${code})`, 'move that folder away')
  }
}

async function createDatabase(server: Server): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(server, 'postgres') })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (rows.length === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end()
  }
}

function logPath(place: Place): string {
  return join(place.folder, 'postgres.log')
}

/** Its size now; a log grown too large begins anew. */
async function logSize(place: Place): Promise<number> {
  const size = await stat(logPath(place)).then(
    (found) => found.size,
    () => 0,
  )
  if (size <= LOG_BYTES_MAX) return size
  await rm(logPath(place), { force: true })
  return 0
}

async function logSince(place: Place, from: number): Promise<string> {
  const whole = await readFile(logPath(place)).catch(() => Buffer.alloc(0))
  return whole.subarray(from).toString('utf8')
}

// --- own and stop ---

/** From here on this process stops the server: on close, and at the latest when it exits. */
async function own(place: Place, server: Server): Promise<Embedded> {
  await writeSecret(join(place.folder, 'server.json'), `${JSON.stringify(server)}\n`)
  const { pid } = server.postmaster
  const stopOnExit = () => {
    // Nothing can be awaited any more; a fast shutdown takes its course without us.
    if (isSignalled(pid)) process.kill(pid, 'SIGINT')
  }
  process.once('exit', stopOnExit)
  const stop = async () => {
    await rm(join(place.folder, 'server.json'), { force: true })
    if (await isAlive(server.postmaster)) await stopPostmaster(pid)
    // Only now: an exit in the middle of a stop must not leave the server running.
    process.off('exit', stopOnExit)
  }
  return { url: urlOf(server), startedHere: true, stop }
}

/** A fast shutdown: open transactions are rolled back, everything committed is on disk. */
async function stopPostmaster(pid: number): Promise<void> {
  const being = await beingOf(pid)
  if (isSignalled(pid)) process.kill(pid, 'SIGINT')
  for (let waitedMs = 0; await isAlive(being); waitedMs += POLL_MS) {
    if (waitedMs > STOP_MS_MAX)
      throw new DatabaseOutOfReach(`its server (process ${pid}) still running ${STOP_MS_MAX} ms after it was told to stop`, `stop process ${pid} by hand`)
    await sleep(POLL_MS)
  }
}

// --- one starter ---

/** One starter at a time. A lock whose holder died is taken over. */
async function underLock<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const path = join(place.folder, 'lock')
  const mine = JSON.stringify(await selfBeing())
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    if (await createLock(path, mine)) break
    if (waitedMs > LOCK_MS_MAX) throw new DatabaseOutOfReach(`another process starting it for more than ${LOCK_MS_MAX} ms`, `if there is none, delete ${path}`)
    await breakStaleLock(path)
    await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function createLock(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Only one of those who find it stale moves it away; PostgreSQL's own pid file guards what could still slip through. */
async function breakStaleLock(path: string): Promise<void> {
  const found = await readFile(path, 'utf8').catch(() => '')
  // Empty: just created, its holder is about to write its name.
  if (found === '' || (await isAlive(JSON.parse(found) as Being))) return
  const aside = `${path}.${process.pid}`
  if ((await readFile(path, 'utf8').catch(() => '')) !== found) return
  await rename(path, aside).catch(() => {})
  await rm(aside, { force: true })
}
