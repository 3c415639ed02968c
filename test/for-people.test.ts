// What people and small scripts use: the examples really run, the page works without a network, the exports are whole.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, specifiedRules, validate } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#graphql/altair.ts'
import { limitRules } from '#graphql/limits.ts'
import { resolvers } from '#graphql/resolvers.ts'
import { buildSchema } from '#graphql/schema.ts'
import { clock } from '#src/clock.ts'
import { annotate } from '#store/decisions.ts'
import { createToken } from '#store/tokens.ts'
import { aPoint, anAlert, aTrade, tradeIdOf } from './rows.ts'
import { openTestServer, type TestServer } from './server.ts'

const root = join(import.meta.dirname, '..')
let server: TestServer
let base = ''
beforeAll(async () => {
  server = await openTestServer()
  base = new URL('/', server.url).href
  await server.store({
    trades: Array.from({ length: 205 }, (_, n) => aTrade(n, n + 1)),
    trajectory: Array.from({ length: 12 }, (_, k) => aPoint(0, k, 1000 + k)),
    alerts: [anAlert(0, 0, 2000)],
  })
  await annotate(server.db, tradeIdOf(0), { note: '=HYPERLINK("http://evil.example")', tags: ['a', 'b'], strategy: 'x, "y"' }, clock.now())
})
afterAll(() => server?.[Symbol.asyncDispose]())

const has = (tool: string) => {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { cwd: root, env: { ...process.env, ...env }, timeout: 20_000 }, (error, stdout, stderr) => {
      // A listener is stopped by its own time; what it heard counts.
      if (error && stdout === '') reject(new Error(`${error.message} ${stderr}`))
      else resolve(stdout)
    })
  })
}

test('example: TypeScript follows the changes of trades', async () => {
  const told = await run(process.execPath, ['examples/follow.ts', server.url, '--count', '205'])
  expect(told.trim().split('\n')).toHaveLength(205)
  expect(told).toContain(`1 ${tradeIdOf(0)} OPEN 0 MFE 0 %`)
})

test.skipIf(!has('python3'))('example: Python reads every trade, page by page', async () => {
  expect((await run('python3', ['examples/last_trades.py', server.url])).trim().split('\n')).toHaveLength(205)
})

test.skipIf(!has('curl'))('example: curl asks one question', async () => {
  expect(JSON.parse(await run('sh', ['examples/ask.sh', '{ brokers { name } }', server.url]))).toEqual({ data: { brokers: [{ name: 'tws' }] } })
})

test.skipIf(!has('websocat'))('example: websocat hears alerts', async () => {
  expect(await run('sh', ['examples/listen.sh', server.socketUrl], { SECONDS_OPEN: '2' })).toContain('IBM is up 5 %')
})

