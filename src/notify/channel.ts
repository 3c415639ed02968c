// What every channel is: one small driver a file, all with the same contract. The next one is a file like channels/slack.ts, put beside it.
// A channel lays out and sends what it is given; it never decides who is told what (core/delivery.ts) and never words a text (notes/message.ts).
import type { DeliveryFailure, Manners } from '#core/delivery.ts'
import type { Instant } from '#core/time.ts'
import type { Severity } from '#core/trade.ts'
import type { Clock } from '#src/clock.ts'
import type { Service, Values, Variables } from '#src/variables.ts'

/** A message ready to leave the machine: worded, accounts by their aliases, and nothing in it that PRIVACY keeps here. */
export interface Message {
  /** Constant over all attempts, so that a receiver who has it already can tell. */
  readonly id: string
  readonly kind: 'alert' | 'digest' | 'system' | 'test'
  readonly at: Instant
  readonly severity: Severity
  /** The whole of it in a line: 'PAPER NVDA −4.0 %: hard stop, trailing, giveback'. */
  readonly title: string
  readonly lines: readonly string[]
  /** The running result in percent, entry to now, thinned; empty where there is none to show. */
  readonly path: readonly number[]
  /** The same for machines. */
  readonly data: Readonly<Record<string, unknown>>
}

export interface Limits extends Omit<Manners, 'kind'> {
  /** Characters of a whole message. */
  readonly textMax: number
  /** Between two messages to one destination. */
  readonly intervalMs: number
  /** The receiver knows a message again by its id: sending it twice is sending it once. */
  readonly idempotent: boolean
}

/** What came back, in words for a person: never an address, never a secret. */
export interface Receipt {
  readonly status: number
  readonly said: string
}

export interface Doubt {
  readonly found: string
  readonly remedy: string
}

/** What a request is sent with. */
export interface Sending {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * A file of channels/ exports one of these by the name `driver`, and nothing else names it. Its variables are read with all the others, and said a word on
 * by `test-alert --help`; where all that it needs are set, it is used.
 */
export interface Driver<V extends Variables = Variables, Rendered = unknown> extends Service {
  /** What rules, `test-alert` and GraphQL call it. */
  readonly kind: string
  readonly variables: V
  readonly limits: Limits
  /** What is odd about the way it is configured, though it works; null: nothing. */
  doubt?(values: Values<V>): Doubt | null
  /** The body of the request. Pure. */
  render(message: Message): Rendered
  /** One request. Resolves when the receiver has accepted; throws what `classify` understands. */
  send(rendered: Rendered, values: Values<V>, sending: Sending): Promise<Receipt>
  classify(error: unknown): DeliveryFailure
  /** How long the receiver asked us to wait, in milliseconds; null: it did not. */
  retryAfter(error: unknown, now: Instant): number | null
}

/** A driver with what it was configured with. */
export interface Channel {
  readonly kind: string
  readonly limits: Limits & Manners
  render(message: Message): unknown
  send(rendered: unknown, signal: AbortSignal): Promise<Receipt>
  classify(error: unknown): DeliveryFailure
  retryAfter(error: unknown, now: Instant): number | null
}

/** A message that goes nowhere but to see whether it arrives. */
export function testMessage(id: string, at: Instant, title: string): Message {
  return { id, kind: 'test', at, severity: 'info', title, lines: [], path: [], data: { title } }
}

/** A title and its lines as plain text of at most `max` characters; what does not fit is counted ('… 7 more'). */
export function plainText({ title, lines }: Pick<Message, 'title' | 'lines'>, max: number): string {
  let text = clip(title, max)
  for (const [index, line] of lines.entries()) {
    const left = lines.length - index - 1
    const rest = left === 0 ? 0 : `\n… ${left + 1}`.length
    if (text.length + 1 + line.length + rest > max) {
      const more = `\n… ${left + 1}`
      return text.length + more.length <= max ? text + more : text
    }
    text += `\n${line}`
  }
  return text
}

/** At most `max` characters, with an ellipsis where some are missing; never half a character. */
export function clip(text: string, max: number): string {
  return text.length <= max
    ? text
    : `${text
        .slice(0, Math.max(0, max - 1))
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`
}
