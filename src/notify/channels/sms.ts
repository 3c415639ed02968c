// SMS, by Twilio's REST interface. Critical alerts only, short, and in the plain alphabet where the words allow it: one other character makes every
// segment less than half as long. Twilio knows no idempotency key: what may have arrived may arrive twice.
import { type Driver, type Limits, type Message, plainText } from '#notify/channel.ts'
import { classify, oneLine, Refused, retryAfter, send } from '#notify/post.ts'
import { baseUrl, phone, secret, word } from '#src/variables.ts'

const VARIABLES = {
  TWILIO_ACCOUNT_SID: word('a Twilio account SID').describe("SMS by Twilio: the account's SID."),
  TWILIO_AUTH_TOKEN: secret(word('a Twilio auth token')).describe('The auth token of that account.'),
  TWILIO_FROM: phone.describe('The number messages come from, like +14155550123.'),
  SMS_TO: phone.describe('The number messages go to. Empty: no SMS.'),
  TWILIO_BASE_URL: baseUrl.describe('Where Twilio answers, for a proxy or a test.').default('https://api.twilio.com'),
}

/** Three segments of the plain alphabet (153 each), or of the wide one (67 each). */
const PLAIN_MAX = 459
const WIDE_MAX = 201

const LIMITS: Limits = { textMax: PLAIN_MAX, intervalMs: 1100, idempotent: false, least: 'critical', prompt: 'critical', quiet: true }

/** Codes of Twilio that say 'try again'; every other refusal stays one (21610: the receiver opted out, 21211: no such number). */
const PASSING_CODES = new Set([20429, 30001, 30022])

export const driver: Driver<typeof VARIABLES, string> = {
  kind: 'sms',
  name: 'SMS',
  variables: VARIABLES,
  limits: LIMITS,
  render: renderSms,
  async send(text, { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from, SMS_TO: to, TWILIO_BASE_URL: base }, { signal }) {
    const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64')
    const answer = await send(`${base}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ To: to, From: from, Body: text }).toString(),
      signal,
      secrets: [credentials, authToken, accountSid, from, to],
      publicOnly: false,
    })
    return { status: answer.status, said: saidOf(answer.body) }
  },
  classify: (error) => (error instanceof Refused && PASSING_CODES.has(codeOf(error.body)) ? 'retry' : classify(error)),
  retryAfter,
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