test('example: what listen.sh hands to websocat is the protocol (a stand-in passes its lines on)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'excursion-websocat-'))
  try {
    // Lines of stdin become messages, messages become lines: all that is asked of websocat here.
    const standIn = `#!${process.execPath}
const socket = new (require(${JSON.stringify(join(root, 'node_modules/ws'))}))(process.argv.at(-1), process.argv[process.argv.indexOf('--protocol') + 1])
socket.on('open', () => {
  const lines = require('node:readline').createInterface({ input: process.stdin })
  lines.on('line', (line) => socket.send(line)).on('close', () => socket.close())
})
socket.on('message', (data) => console.log(String(data)))
`
    await writeFile(join(folder, 'websocat'), standIn, { mode: 0o755 })
    const env = { PATH: `${folder}:${process.env['PATH']}`, SECONDS_OPEN: '1' }
    expect(await run('sh', ['examples/listen.sh', server.socketUrl], env)).toContain('IBM is up 5 %')
    const { secret } = await createToken(server.db, { name: 'listening', scopes: ['read'], accounts: ['nobody'] }, clock.now())
    const bound = await run('sh', ['examples/listen.sh', server.socketUrl], { ...env, EXCURSION_TOKEN: secret })
    expect(bound).toContain('connection_ack')
    expect(bound).not.toContain('IBM')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('examples use a token where one is needed', async () => {
  const { secret } = await createToken(server.db, { name: 'example', scopes: ['read'], accounts: ['nobody'] }, clock.now())
  if (has('curl'))
    expect(await run('sh', ['examples/ask.sh', '{ trades { nodes { id } } }', server.url], { EXCURSION_TOKEN: secret })).toBe(
      '{"data":{"trades":{"nodes":[]}}}',
    )
})

test.each(operations())('the example operation $name fits the schema and its limits', ({ text }) => {
  expect(validate(buildSchema(resolvers), parse(text), [...specifiedRules, ...limitRules])).toEqual([])
})

test('Altair is served whole from here: no address of anybody else, and a policy that lets none in', async () => {
  const page = await fetch(`${base}altair`)
  const html = await page.text()
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html'])
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
  expect([...html.matchAll(/(?:src|href)="(https?:)?\/\//g)]).toEqual([])
  for (const [, file = ''] of html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|ico))"/g)) {
    const found = await fetch(new URL(file, `${base}altair/`))
    expect([file, found.status]).toEqual([file, 200])
    await found.arrayBuffer()
  }
  const options = await (await fetch(`${base}altair/initial_options.js`)).text()
  for (const { name } of operations()) expect(options).toContain(name)
})

test('Altair is for this machine and for admins', async () => {
  for (const [scope, status] of [
    ['read', 403],
    ['admin', 200],
  ] as const) {
    const { secret } = await createToken(server.db, { name: scope, scopes: [scope], accounts: null }, clock.now())
    expect((await fetch(`${base}altair`, { headers: { authorization: `Bearer ${secret}` } })).status).toBe(status)
  }
  expect((await fetch(`${base}altair/main.js`, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(401)
})

test('exports: every trade, in CSV and in NDJSON, with what was said of it; no formula for a spreadsheet to run', async () => {
  const csv = await (await fetch(`${base}export/trades.csv`)).text()
  const lines = csv.trim().split('\r\n')
  expect(lines).toHaveLength(206)
  expect(lines[1]).toContain('"x, ""y""",a b,')
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`)
  const ndjson = (await (await fetch(`${base}export/trades.ndjson`)).text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(ndjson).toHaveLength(205)
  expect(ndjson[0]).toMatchObject({ tradeId: tradeIdOf(0), strategy: 'x, "y"', tags: ['a', 'b'], giveback: '0' })
  expect(Object.keys(ndjson[0] ?? {}).join(',')).toBe(lines[0])
})

test('exports: a trajectory point by point; a filter by the names of the filter; what does not exist is not there', async () => {
  const points = await (await fetch(`${base}export/trajectory/${encodeURIComponent(tradeIdOf(0))}.csv`)).text()
  expect(points.trim().split('\r\n')).toHaveLength(13)
  expect(
    (await fetch(`${base}export/trades.ndjson?openedFrom=2026-11-20T17:50:00Z&status=OPEN`).then((answer) => answer.text())).trim().split('\n'),
  ).toHaveLength(5)
  const status = async (path: string) => (await fetch(`${base}export/${path}`)).status
  expect([await status('trades.xml'), await status('trades.csv?color=red'), await status('trades.csv?unit=BOTH'), await status('trajectory/x')]).toEqual([
    404, 400, 400, 404,
  ])
})

test('exports: a token’s accounts bound them', async () => {
  const { secret } = await createToken(server.db, { name: 'other', scopes: ['read'], accounts: ['DU2'] }, clock.now())
  const get = (path: string) => fetch(`${base}export/${path}`, { headers: { authorization: `Bearer ${secret}` } })
  expect(await (await get('trades.ndjson')).text()).toBe('')
  expect(await (await get('trades.ndjson?accounts=DU1,DU2')).text()).toBe('')
  expect((await get(`trajectory/${encodeURIComponent(tradeIdOf(0))}.ndjson`)).status).toBe(404)
})
