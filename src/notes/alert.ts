// One alert as a line of plain text, for channels that know no layout. Pure; who is told and when is the notifier's business.
import type { Instrument } from '#core/facts.ts'
import { zoneOf } from '#core/session.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { wallClock } from '#core/time.ts'
import { price, signedPercent } from './format.ts'
import type { Templates } from './templates.ts'

export interface AlertText {
  readonly alert: StoredAlert
  readonly trade: Pick<StoredTrade, 'side' | 'mode' | 'symbol' | 'secType'>
  readonly instrument: Pick<Instrument, 'timeZone' | 'localSymbol'>
  readonly templates: Templates
  /** Where the trade stands when it is read; absent: that is what fired. */
  readonly now?: string | null
  /** false: only percentages leave this machine. */
  readonly showPrice?: boolean
}

export function alertText({ alert, trade, instrument, templates, now = null, showPrice = true }: AlertText): string {
  const zone = zoneOf(instrument)
  const line = templates.alert({
    mode: trade.mode === 'LIVE' ? null : trade.mode,
    label: trade.secType === 'STK' ? trade.symbol : (instrument.localSymbol ?? trade.symbol),
    side: templates.words.sides[trade.side],
    rule: alert.tier === 0 ? alert.ruleId : `${alert.ruleId} ${alert.tier + 1}`,
    price: showPrice ? price(alert.price) : null,
    pct: signedPercent(alert.pct),
    time: wallClock(alert.at, zone).clock,
    zone,
    now,
    state: templates.words.states[alert.state] || null,
  })
  return line.trim()
}
