// Any address of the user's own, signed as Standard Webhooks says: id, time and body under HMAC-SHA256. The id is the same over all attempts, so a
// receiver that keeps ids gets every message once. Private addresses are refused unless they are meant.
import { createHmac } from 'node:crypto'
import { printInstant } from '#core/time.ts'
import { clip, type Driver, type Limits, type Message } from '#notify/channel.ts'
import { classify, oneLine, retryAfter, send } from '#notify/post.ts'
import { secret, truth, url, word } from '#src/variables.ts'

const VARIABLES = {
  WEBHOOK_URL: secret(url('https', 'http')).describe('Any address of your own that alerts are posted to. Empty: none.'),
  WEBHOOK_SECRET: secret(word('a secret without spaces')).describe('The secret they are signed with (Standard Webhooks).').optional(),
  ALLOW_PRIVATE_WEBHOOKS: truth.describe('true: that address may be one of this machine or of a private network.').default(false),
}

const BODY_MAX = 64 * 1024
const LIMITS: Limits = { textMax: BODY_MAX, intervalMs: 100, idempotent: true, least: 'info', prompt: 'info', quiet: false }

export interface SignedBody {
  readonly id: string
  readonly body: string
}

export const driver: Driver<typeof VARIABLES, SignedBody> = {
  kind: 'webhook',
  name: 'webhook',
  variables: VARIABLES,
  limits: LIMITS,
  doubt: ({ WEBHOOK_SECRET: key }) =>
    key !== undefined
      ? null
      : { found: 'messages go out unsigned: their receiver cannot tell them from anybody else’s', remedy: 'set WEBHOOK_SECRET, here and at the receiver' },
  render: renderWebhook,
  async send({ id, body }, { WEBHOOK_URL: address, WEBHOOK_SECRET: key, ALLOW_PRIVATE_WEBHOOKS: allowPrivate }, { clock, signal }) {
    const { pathname, search } = new URL(address)
    const secrets = [address, `${pathname}${search}`, search.slice(1), key ?? ''].filter((text) => text.length > 1)
    const seconds = Math.floor(clock.now() / 1000)
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      ...(key === undefined ? {} : { 'webhook-signature': signatureOf(key, id, seconds, body) }),
    }
    const answer = await send(address, { method: 'POST', headers, body, signal, secrets, publicOnly: !allowPrivate })
    return { status: answer.status, said: oneLine(answer.body) }
  },
  classify,
  retryAfter,
}

export function renderWebhook({ id, kind, at, severity, title, lines, data }: Message): SignedBody {
  const whole = { type: `${kind}.raised`, timestamp: printInstant(at), data: { severity, title, lines, ...data } }
  const body = JSON.stringify(whole)
  if (Buffer.byteLength(body) <= BODY_MAX) return { id, body }
  // The list is what grows: what is left out is counted.
  const kept = lines.slice(0, 100).map((line) => clip(line, 200))
  const short = { ...whole, data: { severity, title: clip(title, 1000), lines: kept, omitted: lines.length - kept.length } }
  return { id, body: JSON.stringify(short) }
}

function signatureOf(key: string, id: string, seconds: number, body: string): string {
  return `v1,${createHmac('sha256', keyOf(key)).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

/** 'whsec_' and base64; a secret that is not base64 is taken as it stands. */
function keyOf(key: string): Buffer {
  const text = key.replace(/^whsec_/, '')
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
  return isBase64 ? Buffer.from(text, 'base64') : Buffer.from(key, 'utf8')
}
