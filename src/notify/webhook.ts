// Any address of the user's own, signed as Standard Webhooks says: id, time and body under HMAC-SHA256. The id is the same over all attempts, so a
// receiver that keeps ids gets every message once. Private addresses are refused unless they are meant.
import { createHmac } from 'node:crypto'
import { printInstant } from '#core/time.ts'
import type { Clock } from '#src/clock.ts'
import { type Channel, clip, type Driver, type Limits, type Message } from './channel.ts'
import { classify, oneLine, retryAfter, send } from './post.ts'

const BODY_MAX = 64 * 1024
const LIMITS: Limits = { kind: 'webhook', textMax: BODY_MAX, intervalMs: 100, idempotent: true, least: 'info', prompt: 'info', quiet: false }

export interface SignedBody {
  readonly id: string
  readonly body: string
}

export const webhook: Driver = {
  kind: 'webhook',
  name: 'webhook',
  variables: ['WEBHOOK_URL'],
  doubt: ({ webhook: { url, secret } }) =>
    url === null || secret !== null
      ? null
      : { found: 'messages go out unsigned: their receiver cannot tell them from anybody else’s', remedy: 'set WEBHOOK_SECRET, here and at the receiver' },
  open: ({ webhook: { url, secret, allowPrivate } }, clock) => (url === null ? null : webhookChannel(url, secret, allowPrivate, clock)),
}

function webhookChannel(url: string, secret: string | null, allowPrivate: boolean, clock: Clock): Channel<SignedBody> {
  const { pathname, search } = new URL(url)
  const secrets = [url, `${pathname}${search}`, search.slice(1), secret ?? ''].filter((text) => text.length > 1)
  return {
    kind: 'webhook',
    limits: LIMITS,
    render: renderWebhook,
    async send({ id, body }, signal) {
      const seconds = Math.floor(clock.now() / 1000)
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        ...(secret === null ? {} : { 'webhook-signature': signatureOf(secret, id, seconds, body) }),
      }
      const answer = await send(url, { method: 'POST', headers, body, signal, secrets, publicOnly: !allowPrivate })
      return { status: answer.status, said: oneLine(answer.body) }
    },
    classify,
    retryAfter,
  }
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

function signatureOf(secret: string, id: string, seconds: number, body: string): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

/** 'whsec_' and base64; a secret that is not base64 is taken as it stands. */
function keyOf(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, '')
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
  return isBase64 ? Buffer.from(text, 'base64') : Buffer.from(secret, 'utf8')
}
