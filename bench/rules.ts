// The fold of the full book with rules of all six kinds on every trade, against the same fold without.
import { parseRule, type Rule } from '#core/rules.ts'
import { leastMs, report } from './report.ts'
import { fold, pricesOf, tradesOn } from '#test/ticks.ts'

const TICKS = 1_830_000
const ROUNDS = 20

/** The six kinds; the trail is armed from the start, the giveback early, and most of them wait until the trade ends. */
const RULES = [
  { id: 'stop', kind: 'MAE_STOP', pct: '3' },
  { id: 'target', kind: 'MFE_TARGET', tiers: [{ pct: '5' }, { pct: '8' }] },
  { id: 'trail', kind: 'TRAILING_STOP', pct: '2', armPct: '0' },
  { id: 'giveback', kind: 'GIVEBACK', fraction: '0.9', armPct: '0.05' },
  { id: 'time', kind: 'TIME_STOP', after: 'PT2H', mfeBelowPct: '0.5' },
  { id: 'progress', kind: 'NO_PROGRESS', after: 'PT30M', resultBelowPct: '0.2' },
].map((rule) => parseRule(rule) as Rule)

/** The same in currency: 100 shares at about 167, so 1 % is about 167. */
const IN_CURRENCY = [
  { id: 'stop', kind: 'MAE_STOP', amount: '500' },
  { id: 'target', kind: 'MFE_TARGET', tiers: [{ amount: '835' }, { amount: '1336' }] },
  { id: 'trail', kind: 'TRAILING_STOP', amount: '334', armAmount: '0' },
  { id: 'giveback', kind: 'GIVEBACK', fraction: '0.9', armAmount: '8.35' },
  { id: 'time', kind: 'TIME_STOP', after: 'PT2H', mfeBelowAmount: '83.5' },
  { id: 'progress', kind: 'NO_PROGRESS', after: 'PT30M', resultBelowAmount: '33.4' },
].map((rule) => parseRule(rule) as Rule)

const tape = pricesOf(TICKS)
const placed = tradesOn(tape, 2_000, 51, 7)
let alerts = 0
const [without = 0, ms = 0, inCurrencyMs = 0] = leastMs(
  ROUNDS,
  () => fold(tape, placed, []),
  () => {
    alerts = fold(tape, placed, RULES).takeChanges().alerts.length
  },
  () => void fold(tape, placed, IN_CURRENCY),
)
const speed = TICKS / ms / 1000
const inCurrency = TICKS / inCurrencyMs / 1000
report('node bench/rules.ts', [
  {
    claim: `the six rule kinds on every trade (${(TICKS / 1e6).toFixed(2)} M ${tape.source}, 2000 trades, at most 51 open, ${alerts} alerts)`,
    target: '≥ 10 M ticks/s',
    measured: `${speed.toFixed(1)} M ticks/s (without rules ${(TICKS / without / 1000).toFixed(1)} M)`,
    reached: speed >= 10,
  },
  {
    claim: 'the same six with their thresholds in currency',
    target: '≥ 10 M ticks/s',
    measured: `${inCurrency.toFixed(1)} M ticks/s`,
    reached: inCurrency >= 10,
  },
])
