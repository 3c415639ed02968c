// The verbs a trader types every day, typed: each a process of its own beside a writer that runs, its effect seen over GraphQL; and where none runs, the
// effect when one starts. What is wrong is one line that says what was expected, and changes nothing.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Execution, Instrument } from '#core/facts.ts'
import { openRecorder } from '#record/record.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { listen } from '#store/changes.ts'
import type { Database } from '#store/db.ts'
import { takeWriterLock } from '#store/lock.ts'
import { openTestDatabase } from './database.ts'
import { excursion } from './process.ts'
import { answers, openReceiver } from './receiver.ts'
import { openTestServer, type TestServer } from './server.ts'

const OPENED = Date.UTC(2026, 10, 20, 15)
const instrument = (conId: number, symbol: string): Instrument => ({ kind: 'instrument', conId, symbol, secType: 'STK', currency: 'USD' })
const execution = (n: number, conId: number, price: string, side: Execution['side'] = 'BUY', account = 'DU1'): Execution => ({
  ...{ kind: 'execution', executionId: `0000e0d5.${n}.01.01`, account, conId, side, quantity: '100', price, at: OPENED + n * 1000 },
})
/** Two open IBM trades, one of SPY, and one of AAPL that is over. */
const FACTS = [
  ...[instrument(8314, 'IBM'), instrument(756733, 'SPY'), instrument(265598, 'AAPL')],
  ...[execution(1, 8314, '180'), execution(2, 8314, '181', 'BUY', 'DU2'), execution(3, 756733, '450'), execution(4, 265598, '200')],
  execution(5, 265598, '201', 'SELL'),
]
const SPY = 'ORDER:DU1:756733:0000e0d5.3.01'
const AAPL = 'ORDER:DU1:265598:0000e0d5.4.01'

/** Each verb is a process: about a second of one core. */
const SLOW = { timeout: 240_000 }

const folder = await mkdtemp(join(tmpdir(), 'excursion-verbs-'))
let server: TestServer
let url = ''
const opened: AsyncDisposable[] = []

beforeAll(async () => {
  server = await openTestServer({}, { remembers: true })
  url = server.db.url
  opened.push(server, await record(server))
})

