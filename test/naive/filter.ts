// The naive mark filter: which prices are marks.
import type { Fill } from './fills.ts'
import { absolute, add, compare, div, mul, parse, type Q, sign, sub, whole } from './fraction.ts'
import { comparePlaces, type Json, type Place, type Told } from './tape.ts'

export interface AcceptedMark {
  readonly place: Place
  readonly price: Q
}

/** Per contract, in order: the marks that count, repeats left out. */
export function acceptedMarks(told: Told, fills: readonly Fill[], filter: 'default' | 'none'): Map<number, AcceptedMark[]> {
  const all = new Map<number, AcceptedMark[]>()
  for (const conId of new Set(told.marks.map((mark) => mark.conId))) {
    const accepted: AcceptedMark[] = []
    let last: AcceptedMark | null = null // the last accepted one, a repeat included
    let held: AcceptedMark | null = null
    const accept = (mark: AcceptedMark) => {
      const before = last
      const executionBetween =
        before !== null &&
        [...fills, ...told.splits].some(
          (fill) => fill.conId === conId && comparePlaces(fill.place, before.place) > 0 && comparePlaces(fill.place, mark.place) < 0,
        )
      if (before === null || executionBetween || compare(before.price, mark.price) !== 0) accepted.push(mark)
      last = mark
    }
    const isBag = told.instruments.get(conId)?.secType === 'BAG'
    const rows = told.marks.filter((mark) => mark.conId === conId).sort((a, b) => comparePlaces(a.place, b.place))
    for (const { place, row } of rows) {
      const price = priceOf(row, isBag, filter)
      if (price === null) continue
      const mark = { place, price }
      if (filter === 'none') {
        accept(mark)
        continue
      }
      if (held !== null && !differsByMoreThan(1n, price, held.price)) {
        accept(held)
        held = null
        accept(mark)
        continue
      }
      held = null
      const reference: AcceptedMark | null = last
      if (reference !== null && isJump(reference, mark)) held = mark
      else accept(mark)
    }
    all.set(conId, accepted)
  }
  return all
}

/** The price a row tells, or null where it is refused whatever came before it. */
function priceOf(row: Json, isBag: boolean, filter: 'default' | 'none'): Q | null {
  const bid = parse(row.bid)
  const ask = parse(row.ask)
  const isMid = !('price' in row) || row.source === 'MID'
  const price = 'price' in row ? parse(row.price) : bid !== null && ask !== null ? div(add(bid, ask), whole(2n)) : null
  if (price === null) return null
  if (isSet(row.suspicious)) return null
  if (sign(price) <= 0 && !isBag) return null
  if (filter === 'none') return price
  if (isSet(row.unreported) || isSet(row.pastLimit) || isSet(row.halted)) return null
  if ((Number.parseInt(String(row.sale_condition_hex ?? '0'), 16) & 0x100200) !== 0) return null
  if (bid !== null && ask !== null) {
    if (compare(bid, ask) > 0) return null
    if (isMid && compare(mul(sub(ask, bid), whole(100n)), mul(absolute(price), whole(25n))) > 0) return null
  }
  return price
}

function isSet(flag: unknown): boolean {
  return flag === true || flag === 1 || flag === '1' || flag === 'true'
}

function isJump(last: AcceptedMark, mark: AcceptedMark): boolean {
  return mark.place.at - last.place.at <= 60_000 && differsByMoreThan(5n, mark.price, last.price)
}

/** |price − from| > percent of |from| */
function differsByMoreThan(percent: bigint, price: Q, from: Q): boolean {
  return compare(mul(absolute(sub(price, from)), whole(100n)), mul(absolute(from), whole(percent))) > 0
}
