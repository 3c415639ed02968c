// The channels, each against a real server that checks what it gets: Slack's limits, Twilio's own schema, an independent verifier of signatures.
// And what each makes of a receiver that is slow, wrong, away or not who it says.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { type Channel, clip, type Message, plainText } from '#notify/channel.ts'
import { DRIVERS, openChannels } from '#notify/channels.ts'
import { isPrivate } from '#notify/post.ts'
import { renderSlack, type SlackMessage, sparkBars } from '#notify/channels/slack.ts'
import { renderSms } from '#notify/channels/sms.ts'
import { clock, clockThatReads } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { answerOf, excursion } from './process.ts'
import { answers, cut, hang, ok, openReceiver, type Received } from './receiver.ts'

const SPECS = join(import.meta.dirname, '../../shared/data/specs')
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const SID = `AC${'0'.repeat(31)}1`
const TOKEN = 'twilio-token-nobody-may-see'

const MESSAGE: Message = {
  id: 'msg_1',
  kind: 'alert',
  at: Date.UTC(2026, 10, 20, 15),
  severity: 'critical',
  title: 'PAPER NVDA −4.0 %: hard stop, trailing, giveback',
  lines: ['long, 184.20 at 10:42:07 America/New_York', 'now −1.2 %'],
  path: [0, 1.2, -3, -4],
  data: { symbol: 'NVDA' },
}

function open(kind: string, env: Record<string, string>): Channel {
  const found = openChannels(readConfig(env, DRIVERS), clock).find((channel) => channel.kind === kind)
  if (found === undefined) throw new Error(`expected the channel ${kind} to be configured`)
  return found
}

const slackAt = (url: string) => open('slack', { SLACK_WEBHOOK_URL: `${url}/services/T0/B0/slack-secret` })
const smsAt = (url: string) =>
  open('sms', { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN, TWILIO_FROM: '+14155550100', SMS_TO: '+14155550123', TWILIO_BASE_URL: url })
const webhookAt = (url: string, env: Record<string, string> = {}) =>
  open('webhook', { WEBHOOK_URL: `${url}/hook?key=webhook-secret`, WEBHOOK_SECRET: SECRET, ALLOW_PRIVATE_WEBHOOKS: 'true', ...env })
const CHANNELS = { slack: slackAt, sms: smsAt, webhook: webhookAt } as const

async function failureOf(channel: Channel, timeoutMs = 10_000): Promise<{ failure: string; said: string; error: unknown }> {
  try {
    const { status } = await channel.send(channel.render(MESSAGE), AbortSignal.timeout(timeoutMs))
    return { failure: `accepted ${status}`, said: '', error: null }
  } catch (error) {
    return { failure: channel.classify(error), said: String(error), error }
  }
}

describe('Slack', () => {
  const file = join(SPECS, 'slack-blockkit-limits.json')
  const limits = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { section: { text: { max_length: number } }; context: { elements: { max_items: number } } })
    : null

  test.skipIf(limits === null)('law: whatever the message, the blocks keep within the published limits and nothing reads as markup', () => {
    const line = fc.string({ maxLength: 400, unit: 'grapheme' })
    const shape = fc.record({
      title: fc.string({ minLength: 1, maxLength: 5000, unit: 'grapheme' }),
      lines: fc.array(line, { maxLength: 300 }),
      path: fc.array(fc.float({ noNaN: true, min: -50, max: 50 }), { maxLength: 60 }),
    })
    fc.assert(
      fc.property(shape, (more) => {
        const { text, blocks } = renderSlack({ ...MESSAGE, ...more })
        expect(blocks.length).toBeLessThanOrEqual(50)
        expect(text.length).toBeGreaterThan(0)
        const texts = blocks.flatMap((block) => (block.type === 'section' ? [block.text?.text ?? ''] : (block.elements ?? []).map((element) => element.text)))
        for (const one of texts) {
          expect(one.length).toBeGreaterThan(0)
          expect(one.length).toBeLessThanOrEqual(limits?.section.text.max_length ?? 0)
          expect(one.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toMatch(/[<>&]/)
        }
        for (const block of blocks) expect((block.elements ?? []).length).toBeLessThanOrEqual(limits?.context.elements.max_items ?? 0)
        expect(texts.join('').length).toBeLessThan(13_000)
      }),
      { numRuns: 60 },
    )
  })

  test('the alert arrives as blocks, with the text a notification shows and the path as bars', async () => {
    await using receiver = await openReceiver()
    const channel = slackAt(receiver.url)
    expect(await channel.send(channel.render(MESSAGE), AbortSignal.timeout(5000))).toEqual({ status: 200, said: 'ok' })
    const [request] = receiver.requests
    expect(request).toMatchObject({ method: 'POST', path: '/services/T0/B0/slack-secret', headers: { 'content-type': 'application/json; charset=utf-8' } })
    const body = JSON.parse(request?.body ?? '') as SlackMessage
    expect(body.text).toContain('PAPER NVDA −4.0 %: hard stop, trailing, giveback')
    expect(body.blocks[0]?.text?.text).toBe('*PAPER NVDA −4.0 %: hard stop, trailing, giveback*')
    expect(JSON.stringify(body.blocks)).toContain(sparkBars(MESSAGE.path))
  })

  test('bars: the lowest point is the lowest bar, a path that stands still is a line', () => {
    expect(sparkBars([0, 7, 3.5])).toBe('▁█▅')
    expect(sparkBars([2, 2, 2])).toBe('▁▁▁')
    expect(sparkBars([1])).toBe('')
  })
})