afterAll(async () => {
  for (const one of opened.reverse()) await one[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** The writer of a service: holds the lock, folds the facts, hears what is decided. */
async function record({ db, bus }: { readonly db: Database; readonly bus: TestServer['bus'] }): Promise<AsyncDisposable> {
  const lock = await takeWriterLock(db)
  const failed = (error: unknown) => {
    throw error
  }
  const recorder = await openRecorder({ db, bus, clock, filter: 'none', log: () => {}, onFailure: failed })
  for (const fact of FACTS) recorder.tell(fact)
  await recorder.settled()
  const changes = await listen(db, ({ kind }) => {
    if (kind === 'decisions') recorder.decided()
  })
  return {
    async [Symbol.asyncDispose]() {
      await changes.close()
      await recorder.close()
      await lock?.release()
    },
  }
}

async function typed(words: string, env = {}) {
  const args = words.split(' ').map((word) => word.replaceAll('_', ' '))
  await using running = excursion(args, { DATABASE_URL: url, EXCURSION_HOME: '/nowhere', EXCURSION_LANG: 'en', EXCURSION_TZ: 'UTC', ...env })
  const { code } = await running.ended
  return { code, out: running.stdout(), said: running.stderr() }
}

/** What GraphQL says of a trade. */
async function trade(id: string): Promise<Record<string, unknown>> {
  const { trade: found } = await server.ask(`{ trade(id: "${id}") { held tags initialStop risk snoozedUntil } }`)
  return found as Record<string, unknown>
}

describe('beside a writer that runs', SLOW, () => {
  test('stop, tag, hold and snooze say what they did, and it is to be seen at once; each can be taken back', async () => {
    expect(await typed('stop SPY 445')).toEqual({ code: 0, out: `${SPY}: stop 445, 1 R = 500 USD\n`, said: '' })
    expect(await typed('tag SPY breakout late_entry')).toMatchObject({ code: 0, out: `${SPY}: tags breakout, late entry\n` })
    await expect.poll(() => trade(SPY)).toMatchObject({ initialStop: '445', risk: '500', tags: ['breakout', 'late entry'] })
    expect(await typed('stop SPY 460')).toMatchObject({ code: 0, said: expect.stringMatching(/^460 is above the entry at 450 of a long; /) })
    expect(await typed('stop SPY off')).toMatchObject({ code: 0, out: `${SPY}: no stop\n` })
    expect(await typed('tag SPY breakout --remove')).toMatchObject({ code: 0, out: `${SPY}: tags late entry\n` })
    await expect.poll(() => trade(SPY)).toMatchObject({ initialStop: null, risk: null, tags: ['late entry'] })

    expect(await typed('hold spy')).toMatchObject({ code: 0, out: `${SPY}: held for the long term\n` })
    await expect.poll(() => trade(SPY)).toMatchObject({ held: true })
    expect((await typed('watch --once')).out).toMatch(/SPY .*\[held\]/)
    expect(await typed('hold SPY off')).toMatchObject({ code: 0, out: `${SPY}: no longer held for the long term\n` })
    await expect.poll(() => trade(SPY)).toMatchObject({ held: false })

    expect(await typed('snooze SPY 2h')).toMatchObject({ code: 0, out: expect.stringMatching(/: left alone until (\d{4}-\d\d-\d\d )?\d\d:\d\d\n$/) })
    expect(Date.parse(String((await trade(SPY))['snoozedUntil'])) - Date.now()).toBeGreaterThan(3_600_000)
    expect(await typed('snooze SPY off')).toMatchObject({ code: 0, out: `${SPY}: may speak again\n` })
    expect(await trade(SPY)).toMatchObject({ snoozedUntil: null })
  })

  test('rules: set, disable, enable, apply and delete print the rule they changed, and it is in force over GraphQL', async () => {
    const rule = async (id: string) => {
      const { alertRules } = await server.ask('{ alertRules { id enabled version definition } }')
      return (alertRules as { id: string }[]).find((one) => one.id === id)
    }
    expect((await typed('rules')).out.split('\n')).toContain('on   hard-stop         MAE_STOP       critical  v1  pct 3; secTypes STK')
    expect(await typed('rules set hard-stop pct=2.5')).toEqual({
      ...{ code: 0, said: '' },
      out: '    rule       kind      severity\non  hard-stop  MAE_STOP  critical  v2  pct 2.5; secTypes STK\n',
    })
    expect(await rule('hard-stop')).toMatchObject({ version: 2, definition: expect.stringContaining('"pct":"2.5"') })
    expect((await typed('rules disable hard-stop')).out).toContain('\noff  hard-stop')
    expect(await rule('hard-stop')).toMatchObject({ version: 3, enabled: false })
    // Set while it is off it stays off, unless it is said.
    expect((await typed('rules set hard-stop pct=2')).out).toContain('\noff  hard-stop')
    expect((await typed('rules set hard-stop enabled=true')).out).toContain('\non  hard-stop')
    expect((await typed('rules disable hard-stop')).code).toBe(0)
    expect((await typed('rules enable hard-stop')).out).toContain('\non  hard-stop')
    expect(await rule('hard-stop')).toMatchObject({ enabled: true })

    const file = join(folder, 'rules.ndjson')
    await writeFile(file, '{"id":"mine","kind":"TRAILING_STOP","pct":"1","repeat":true}\n{"id":"trail","kind":"TRAILING_STOP","pct":"2","armPct":"1"}\n')
    const applied = await typed(`rules apply ${file} --json`)
    expect(applied.said).toBe('2 rules, 2 new or changed\n')
    expect(
      applied.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { id: 'mine', version: 1, repeat: true, enabled: true },
      { id: 'trail', version: 2 },
    ])
    expect((await typed(`rules apply ${file}`)).said).toBe('2 rules, 0 new or changed\n')
    expect(await rule('mine')).toMatchObject({ version: 1 })
    expect(await typed('rules delete mine')).toMatchObject({ code: 0, out: 'mine is deleted; the alerts it raised stay\n' })
    expect(await rule('mine')).toBeUndefined()
  })

  test('rules test: what it would say, who would be told; sent, what came back, and 1 where it did not arrive', async () => {
    await using receiver = await openReceiver()
    const slack = { SLACK_WEBHOOK_URL: receiver.url }
    expect(await typed('rules test hard-stop SPY')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^TEST: PAPER SPY .*\nno channel that is configured would be told\n$/s),
    })
    expect(await typed('rules test hard-stop SPY', slack)).toMatchObject({ code: 0, out: expect.stringMatching(/\nwould be told: slack\n$/) })
    expect(receiver.requests).toHaveLength(0)
    const sent = await typed('rules test hard-stop SPY --send --json', slack)
    expect([sent.code, receiver.requests.length, JSON.parse(sent.out)]).toMatchObject([0, 1, { concerns: true, sent: [{ channel: 'slack', accepted: true }] }])
    receiver.behave(answers(404, {}, 'no_service'))
    expect(await typed('rules test hard-stop SPY --send', slack)).toMatchObject({
      ...{ code: 1, out: expect.stringContaining('slack: did not arrive, answered 404: no_service') },
      said: expect.stringMatching(/^expected slack to accept a message.*\(EXC_CHANNEL_FAILED\)\n$/),
    })
    expect(await typed('rules test hard-stop SPY --send')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^expected a channel .*\(EXC_CHANNEL_FAILED\)\n$/),
    })
  })

  test('what is wrong is one line that says what was expected and found, and the exit says whose fault it is', async () => {
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text)
      return join(folder, name)
    }
    const wrong: readonly (readonly [words: string, code: number, said: RegExp])[] = [
      ['stop SPY abc', 2, /^stop: expected a price, or off, behind the trade; found 'abc'$/],
      ['stop IBM 170', 1, /^expected one trade for 'IBM', found 2: ORDER:DU1:8314:\S+, ORDER:DU2:8314:\S+; say which by its id$/],
      ['stop QQQ 1', 1, /^expected a trade, found none with the id 'QQQ'/],
      ['tag SPY _', 2, /^tag: expected at most 50 tags of 1 to 50 characters, found ' '$/],
      ['tag SPY other --remove', 2, /^tag: expected tags of this trade \(.*\), found 'other'$/],
      ['hold SPY of', 2, /^hold: expected nothing or off behind the trade, found 'of'$/],
      ['snooze SPY 5x', 2, /^snooze: expected 30m, 2h, 15:30, an instant to come, or off behind the trade; found '5x'$/],
      ['rules lst', 2, /^rules: expected list, .* found 'lst'; did you mean list\?$/],
      ['rules set hard-stop pct=abc', 2, /^rules set: rule hard-stop: expected pct as a number, found "abc"$/],
      ['rules set nope pct=1', 1, /^rules: expected the id of a rule, found 'nope'.*a new one says its kind/],
      [
        'rules set my_rule kind=MAE_STOP pct=1',
        2,
        /^rules set: expected a name of letters, digits, dots, dashes and underscores, at most 64; found 'my rule'$/,
      ],
      ['rules enable nope', 1, /^rules: expected the id of a rule, found 'nope'/],
      ['rules list --send', 2, /^rules: expected --send with 'rules test ID TRADE' only/],
      [`rules apply ${folder}/none`, 1, /^expected rules at \S+, found no file that can be read \(ENOENT\); check the path \(EXC_TAPE_INVALID\)$/],
      [`rules apply ${await file('empty', '\n')}`, 1, /^expected rules in \S+, a JSON object a line, found none/],
      [`rules apply ${await file('bad', '{"id":"a","kind":"MAE_STOP","pct":"1"}\nhello')}`, 1, /bad:2: expected a rule as a JSON object, found hello/],
      [`rules apply ${await file('twice', '{"id":"a","kind":"MAE_STOP","pct":"1"}\n'.repeat(2))}`, 1, /twice: expected every rule once, found a again/],
    ]
    // The first look at the rules writes the starters.
    await typed('rules')
    const before = await server.ask('{ alertRules { id version } }')
    const found = await Promise.all(wrong.map(([words]) => typed(words)))
    for (const [index, [words, code, said]] of wrong.entries()) {
      const answer = found[index] as Awaited<ReturnType<typeof typed>>
      expect([words, answer.code, answer.out, answer.said.trimEnd().split('\n').length], answer.said).toEqual([words, code, '', 1])
      expect(answer.said.trimEnd(), words).toMatch(said)
    }
    expect(await server.ask('{ alertRules { id version } }')).toEqual(before)
    const away = await typed('snooze SPY 2h', { DATABASE_URL: 'postgres://127.0.0.1:1/none' })
    expect([away.code, away.said]).toEqual([1, expect.stringMatching(/^expected a PostgreSQL at .*\(EXC_DATABASE_UNREACHABLE\)\n$/)])
  })

  test('who reads only the beginning has what he wanted', async () => {
    for (const verb of ['trades --json', 'rules --json', 'watch']) {
      await using running = excursion(verb.split(' '), { DATABASE_URL: url, EXCURSION_HOME: '/nowhere' }, { reads: false })
      expect([verb, await running.ended, running.stderr()]).toEqual([verb, { code: 0, signal: null }, ''])
    }
  })
})

