// The Flex Web Service's two steps over a real socket: patience, pace, what is tried again and what never, and a token nobody reads in an error.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFlex } from '#broker/flex.ts'
import { type FlexPatience, openFlexWeb, waitMs } from '#broker/flex-web.ts'
import { clock } from '#src/clock.ts'
import { FlexFailed } from '#src/errors.ts'
import { type FlexServer, openFlexServer, QUERY, statementOf, TOKEN, tradeRow } from '#test/flex-server.ts'
import { hang, openReceiver } from '#test/receiver.ts'

const QUICK: Partial<FlexPatience> = { pausesMs: [1, 2, 4], intervalMs: 0, perWindowMax: 1000, windowMs: 1000 }

function webOf(server: Pick<FlexServer, 'url'>, more: { token?: string; patience?: Partial<FlexPatience> } = {}) {
  return openFlexWeb({ baseUrl: server.url, token: more.token ?? TOKEN, clock, patience: { ...QUICK, ...more.patience } })
}

/** The error, with everything a log could print of it. */
async function failureOf(doing: Promise<unknown>): Promise<{ error: FlexFailed; printed: string }> {
  const error = await doing.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof FlexFailed)) throw new Error(`expected FlexFailed, found ${String(error)}`)
  return { error, printed: `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}` }
}

describe('a statement', () => {
  test('is asked for, waited for while it is in progress, and fetched', async () => {
    await using server = await openFlexServer()
    server.holds(statementOf(tradeRow()))
    server.takes(3)
    const xml = await webOf(server).statement(QUERY)
    expect(parseFlex(xml)).toMatchObject({ accounts: ['U1'] })
    expect(server.asked.map(({ step }) => step)).toEqual(['SendRequest', ...Array(4).fill('GetStatement')])
    expect(server.asked.every(({ params, headers }) => params.get('v') === '3' && params.get('t') === TOKEN && headers['user-agent'] !== undefined)).toBe(true)
    expect(server.asked[1]?.params.get('q')).toBe('1234567890')
  })

  test('too many requests, a server under load: asked again', async () => {
    await using server = await openFlexServer()
    server.holds(statementOf(tradeRow()))
    server.fails('SendRequest', 1018, 'Too many requests have been made from this token.', 2)
    server.fails('GetStatement', 1009, 'The server is under heavy load.', 1)
    expect(await webOf(server).statement(QUERY)).toContain('FlexQueryResponse')
  })

  test('that never gets ready is given up, and may be asked for later', async () => {
    await using server = await openFlexServer()
    server.takes(1_000_000)
    const { error } = await failureOf(webOf(server, { patience: { giveUpMs: 50 } }).statement(QUERY))
    expect(error).toMatchObject({ again: true, code: 'EXC_FLEX_FAILED' })
    expect(error.message).toContain('1019 (Statement generation in progress')
  })

  test('a token that is over or wrong, a query that is none: said at once, never tried again', async () => {
    await using server = await openFlexServer()
    for (const [token, query, remedy] of [
      ['another', QUERY, 'FLEX_TOKEN'],
      [TOKEN, '1', 'FLEX_QUERY_ID'],
    ] as const) {
      const before = server.asked.length
      const { error } = await failureOf(webOf(server, { token }).statement(query))
      expect(error.again).toBe(false)
      expect(error.message).toContain(remedy)
      expect(server.asked).toHaveLength(before + 1)
    }
  })

  test('the token stands in no error, not even where the service repeats it, hangs, redirects or is not there', async () => {
    await using server = await openFlexServer()
    const secret = 'SECRET-9f3a'
    const printed = [(await failureOf(webOf(server, { token: secret }).statement(QUERY))).printed]
    expect(printed[0]).toContain('Token is invalid. (…)')
    await using silent = await openReceiver(hang)
    printed.push((await failureOf(webOf(silent, { token: secret, patience: { timeoutMs: 30 } }).check(QUERY))).printed)
    expect(printed.at(-1)).toContain('it took too long')
    await using elsewhere = await openReceiver((_, answer) => void answer.writeHead(302, { location: `${server.url}/SendRequest` }).end())
    const before = server.asked.length
    printed.push((await failureOf(webOf(elsewhere, { token: secret }).check(QUERY))).printed)
    expect(server.asked).toHaveLength(before)
    const away = silent.url
    await silent[Symbol.asyncDispose]()
    printed.push((await failureOf(webOf({ url: away }, { token: secret, patience: { giveUpMs: 0 } }).statement(QUERY))).printed)
    expect(printed.at(-1)).toContain('ECONNREFUSED')
    for (const text of printed) expect(text).not.toContain(secret)
  })

  test('only the service itself is told the token: another address in its answer is not followed', async () => {
    await using server = await openFlexServer()
    await using stranger = await openReceiver()
    server.holds(statementOf(tradeRow()))
    server.sendsTo(`${stranger.url}/GetStatement`)
    expect(await webOf(server).statement(QUERY)).toContain('FlexQueryResponse')
    expect(stranger.requests).toEqual([])
  })
})

test('law: whoever waits as told never asks twice within a second, nor more than ten times a minute', () => {
  const pace = { intervalMs: 1_000, perWindowMax: 10, windowMs: 60_000 }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 2, maxLength: 60 }), (pauses) => {
      const askedAt: number[] = []
      let now = 0
      for (const pause of pauses) {
        now += pause
        now += waitMs(askedAt, now, pace)
        askedAt.push(now)
      }
      for (const [index, at] of askedAt.entries()) {
        expect(at - (askedAt[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(pace.intervalMs)
        expect(at - (askedAt[index - pace.perWindowMax] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(pace.windowMs)
      }
    }),
  )
})
