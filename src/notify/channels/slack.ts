// Slack, by an incoming webhook: Block Kit, with the trade's path as a line of bars. Its webhooks know no idempotency key.
import { clip, type Driver, type Limits, type Message, plainText } from '#notify/channel.ts'
import { classify, oneLine, Refused, retryAfter, send } from '#notify/post.ts'
import { secret, url } from '#src/variables.ts'

const VARIABLES = { SLACK_WEBHOOK_URL: secret(url('https', 'http')).describe('A Slack incoming webhook. Empty: nothing goes to Slack.') }
const LIMITS: Limits = { textMax: 3000, intervalMs: 1100, idempotent: false, least: 'info', prompt: 'warn', quiet: true }
/** Of one section; a message of fifty blocks and about thirteen thousand characters is the most Slack takes. */
const SECTION_MAX = 3000
const SECTIONS_MAX = 3
/** However many of its characters must be written as five, a line fits a section. */
const LINE_MAX = 500

interface Block {
  readonly type: 'section' | 'context'
  readonly text?: MarkdownText
  readonly elements?: readonly MarkdownText[]
}

interface MarkdownText {
  readonly type: 'mrkdwn'
  readonly text: string
}

export interface SlackMessage {
  /** What the notification shows, and readers that know no blocks. */
  readonly text: string
  readonly blocks: readonly Block[]
}

export const driver: Driver<typeof VARIABLES, SlackMessage> = {
  kind: 'slack',
  name: 'Slack',
  variables: VARIABLES,
  limits: LIMITS,
  render: renderSlack,
  async send(message, { SLACK_WEBHOOK_URL: address }, { signal }) {
    const secrets = [address, new URL(address).pathname]
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const { status, body } = await send(address, { method: 'POST', headers, body: JSON.stringify(message), signal, secrets, publicOnly: false })
    return { status, said: oneLine(body) }
  },
  // 'rollup_error' and 'service_unavailable' pass; what Slack calls invalid stays so.
  classify: (error) => (error instanceof Refused && error.status === 403 && error.body.includes('team_disabled') ? 'retry' : classify(error)),
  retryAfter,
}

export function renderSlack(message: Message): SlackMessage {
  const title = literal(clip(message.title, LINE_MAX))
  const bars = sparkBars(message.path)
  const blocks: Block[] = [section(`*${title}*`)]
  let lines = message.lines.filter((line) => line.trim() !== '').map((line) => literal(clip(line, LINE_MAX)))
  for (let count = 0; lines.length > 0 && count < SECTIONS_MAX; count++) {
    const [text, taken] = fill(lines, SECTION_MAX - 20)
    const left = lines.length - taken
    const isLast = count === SECTIONS_MAX - 1
    blocks.push(section(isLast && left > 0 ? `${text}\n… ${left}` : text))
    lines = lines.slice(taken)
  }
  if (bars !== '') blocks.push({ type: 'context', elements: [{ type: 'mrkdwn', text: `\`${bars}\`` }] })
  return { text: literal(plainText(message, LIMITS.textMax / 5)), blocks }
}

/** As many whole lines as fit; at least one. */
function fill(lines: readonly string[], max: number): [string, number] {
  let text = lines[0] ?? ''
  let taken = 1
  for (; taken < lines.length; taken++) {
    const line = lines[taken] ?? ''
    if (text.length + 1 + line.length > max) break
    text += `\n${line}`
  }
  return [text, taken]
}

const BARS = '▁▂▃▄▅▆▇█'

/** The path as bars: the lowest point the lowest bar. */
export function sparkBars(path: readonly number[]): string {
  if (path.length < 2) return ''
  const low = Math.min(...path)
  const high = Math.max(...path)
  const step = high === low ? 0 : (BARS.length - 1) / (high - low)
  return path.map((value) => BARS[Math.round((value - low) * step)]).join('')
}

function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text } }
}

/** The three characters Slack gives a meaning. */
function literal(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
