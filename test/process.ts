// The product as its user meets it: verbs of the command line as processes of their own, in a home that is thrown away. Whatever a test starts here
// it ends here, by its own process id.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { discardEmbedded } from '#store/embedded.ts'

const ROOT = join(import.meta.dirname, '..')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A verb that runs. Ended at the end of its scope, gently. */
export interface Running extends AsyncDisposable {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** Everything it has said so far. */
  stdout(): string
  stderr(): string
  /** Resolves with the first match in what it has said or will say; throws when it ends without a word of it. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): Promise<Ended>
}

export type Environment = Readonly<Record<string, string>>

/** Starts `excursion VERB …`. Nothing of the surrounding configuration reaches it. */
export function excursion(args: readonly string[], env: Environment = {}, listening: Listening = {}): Running {
  return program('src/main.ts', args, env, listening)
}

interface Listening {
  /** Another copy of this repository. */
  readonly root?: string
  /** False: whoever it speaks to has gone, as behind `| head -1`. */
  readonly reads?: boolean
}

/** Starts a program of this repository. */
export function program(script: string, args: readonly string[], env: Environment = {}, { reads = true, root = ROOT }: Listening = {}): Running {
  const inherited = Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  const child = spawn(process.execPath, [script, ...args], { cwd: root, env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  if (!reads) child.stdout.destroy()
  return follow(child, args.join(' '))
}

function follow(child: ChildProcess, name: string): Running {
  const said = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
      tell()
    })
  }
  let over: Ended | null = null
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      over = { code, signal }
      resolve(over)
      tell()
    })
  })
  const kill = (signal: NodeJS.Signals) => {
    if (over === null) child.kill(signal)
    return ended
  }
  return {
    pid: child.pid ?? 0,
    ended,
    kill,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(said.stdout) ?? pattern.exec(said.stderr)
          if (found === null && over === null) return
          listeners.delete(look)
          if (found !== null) resolve(found)
          else reject(new Error(`expected '${name}' to say ${pattern}, found its end (${JSON.stringify(over)}):\n${said.stderr.slice(-2_000)}`))
        }
        listeners.add(look)
        look()
      }),
    [Symbol.asyncDispose]: async () => {
      await kill('SIGTERM')
    },
  }
}

/** Runs a verb to its end; throws unless it exits 0. */
export async function answerOf(args: readonly string[], env: Environment = {}): Promise<string> {
  await using running = excursion(args, env)
  const { code } = await running.ended
  if (code !== 0) throw new Error(`expected '${args.join(' ')}' to exit 0, found ${code}:\n${running.stderr()}`)
  return running.stdout()
}

/** A data folder of its own, thrown away with the database in it. */
export interface Home extends AsyncDisposable {
  readonly path: string
  /** The folder it stands in, for whatever else the test writes. */
  readonly parent: string
}

export async function makeHome(): Promise<Home> {
  const parent = await mkdtemp(join(tmpdir(), 'excursion-proof-'))
  const path = join(parent, 'home')
  return {
    path,
    parent,
    async [Symbol.asyncDispose]() {
      await discardEmbedded(path)
      await rm(parent, { recursive: true, force: true })
    },
  }
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Looks again and again, until it holds; whoever calls gives up by the test's own timeout. */
export async function eventually<T>(look: () => Promise<T | null | false | undefined>, everyMs = 50): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== null && found !== false && found !== undefined) return found
    await sleep(everyMs)
  }
}
