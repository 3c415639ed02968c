// Where the broker's figures are not ours, in words: for a card and for a page alike. Pure.
import type { DecimalText } from '#core/decimal.ts'
import type { StoredDifference } from '#core/difference.ts'
import { money, price, quantity, signedMoney } from './format.ts'
import type { Words } from './templates.ts'

export interface DifferenceView {
  readonly measure: string
  /** Null where that side knows nothing. */
  readonly ours: string | null
  readonly theirs: string | null
  readonly causes: string
}

export function differenceView(difference: StoredDifference, words: Words): DifferenceView {
  const { measure, causes, staleSeconds } = difference
  const ours = figure(difference, difference.ours)
  const theirs = figure(difference, difference.theirs)
  // What differs by less than is printed is printed whole.
  const blurred = ours === theirs
  return {
    measure: words.measures[measure],
    ours: blurred ? difference.ours : ours,
    theirs: blurred ? difference.theirs : theirs,
    causes: causes.map((cause) => `${words.causes[cause]}${cause === 'STALE' && staleSeconds !== null ? ` (${staleSeconds} s)` : ''}`).join(words.listComma),
  }
}

function figure({ measure, currency }: StoredDifference, value: DecimalText | null): string | null {
  if (value === null) return null
  switch (measure) {
    case 'QUANTITY':
    case 'FILLED':
      return quantity(value)
    case 'AVERAGE_PRICE':
      return price(value)
    case 'VALUE':
    case 'COMMISSION':
      return withCurrency(money(value), currency)
    case 'UNREALIZED':
    case 'REALIZED':
    case 'DAILY':
      return withCurrency(signedMoney(value), currency)
  }
}

function withCurrency(amount: string | null, currency: string | null): string | null {
  return amount === null || currency === null ? amount : `${amount} ${currency}`
}
