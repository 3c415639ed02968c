// Asking as fast as answers come: the load of bench/graphql.ts. It judges nothing but that there is an answer.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'

export const CONNECTIONS = 16

/** A server in a process of its own. */
export interface Served {
  readonly url: string
  readonly process: ChildProcess
  ask<T>(message: object): Promise<T>
  close(): Promise<void>
}

export async function serve(file: URL | string, args: readonly string[], path: string): Promise<Served> {
  const child = fork(file, args, {
    execArgv: ['--expose-gc'],
    env: { NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const waiting: PromiseWithResolvers<unknown>[] = []
  child.on('message', (message) => waiting.shift()?.resolve(message))
  child.on('exit', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`expected ${args[0]} to serve, found it ended`))
  })
  const heard = <T>() => {
    const next = Promise.withResolvers<unknown>()
    waiting.push(next)
    return next.promise as Promise<T>
  }
  const { port } = await heard<{ port: number }>()
  return {
    url: `http://127.0.0.1:${port}${path}`,
    process: child,
    ask: <T>(message: object) => {
      const answer = heard<T>()
      child.send(message)
      return answer
    },
    async close() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

/** Requests over 16 connections that ask again as soon as they are answered: how many a second, and how many in all, those that warmed up included. */
export async function rate(url: string, body: string, seconds: number): Promise<{ perSecond: number; requests: number }> {
  let requests = 0
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const askOnce = () =>
    new Promise<void>((resolve, reject) => {
      const asked = request(url, { agent, method: 'POST', headers }, (told) => {
        let bytes = 0
        told.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        told.on('end', () =>
          told.statusCode === 200 && bytes > 1_000 ? resolve() : reject(new Error(`expected an answer, found status ${told.statusCode}, ${bytes} bytes`)),
        )
      })
      asked.on('error', reject)
      asked.end(body)
    })
  const run = async (milliseconds: number) => {
    const start = performance.now()
    let count = 0
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (performance.now() - start < milliseconds) {
          await askOnce()
          count++
          requests++
        }
      }),
    )
    return count / ((performance.now() - start) / 1000)
  }
  await run(500)
  const perSecond = await run(seconds * 1_000)
  agent.destroy()
  return { perSecond, requests }
}
