// 'The next channel must be one file': a copy of the program gets one more file, and nothing else of it changes. Everything a channel is used for is then
// tried in processes of their own: what configures it, what the doctor says, which rules may name it, a test message, and a real alert.
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { effectsOf } from '#core/delivery.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { openTestDatabase } from './database.ts'
import { type Environment, excursion, freePort, makeHome } from './process.ts'
import { answers, openReceiver } from './receiver.ts'
import { anAlert, aTrade } from './rows.ts'

const SLOW = { timeout: 60_000 }
const HERE = join(import.meta.dirname, '..')
let root = ''

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'excursion-next-channel-'))
  for (const part of ['package.json', 'src', 'graphql', 'jobs', 'drizzle', 'templates']) cpSync(join(HERE, part), join(root, part), { recursive: true })
  symlinkSync(join(HERE, 'node_modules'), join(root, 'node_modules'))
  cpSync(join(HERE, 'test/pigeon.ts'), join(root, 'src/notify/channels/pigeon.ts'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function typed(args: readonly string[], env: Environment = {}) {
  await using running = excursion(args, { EXCURSION_HOME: '/nowhere', EXCURSION_LANG: 'en', EXCURSION_TZ: 'UTC', ...env }, { root })
  const { code } = await running.ended
  return { code, out: running.stdout(), said: running.stderr() }
}

test('its variables are read with all the others: a wrong one is one line without the secret, a half is named', SLOW, async () => {
  expect(await typed(['snooze', 'IBM', '1h'], { PIGEON_URL: 'hunter2' })).toEqual({
    ...{ code: 1, out: '' },
    said: 'PIGEON_URL: expected an address that starts with https:// or http://, found 7 characters that are not one (not shown); correct it or leave it empty (EXC_CONFIG_INVALID)\n',
  })
  await using home = await makeHome()
  await using db = await openTestDatabase()
  const pigeon = async (env: Environment) => {
    const { out } = await typed(['doctor', '--json'], { DATABASE_URL: db.url, EXCURSION_HOME: home.path, TWS_PORT: String(await freePort()), ...env })
    const lines = out.trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Record<string, string>).filter(({ what }) => what === 'Pigeon post')
  }
  const what = 'Pigeon post'
  expect(await pigeon({})).toEqual([{ what, state: 'off', found: 'not configured', remedy: 'PIGEON_URL and PIGEON_RING, if wanted' }])
  expect(await pigeon({ PIGEON_RING: 'hunter2', PIGEON_MAP: 'https://other.example' })).toEqual([
    {
      ...{ what, state: 'fault' },
      found: 'expected PIGEON_URL beside PIGEON_RING, found nothing; Pigeon post is not used',
      remedy: 'set it too, or leave PIGEON_RING empty',
    },
  ])
  expect(await pigeon({ PIGEON_RING: '7', PIGEON_URL: 'https://x.example' })).toEqual([{ what, state: 'ok', found: 'configured' }])
  expect(await pigeon({ PIGEON_RING: '0', PIGEON_URL: 'https://x.example' })).toEqual([
    { what, state: 'ok', found: 'configured, but its ring is blank', remedy: 'set another PIGEON_RING' },
  ])
})

test('`test-alert` names it, explains its variables and sends through it', SLOW, async () => {
  await using receiver = await openReceiver(answers(200, {}, 'coo'))
  const help = await typed(['test-alert', '--help'])
  expect(help.out).toContain('test-alert pigeon|slack|sms|webhook')
  expect(help.out).toMatch(/pigeon\n {2}PIGEON_URL +Where the pigeon house takes letters/)
  expect(await typed(['test-alert', 'pigeon'])).toMatchObject({ code: 1, said: expect.stringContaining('set PIGEON_URL and PIGEON_RING') })
  const sent = await typed(['test-alert', 'pigeon'], { PIGEON_URL: `${receiver.url}/loft`, PIGEON_RING: '7' })
  expect(sent).toMatchObject({ code: 0, out: expect.stringMatching(/^pigeon: accepted after \d+ ms, answered 200: coo\n$/) })
  expect(receiver.requests).toMatchObject([{ path: '/loft', headers: { 'x-ring': '7' }, body: 'excursion: a test of this channel: it works' }])
})

test('a rule may name it, by the command line and by GraphQL, and what it raises goes out through it', SLOW, async () => {
  await using receiver = await openReceiver()
  await using home = await makeHome()
  await using db = await openTestDatabase()
  const env = { DATABASE_URL: db.url, EXCURSION_HOME: home.path, EXCURSION_PORT: String(await freePort()), PIGEON_URL: receiver.url, PIGEON_RING: '7' }
  expect(await typed(['rules', 'set', 'hard-stop', 'channels=["pigeon"]'], env)).toMatchObject({ code: 0, out: expect.stringContaining('channels pigeon') })
  expect(await typed(['rules', 'set', 'hard-stop', 'channels=["dove"]'], env)).toMatchObject({
    code: 2,
    said: 'rules set: rule hard-stop: expected in channels pigeon, slack, sms, webhook; found "dove"\n',
  })
  const alert = anAlert(1, 0, 2, { ruleId: 'hard-stop', severity: 'critical', pct: '-3.0' })
  await commitBatch(db, { ...EMPTY_BATCH, trades: [aTrade(1, 1, { mode: 'PAPER' })], alerts: [alert], outbox: effectsOf([alert]) })

  await using service = excursion(['start', '--roles', 'api,worker'], env, { root })
  const [, url = ''] = await service.says(/GraphQL at (\S+),/)
  await expect.poll(() => receiver.requests.length, { timeout: 20_000 }).toBe(1)
  expect(receiver.requests).toMatchObject([{ headers: { 'x-ring': '7' }, body: expect.stringContaining('PAPER IBM') }])
  const saved = async (channel: string) => {
    const query = 'mutation ($input: SaveRuleInput!) { saveRule(input: $input) { rule { channels } userErrors { message } } }'
    const body = JSON.stringify({ query, variables: { input: { id: 'mine', kind: 'MAE_STOP', pct: '3', channels: [channel] } } })
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return ((await answer.json()) as { data: { saveRule: unknown } }).data.saveRule
  }
  expect(await saved('pigeon')).toEqual({ rule: { channels: ['pigeon'] }, userErrors: [] })
  expect(await saved('dove')).toEqual({
    rule: null,
    userErrors: [{ message: 'rule mine: expected in channels pigeon, slack, sms, webhook; found "dove"' }],
  })
  expect((await fetch(url.replace('/graphql', '/metrics')).then((answer) => answer.text())).includes('channel="pigeon"')).toBe(true)
})

test('a file there that is no channel is told in one line, and nothing starts without it', SLOW, async () => {
  const file = join(root, 'src/notify/channels/stone.ts')
  for (const [text, found] of [
    ['export const stone = 1\n', "expected a channel as the export 'driver', found none"],
    ["export { driver } from '#notify/channels/slack.ts'\n", "expected a kind of its own, found 'slack', which another file has"],
  ]) {
    writeFileSync(file, text as string)
    const said = `src/notify/channels/stone.ts: ${found}; mend the file (channel.ts says what it holds) or take it away (EXC_CONFIG_INVALID)\n`
    expect(await typed(['test-alert', 'slack'])).toEqual({ code: 1, out: '', said })
  }
  rmSync(file)
})
