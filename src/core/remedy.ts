// What is said of a difference with the broker, and what a person can do about it. Pure: English words for logs, terminals and whoever reads by program;
// cards have words of their own (templates).
import type { Cause, Difference, Measure } from './difference.ts'

const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  QUANTITY: 'quantity',
  AVERAGE_PRICE: 'average price',
  VALUE: 'value',
  UNREALIZED: 'running result',
  REALIZED: 'realised result',
  DAILY: "day's result",
  FILLED: 'filled quantity',
  COMMISSION: 'commission',
}

const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  COMMISSION: 'commission: the broker counts it in',
  AVERAGE_COST: 'average cost: the broker averages, we match first in first out',
  FX: "FX: the broker tells it in the account's currency",
  MISSING_FILL: 'missing fill: the broker had one that we were not told of',
  STALE: "stale: the broker's figure is old",
  RESET_SCHEDULE: "reset schedule: the broker's day began at another time",
  OTHER_PRICE: 'other price: the broker values at another price than the last trade',
  MINOR_UNITS: 'minor units: its prices come in a fraction of the currency, and we take them for whole units',
  NOT_TOLD: 'not told: the broker has not sent it yet',
  UNKNOWN: 'unknown',
}

/** 'commission', 'stale by 42 s'. */
export function causeWords({ causes, staleSeconds }: Pick<Difference, 'causes' | 'staleSeconds'>): string {
  return causes
    .map((cause) => (cause === 'STALE' && staleSeconds !== null ? `stale by ${staleSeconds} s` : (CAUSE_WORDS[cause].split(':')[0] ?? cause)))
    .join(', ')
}

/** One line: what differs, by how much, and why, most likely. */
export function sayDifference(difference: Difference): string {
  const { account, symbol, measure, subject, ours, theirs, causes, staleSeconds, currency } = difference
  const where = [symbol, account === '' ? null : `in ${account}`].filter((part) => part !== null).join(' ')
  const money = currency !== null && measure !== 'AVERAGE_PRICE' ? ` ${currency}` : ''
  const about = `${where === '' ? '' : `${where}: `}${MEASURE_WORDS[measure]}${subject === '' ? '' : ` of ${subject}`}`
  if (measure === 'COMMISSION') return `${about}: ${causes.includes('MISSING_FILL') ? `${theirs}${money} came, but its execution did not` : 'pending'}`
  const why = causes.map((cause) => (cause === 'STALE' && staleSeconds !== null ? `stale by ${staleSeconds} s` : CAUSE_WORDS[cause])).join('; ')
  return `${about}: ours ${ours ?? 'unknown'}${money}, the broker's ${theirs ?? 'unknown'}; ${why}`
}

/** What can be done about it, by who asks: another client's fills are seen by the Master API client alone. */
export function remedyOf(difference: Difference, clientId: number): string {
  const { measure, causes } = difference
  if (measure === 'COMMISSION') {
    return causes.includes('MISSING_FILL')
      ? "the day's executions are asked for again; a fill of an earlier day: excursion import flex"
      : 'none needed if it comes; what never comes by the API is on the statement: excursion import flex'
  }
  if (causes.includes('MISSING_FILL')) {
    const unseen =
      clientId === 0
        ? 'client 0 sees orders placed by hand, not those of other API clients: set Master API client ID to 0 in TWS'
        : `client ${clientId} cannot see orders placed by hand or by other API clients: TWS_CLIENT_ID=0, or set ${clientId} as Master API client ID in TWS`
    return `${unseen}; a fill of an earlier day, a transfer or an exercise: excursion import flex`
  }
  if (causes.includes('MINOR_UNITS')) return inMinorUnits(difference)
  if (causes.includes('UNKNOWN')) return 'compare the trade with the statement; excursion import flex brings what the API never told'
  if (causes.includes('STALE')) return 'none needed if it moves again; else look at the session: excursion doctor'
  if (causes.includes('RESET_SCHEDULE')) return "TWS: Global Configuration > Display > 'Reset P&L' says when its day begins; ours is the exchange's"
  if (causes.includes('FX')) return 'none needed: results of different currencies are never added here'
  return 'none needed: the same fills, reckoned another way'
}

/** Whatever is said in points, percent or R is right. */
function inMinorUnits({ symbol, magnifier, currency }: Difference): string {
  if (magnifier === undefined) return 'see the difference of the contract: its amounts of money are too large here'
  return `prices of ${symbol ?? 'it'} come in minor units, 1/${magnifier}${currency === null ? '' : ` ${currency}`}: amounts of money are ${magnifier} times too large here, go by the broker's; prices, percentages and R are right`
}
