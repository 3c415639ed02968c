// A rule tried out on a trade: what it would say if it spoke now, and the same sent through its channels, marked as a test. Stores nothing, fires nothing,
// and counts as nobody's alert.
import { randomUUID } from 'node:crypto'
import type { AboutAlert } from '#core/delivery.ts'
import { channelsOf, goesTo } from '#core/delivery.ts'
import { concerns, type Rule } from '#core/rules.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { alertMessage, resultNow } from '#notes/message.ts'
import type { Channel, Message } from '#notify/channel.ts'
import { TIMEOUT_MS } from '#notify/post.ts'
import { type DeliverRoom, messageRoomOf, toldOf } from './deliver.ts'

export interface Rehearsed {
  /** Whether the rule looks at this trade at all. */
  readonly concerns: boolean
  readonly title: string
  readonly lines: readonly string[]
  /** The channels that would be told. */
  readonly channels: readonly string[]
  /** What became of each that was; empty where nothing was to be sent. */
  readonly sent: readonly { readonly channel: string; readonly accepted: boolean; readonly said: string }[]
}

/** Digits of a percentage that is only shown. */
const DIGITS = 4

export async function rehearse(
  room: DeliverRoom,
  rule: Rule & { readonly version: number },
  trade: StoredTrade,
  tier: number,
  send: boolean,
): Promise<Rehearsed> {
  const alert = alertOf(rule, trade, tier, room.clock.now())
  const about: AboutAlert = { kind: 'alert', alert, side: trade.side, snooze: null }
  const wording = alertMessage(await toldOf(room, [about], true), messageRoomOf(room))
  const title = `${room.templates.words.testOf} ${wording.title}`
  const channels = room.channels.filter(({ limits }) => goesTo(limits, alert, channelsOf(rule.definition)))
  const message: Message = { ...wording, title, id: `msg_${randomUUID()}`, kind: 'test', at: room.clock.now(), data: { ...wording.data, test: true } }
  return {
    concerns: concerns({ ...rule, enabled: true }, trade),
    title,
    lines: wording.lines,
    channels: channels.map(({ kind }) => kind),
    sent: send ? await Promise.all(channels.map((channel) => tell(channel, message))) : [],
  }
}

async function tell(channel: Channel, message: Message): Promise<Rehearsed['sent'][number]> {
  try {
    const { status, said } = await channel.send(channel.render(message), AbortSignal.timeout(TIMEOUT_MS))
    return { channel: channel.kind, accepted: true, said: `answered ${status}${said === '' ? '' : `: ${said}`}` }
  } catch (error) {
    return { channel: channel.kind, accepted: false, said: error instanceof Error ? error.message : String(error) }
  }
}

/** As if it had fired at the trade's last price. */
function alertOf({ id, kind, severity, version }: Rule & { readonly version: number }, trade: StoredTrade, tier: number, now: number): StoredAlert {
  const { tradeId, unit, account, conId, symbol, openedAt, lastPrice: price, updatedAt: at } = trade
  const pct = kind === 'MFE_TARGET' || kind === 'TIME_STOP' ? trade.mfe.pct : (resultNow(trade)?.round(DIGITS).toFixed() ?? null)
  return {
    ...{ id: 'test', seq: 0, ruleId: id, ruleVersion: version, tier, tradeId, unit, account, conId, symbol, at, price, pct },
    ...{ severity, openedAt, state: 'RAISED', raisedAt: now, message: '' },
  }
}
