// A channel that the product does not have: the whole of what the next one takes. The test puts it into a copy of the program (next-channel.test.ts).
import { type Driver, type Limits, type Message, plainText } from '#notify/channel.ts'
import { classify, oneLine, retryAfter, send } from '#notify/post.ts'
import { baseUrl, secret, url, word } from '#src/variables.ts'

const VARIABLES = {
  PIGEON_URL: secret(url('https', 'http')).describe('Where the pigeon house takes letters. Empty: no pigeon flies.'),
  PIGEON_RING: secret(word('the number on a ring')).describe('The number on the ring of the pigeon.'),
  PIGEON_MAP: baseUrl.describe('Where pigeons look up the way.').default('https://maps.example'),
}
const LIMITS: Limits = { textMax: 300, intervalMs: 0, idempotent: false, least: 'info', prompt: 'info', quiet: true }

export const driver: Driver<typeof VARIABLES, string> = {
  kind: 'pigeon',
  name: 'Pigeon post',
  variables: VARIABLES,
  limits: LIMITS,
  doubt: ({ PIGEON_RING: ring }) => (ring === '0' ? { found: 'its ring is blank', remedy: 'set another PIGEON_RING' } : null),
  render: (message: Message) => plainText(message, LIMITS.textMax),
  async send(text, { PIGEON_URL: address, PIGEON_RING: ring }, { signal }) {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-ring': ring }
    const { status, body } = await send(address, { method: 'POST', headers, body: text, signal, secrets: [address, ring], publicOnly: false })
    return { status, said: oneLine(body) }
  },
  classify,
  retryAfter,
}