test('the database goes away while a verb works: one line, no trace of the program', SLOW, async () => {
  const db = await openTestDatabase()
  await using running = excursion(['watch'], { DATABASE_URL: db.url, EXCURSION_HOME: '/nowhere' })
  await running.says(/no open trades/)
  await db[Symbol.asyncDispose]()
  expect(await running.ended).toEqual({ code: 1, signal: null })
  expect(running.stderr().trimEnd().split('\n').at(-1)).toMatch(/^expected a PostgreSQL at .* found none that lets us in .*\(EXC_DATABASE_UNREACHABLE\)$/)
  expect(running.stderr()).not.toContain('    at ')
})

test('where no service runs it is stored and said so; the one that starts takes it in', SLOW, async () => {
  await using quiet = await openTestServer()
  await (await record(quiet))[Symbol.asyncDispose]()
  const env = { DATABASE_URL: quiet.db.url }
  const taken = 'no service is running: it is stored, and taken in when one starts (excursion start)\n'
  for (const words of ['stop SPY 445', 'hold 4.01', 'rules set hard-stop pct=2', 'snooze SPY 2h'])
    expect(await typed(words, env), words).toMatchObject({ code: 0, said: taken })
  const asked = () =>
    quiet.ask(
      `{ spy: trade(id: "${SPY}") { risk } aapl: trade(id: "${AAPL}") { held } roundTrips: trades(filter: { unit: ROUND_TRIP, symbols: ["AAPL"] }) { edges { node { id } } } }`,
    )
  expect(await asked()).toMatchObject({ spy: { risk: null }, aapl: { held: false }, roundTrips: { edges: [{}] } })
  await using _writer = await record({ db: quiet.db, bus: openBus() })
  expect(await asked()).toMatchObject({ spy: { risk: '500' }, aapl: { held: true }, roundTrips: { edges: [] } })
  expect(await typed('hold 4.01 off', env)).toMatchObject({ code: 0, said: '' })
  await expect.poll(asked).toMatchObject({ aapl: { held: false }, roundTrips: { edges: [{}] } })
})
