// SMS, by Twilio's REST interface. Critical alerts only, short, and in the plain alphabet where the words allow it: one other character makes every
// segment less than half as long. Twilio knows no idempotency key: what may have arrived may arrive twice.
import { type Channel, type Driver, type Limits, type Message, plainText } from './channel.ts'
import { classify, oneLine, Refused, retryAfter, send } from './post.ts'

/** Three segments of the plain alphabet (153 each), or of the wide one (67 each). */
const PLAIN_MAX = 459
const WIDE_MAX = 201

const LIMITS: Limits = { kind: 'sms', textMax: PLAIN_MAX, intervalMs: 1100, idempotent: false, least: 'critical', prompt: 'critical', quiet: true }

/** Codes of Twilio that say 'try again'; every other refusal stays one (21610: the receiver opted out, 21211: no such number). */
const PASSING_CODES = new Set([20429, 30001, 30022])

interface Account {
  readonly accountSid: string
  readonly authToken: string
  readonly from: string
  readonly to: string
  readonly baseUrl: string
}

export const sms: Driver = {
  kind: 'sms',
  name: 'SMS',
  variables: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM', 'SMS_TO'],
  open({ sms: { accountSid, authToken, from, to, baseUrl } }) {
    return accountSid === null || authToken === null || from === null || to === null ? null : smsChannel({ accountSid, authToken, from, to, baseUrl })
  },
}

function smsChannel({ accountSid, authToken, from, to, baseUrl }: Account): Channel<string> {
  const address = `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  }
  return {
    kind: 'sms',
    limits: LIMITS,
    render: renderSms,
    async send(text, signal) {
      const body = new URLSearchParams({ To: to, From: from, Body: text }).toString()
      const answer = await send(address, {
        method: 'POST',
        headers,
        body,
        signal,
        secrets: [headers.authorization.slice('Basic '.length), authToken, accountSid, from, to],
        publicOnly: false,
      })
      return { status: answer.status, said: saidOf(answer.body) }
    },
    classify: (error) => (error instanceof Refused && PASSING_CODES.has(codeOf(error.body)) ? 'retry' : classify(error)),
    retryAfter,
  }
}

export function renderSms(message: Message): string {
  const plain = plainText({ title: simple(message.title), lines: message.lines.map(simple) }, PLAIN_MAX).replaceAll('…', '+')
  return isPlain(plain) ? plain : plainText(message, WIDE_MAX)
}

/** The alphabet of SMS (GSM 03.38), without the characters that count twice. */
const PLAIN = /^[@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/

function isPlain(text: string): boolean {
  return PLAIN.test(text)
}

/** What people read the same in the plain alphabet. */
function simple(text: string): string {
  return text
    .replaceAll('−', '-')
    .replaceAll(/[–—]/g, '-')
    .replaceAll(/[→▸]/g, '>')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll('·', ',')
    .replaceAll('[', '(')
    .replaceAll(']', ')')
}

function codeOf(body: string): number {
  const code = (parsed(body) as { code?: unknown } | null)?.code
  return typeof code === 'number' ? code : 0
}

function saidOf(body: string): string {
  const { sid, status } = (parsed(body) ?? {}) as { sid?: unknown; status?: unknown }
  return typeof sid === 'string' ? `${String(status)} (${sid})` : oneLine(body)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