describe('SMS', () => {
  const file = join(SPECS, 'twilio-messages-openapi.json')

  test.skipIf(!existsSync(file))("the request is what Twilio's own schema asks for", async () => {
    const openapi = JSON.parse(readFileSync(file, 'utf8'))
    const operation = openapi.paths['/2010-04-01/Accounts/{AccountSid}/Messages.json'].post
    const ajv = new Ajv({ strict: false })
    addFormats.default(ajv)
    ajv.addFormat('phone-number', /^\+[1-9]\d{1,14}$/)
    ajv.addSchema(openapi, 'twilio')
    const schema = operation.requestBody.content['application/x-www-form-urlencoded'].schema
    const validBody = ajv.compile({ ...JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"twilio#/')), additionalProperties: false })
    const validSid = ajv.compile(operation.parameters[0].schema)
    await using receiver = await openReceiver(answers(201, { 'content-type': 'application/json' }, '{"sid":"SM1","status":"queued"}'))
    const channel = smsAt(receiver.url)
    expect(await channel.send(channel.render(MESSAGE), AbortSignal.timeout(5000))).toEqual({ status: 201, said: 'queued (SM1)' })
    const request = receiver.requests[0] as Received
    const path = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages\.json$/.exec(request.path)
    expect(validSid(path?.[1])).toBe(true)
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(request.headers['authorization']).toBe(`Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`)
    const form = Object.fromEntries(new URLSearchParams(request.body))
    expect(validBody(form), JSON.stringify(validBody.errors)).toBe(true)
    expect(form).toMatchObject({ To: '+14155550123', From: '+14155550100' })
    expect(form['Body']).toContain('PAPER NVDA -4.0 %: hard stop, trailing, giveback')
  })

  test('a text of plain letters stays in the plain alphabet, three segments at most; a Chinese one keeps its characters in as many', () => {
    const long = { ...MESSAGE, lines: Array.from({ length: 60 }, (_, n) => `SYM${n} long −3.0 % hard stop`) }
    expect(renderSms(long)).toMatch(/\n\+ \d+$/)
    expect(renderSms(long).length).toBeLessThanOrEqual(459)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the alphabet is what is asked
    expect(renderSms(long)).toMatch(/^[\x0a\x20-\x7e]*$/)
    const chinese = { ...long, title: '模拟账户 NVDA −4.0 %：硬止损' }
    expect(renderSms(chinese).length).toBeLessThanOrEqual(201)
    expect(renderSms(chinese)).toContain('硬止损')
  })

  test.each([
    [400, 21610, 'permanent'],
    [400, 21211, 'permanent'],
    [401, 20003, 'permanent'],
    [429, 20429, 'retry'],
    [500, 0, 'retry'],
  ])('Twilio answers %i with code %i: %s', async (status, code, failure) => {
    await using receiver = await openReceiver(answers(status, { 'content-type': 'application/json' }, JSON.stringify({ code, message: 'no' })))
    expect(await failureOf(smsAt(receiver.url))).toMatchObject({ failure })
  })
})

describe('webhook', () => {
  test('an independent verifier accepts the signature, and no other body under it', async () => {
    await using receiver = await openReceiver()
    const channel = webhookAt(receiver.url)
    await channel.send(channel.render(MESSAGE), AbortSignal.timeout(5000))
    const { headers, body } = receiver.requests[0] as Received
    const verifier = new Webhook(SECRET)
    expect(verifier.verify(body, headers)).toMatchObject({ type: 'alert.raised', data: { symbol: 'NVDA', severity: 'critical' } })
    expect(() => verifier.verify(`${body} `, headers)).toThrow()
    expect(headers['webhook-id']).toBe('msg_1')
  })

  test('sent again it has the same id, another time and a signature of its own', async () => {
    await using receiver = await openReceiver()
    for (const at of [Date.now() - 60_000, Date.now()]) {
      const config = readConfig({ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET, ALLOW_PRIVATE_WEBHOOKS: 'true' }, DRIVERS)
      const [channel] = openChannels(
        config,
        clockThatReads(() => at),
      ) as [Channel]
      await channel.send(channel.render(MESSAGE), AbortSignal.timeout(5000))
    }
    const [first, second] = receiver.requests as [Received, Received]
    expect(first.headers['webhook-id']).toBe(second.headers['webhook-id'])
    expect(first.headers['webhook-timestamp']).not.toBe(second.headers['webhook-timestamp'])
    for (const { body, headers } of [first, second]) expect(() => new Webhook(SECRET).verify(body, headers)).not.toThrow()
  })

  test.each([
    'http://127.0.0.1:9/x',
    'http://localhost:9/x',
    'http://[::1]:9/x',
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:10.0.0.1]/x',
    'http://2130706433/x',
  ])('refuses %s unless private addresses are allowed', async (url) => {
    expect(await failureOf(webhookAt('', { WEBHOOK_URL: url, ALLOW_PRIVATE_WEBHOOKS: 'false' }))).toMatchObject({
      failure: 'permanent',
      said: expect.stringContaining('ALLOW_PRIVATE_WEBHOOKS'),
    })
  })

  test.each([
    ['10.1.2.3', true],
    ['172.31.255.255', true],
    ['172.32.0.1', false],
    ['192.168.0.1', true],
    ['100.64.1.1', true],
    ['8.8.8.8', false],
    ['::ffff:192.168.0.1', true],
    ['::ffff:8.8.8.8', false],
    ['fe80::1', true],
    ['fd00::1', true],
    ['2606:4700::1111', false],
    // Ways to write an address of one world in the other.
    ['::10.0.0.1', true],
    ['64:ff9b::7f00:1', true],
    ['64:ff9b:1::a00:1', true],
    ['2002:7f00:1::', true],
    ['2001:0:a00:1::', true],
    ['2001:4860:4860::8888', false],
  ])('%s is private: %s', (address, expected) => {
    expect(isPrivate(address)).toBe(expected)
  })

  test('the body has an end: what is left out of a huge list is counted', () => {
    const channel = webhookAt('http://127.0.0.1:9')
    const { body } = channel.render({
      ...MESSAGE,
      lines: Array.from({ length: 5000 }, (_, n) => `${n} ${'x'.repeat(100)}`),
      data: { alerts: Array(5000).fill('x'.repeat(100)) },
    }) as { body: string }
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(64 * 1024)
    expect(JSON.parse(body)).toMatchObject({ data: { omitted: 4900 } })
  })
})

describe.each(Object.entries(CHANNELS))('%s, whatever the receiver does', (_kind, at) => {
  test('accepts, then no answer: nobody knows', async () => {
    await using receiver = await openReceiver(hang)
    expect(await failureOf(at(receiver.url), 300)).toMatchObject({ failure: 'ambiguous' })
    expect(receiver.requests).toHaveLength(1)
  })

  test('cuts the line after the request: nobody knows', async () => {
    await using receiver = await openReceiver(cut)
    expect(await failureOf(at(receiver.url))).toMatchObject({ failure: 'ambiguous' })
  })

  test('429 with Retry-After, in seconds or as a date', async () => {
    await using receiver = await openReceiver(answers(429, { 'retry-after': '120' }))
    const channel = at(receiver.url)
    const { failure, error } = await failureOf(channel)
    expect(failure).toBe('retry')
    expect(channel.retryAfter(error, 0)).toBe(120_000)
    receiver.behave(answers(429, { 'retry-after': new Date(1_000_000).toUTCString() }))
    expect(channel.retryAfter((await failureOf(channel)).error, 940_000)).toBe(60_000)
    receiver.behave(answers(429))
    expect(channel.retryAfter((await failureOf(channel)).error, 0)).toBe(null)
  })

  test.each([
    [500, 'retry'],
    [503, 'retry'],
    [504, 'ambiguous'],
    [404, 'permanent'],
  ])('answers %i: %s', async (status, failure) => {
    await using receiver = await openReceiver(answers(status))
    expect(await failureOf(at(receiver.url))).toMatchObject({ failure })
  })

  test('redirects: not followed, and not tried again', async () => {
    await using elsewhere = await openReceiver()
    await using receiver = await openReceiver(answers(307, { location: `${elsewhere.url}/stolen` }))
    expect(await failureOf(at(receiver.url))).toMatchObject({ failure: 'permanent' })
    expect(elsewhere.requests).toEqual([])
  })

  test('a certificate nobody vouches for: nothing is told to it', async () => {
    await using receiver = await openReceiver(ok, { selfSigned: true })
    expect(await failureOf(at(receiver.url))).toMatchObject({ failure: 'retry', said: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') })
    expect(receiver.requests).toEqual([])
  })

  test('a name that does not resolve, a port nobody listens on: it certainly did not arrive', async () => {
    expect(await failureOf(at('http://nobody.invalid'))).toMatchObject({ failure: 'retry' })
    const gone = await openReceiver()
    await gone[Symbol.asyncDispose]()
    expect(await failureOf(at(gone.url))).toMatchObject({ failure: 'retry', said: expect.stringContaining('ECONNREFUSED') })
  })

  test('an answer without end is not read to its end', async () => {
    await using receiver = await openReceiver((_, answer) => {
      answer.writeHead(200)
      const more = () => {
        while (!answer.destroyed && answer.write('x'.repeat(65_536)));
      }
      answer.on('drain', more)
      more()
    })
    expect(await failureOf(at(receiver.url))).toMatchObject({ failure: 'accepted 200' })
  })

  test('no trouble says an address or a secret', async () => {
    // A receiver that repeats all it was told.
    await using receiver = await openReceiver(
      ({ path, headers, body }, answer) =>
        void answer.writeHead(400).end(`${path} ${headers['authorization']} ${new URLSearchParams(body).get('To')}`.slice(0, 150)),
    )
    const gone = await openReceiver()
    await gone[Symbol.asyncDispose]()
    for (const url of [receiver.url, gone.url, 'http://nobody.invalid']) {
      const { said } = await failureOf(at(url))
      expect(said).not.toMatch(/-secret|twilio-token|AC0000|\+1415555|127\.0\.0\.1|nobody\.invalid/)
    }
  })
})

test('law: plain text never exceeds its length, and says how many lines it left out', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 50 }),
      fc.array(fc.string({ maxLength: 50 }), { maxLength: 40 }),
      fc.integer({ min: 20, max: 500 }),
      (title, lines, max) => {
        expect(plainText({ title, lines }, max).length).toBeLessThanOrEqual(max)
        expect(clip(title, max).length).toBeLessThanOrEqual(max)
      },
    ),
  )
})

describe('test-alert', () => {
  test('sends one and prints what came back; what is not configured says which variables it needs', async () => {
    await using receiver = await openReceiver()
    expect(await answerOf(['test-alert', 'slack'], { SLACK_WEBHOOK_URL: receiver.url, EXCURSION_HOME: '/nowhere', EXCURSION_LANG: 'en' })).toMatch(
      /^slack: accepted after \d+ ms, answered 200: ok\n$/,
    )
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({ text: 'excursion: a test of this channel: it works' })
    receiver.behave(answers(404, {}, 'no_service'))
    await using refused = excursion(['test-alert', 'slack'], { SLACK_WEBHOOK_URL: receiver.url, EXCURSION_HOME: '/nowhere' })
    expect((await refused.ended).code).toBe(1)
    expect(refused.stderr()).toContain('answered 404: no_service')
    await using unset = excursion(['test-alert', 'sms'], { EXCURSION_HOME: '/nowhere' })
    expect((await unset.ended).code).toBe(1)
    expect(unset.stderr()).toContain('TWILIO_ACCOUNT_SID')
    await using unknown = excursion(['test-alert', 'slak'])
    expect((await unknown.ended).code).toBe(2)
    expect(unknown.stderr()).toContain('did you mean slack?')
  })
})
