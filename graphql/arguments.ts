// Arguments as GraphQL hands them over (null and absent both mean 'not given') turned into what core and store are asked with. Pure.
import { type AlertFilter, DEFAULT_TRADE_ORDER, PAGE_SIZE_MAX, type Page, type TradeFilter, type TradeOrder } from '#core/query.ts'
import { apiError } from './errors.ts'
import type { AlertFilter as AlertFilterInput, TradeFilter as TradeFilterInput, TradeOrder as TradeOrderInput } from './generated.ts'

export function tradeFilter(given: TradeFilterInput | null | undefined): TradeFilter {
  return withoutNulls(given ?? {})
}

export function alertFilter(given: AlertFilterInput | null | undefined): AlertFilter {
  return withoutNulls(given ?? {})
}

export function tradeOrder(given: TradeOrderInput | null | undefined): TradeOrder {
  return given === null || given === undefined ? DEFAULT_TRADE_ORDER : { field: given.field, direction: given.direction ?? 'ASC' }
}

export function pageOf(given: Page): Page {
  for (const name of ['first', 'last'] as const) {
    const count = given[name]
    if (typeof count === 'number') countOf(name, count, 0, PAGE_SIZE_MAX)
  }
  for (const name of ['after', 'before'] as const) {
    const cursor = given[name]
    if (typeof cursor === 'string' && !isCursor(cursor)) throw apiError('BAD_USER_INPUT', `expected ${name} to be a cursor of this list, found another text`)
  }
  if (typeof given.first === 'number' && typeof given.last === 'number') throw apiError('BAD_USER_INPUT', 'expected first or last, found both')
  return given
}

/** The count, where it is one that may be asked for. */
export function countOf(name: string, count: number, least: number, most: number): number {
  if (count < least || count > most) throw apiError('BAD_USER_INPUT', `expected ${name} from ${least} to ${most}, found ${count}`)
  return count
}

/** The store alone knows what a cursor says; here only what is plainly none is told from what may be one. */
function isCursor(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch {
    return false
  }
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], null> }

/** Null and absent are the same here. */
export function withoutNulls<T extends object>(given: T): Given<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)) as Given<T>
}
