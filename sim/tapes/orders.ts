// What two accounts might have done over a day's prices: seeded orders with everything that makes a broker's day awkward. Executions stand on whole
// seconds, as TWS tells them; corrections, busts and commissions come later than what they speak of. It makes facts of prices and plays nothing.
import { decimal, plain } from '#core/decimal.ts'
import { type Commission, type Execution, type Fact, type Instrument, TELLING_ORDER } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import { type Chance, chanceOf } from '#sim/chance.ts'

export interface Price {
  readonly at: Instant
  readonly price: string
}

/** A contract and its prices, in order of time. */
export interface Course {
  readonly instrument: Instrument
  readonly prices: readonly Price[]
}

export interface OrdersWanted {
  readonly seed: number
  readonly accounts: readonly string[]
  /** Orders of one account in one contract. */
  readonly orders: number
}

/** Instruments, executions and commissions, in the order in which a broker would have told them. */
export function ordersOver(courses: readonly Course[], { seed, accounts, orders }: OrdersWanted): Fact[] {
  const chance = chanceOf(seed)
  const executions: Execution[] = []
  let order = 0
  for (const course of courses) {
    for (const account of accounts) {
      const fills = fillsOf(course, account, orders, chance, () => ++order)
      executions.push(...fills)
    }
    correct(executions, course, chance)
  }
  const lastAt = Math.min(...courses.map(({ prices }) => prices.at(-1)?.at ?? 0))
  const commissions = executions.flatMap((execution) => commissionsOf(execution, courses, lastAt, chance))
  return inOrderOfTelling([...courses.map(({ instrument }) => instrument), ...executions, ...commissions])
}

// Fills

function fillsOf({ instrument, prices }: Course, account: string, orders: number, chance: Chance, nextOrder: () => number): Execution[] {
  const fills: Execution[] = []
  const lot = instrument.secType === 'FUT' ? 1 : 50
  let position = 0
  let previous: Pick<Execution, 'permId' | 'orderId' | 'clientId'> & { side: Execution['side'] } = { side: 'BUY' }
  for (const start of startsOf(prices, orders, chance)) {
    const number = nextOrder()
    const isExit = position !== 0 && chance.next() < 0.55
    const isShort = position === 0 ? chance.next() < 0.5 : position < 0
    const side: Execution['side'] = isShort === isExit ? 'BUY' : 'SELL'
    // Out of a part, out of all, or through zero to the other side.
    const quantity = isExit ? Math.max(1, Math.round(Math.abs(position) * ([0.5, 1, 1, 1.5][chance.whole(0, 3)] as number))) : lot * chance.whole(1, 4)
    const isSameOrder = previous.side === side && fills.length > 0 && chance.next() < 0.3
    const key = isSameOrder ? previous : { ...orderKey(number, chance), side }
    const orderRef = ['breakout', 'fade', undefined][chance.whole(0, 2)]
    let at = start
    for (const [piece, part] of partsOf(quantity, chance).entries()) {
      fills.push({
        ...{ kind: 'execution', executionId: `0000a1b2.${hex(number)}.${hex(piece + 1).slice(-2)}.01`, account, conId: instrument.conId, side },
        ...{ quantity: String(part), price: priceNear(instrument, prices, at, chance), at, permId: '0', orderId: String(number), clientId: '7' },
        ...key,
        ...(orderRef === undefined ? {} : { orderRef }),
      })
      if (chance.next() < 0.5) at += chance.whole(0, 3) * 1000
    }
    position += side === 'BUY' ? quantity : -quantity
    previous = key
  }
  return fills.filter(({ at }) => at <= (prices.at(-1)?.at ?? 0))
}

/** Whole seconds in order: many of them the very instant of a price, some the second of the order before. */
function startsOf(prices: readonly Price[], orders: number, chance: Chance): Instant[] {
  const exact = prices.filter(({ at }) => at % 1000 === 0)
  const starts: Instant[] = []
  for (let i = 0; i < orders; i++) {
    const of = exact.length > 0 && chance.next() < 0.4 ? exact : prices
    const { at } = of[chance.whole(0, of.length - 1)] as Price
    const again = starts.at(-1)
    starts.push(again !== undefined && chance.next() < 0.15 ? again : Math.ceil(at / 1000) * 1000)
  }
  return starts.sort((a, b) => a - b)
}

/** By permanent id mostly; an order of an API client that has none yet is known by its own number. */
function orderKey(number: number, chance: Chance): Pick<Execution, 'permId' | 'orderId' | 'clientId'> {
  return chance.next() < 0.85 ? { permId: String(1_904_000 + number), orderId: '0', clientId: '0' } : { permId: '0', orderId: String(number), clientId: '7' }
}

function partsOf(quantity: number, chance: Chance): number[] {
  const parts: number[] = []
  for (let left = quantity; left > 0; ) {
    const part = parts.length === 3 || chance.next() < 0.5 ? left : chance.whole(1, left)
    parts.push(part)
    left -= part
  }
  return parts
}

/** The price of the moment, or a few ticks beside it. */
function priceNear({ minTick = '0.01' }: Instrument, prices: readonly Price[], at: Instant, chance: Chance): string {
  const seen = prices.findLast((price) => price.at <= at) ?? (prices[0] as Price)
  const ticks = chance.next() < 0.3 ? chance.whole(-3, 3) : 0
  return plain(decimal(minTick).times(ticks).plus(seen.price))
}

// Corrections

/** Appends later versions of some fills: another price, another quantity, none at all. */
function correct(executions: Execution[], { instrument, prices }: Course, chance: Chance): void {
  const lastAt = prices.at(-1)?.at ?? 0
  for (const first of executions.filter(({ conId }) => conId === instrument.conId)) {
    const dice = chance.next()
    if (dice > 0.25) continue
    const change =
      dice < 0.12 ? { price: priceNear(instrument, prices, first.at + 20_000, chance) } : { quantity: dice < 0.18 ? String(Number(first.quantity) + 1) : '0' }
    const seenAt = first.at + (chance.next() < 0.2 ? 0 : chance.whole(1, 1_200) * 1000)
    const corrected = { ...first, ...change, executionId: first.executionId.replace(/01$/, '02'), seenAt }
    if (seenAt > lastAt || !isAlwaysHeld([...executions, corrected], instrument.conId)) continue
    executions.push(corrected)
  }
}

/**
 * Whether, whenever the contract was held as is known in the end, it was held as was known then: only what is held is listened to, and what nobody
 * listened to cannot be the same live and in hindsight.
 */
function isAlwaysHeld(executions: readonly Execution[], conId: number): boolean {
  const own = executions.filter((execution) => execution.conId === conId)
  const moments = [...new Set(own.flatMap(({ at, seenAt = at }) => [at, seenAt]))]
  return moments.every(
    (now) =>
      isHeld(
        own.filter(({ at, seenAt = at }) => seenAt <= now),
        now,
      ) || !isHeld(own, now),
  )
}

function isHeld(known: readonly Execution[], now: Instant): boolean {
  const families = new Map<string, Execution>()
  for (const execution of known) if (execution.at <= now) families.set(execution.executionId.slice(0, -3), execution)
  const positions = new Map<string, number>()
  for (const { account, side, quantity } of families.values())
    positions.set(account, (positions.get(account) ?? 0) + (side === 'BUY' ? 1 : -1) * Number(quantity))
  return [...positions.values()].some((position) => position !== 0)
}

// Commissions

/** Mostly at once; late, never, in another currency, or told twice: the last one counts. */
function commissionsOf(
  { executionId, conId, quantity, at, seenAt = at }: Execution,
  courses: readonly Course[],
  lastAt: Instant,
  chance: Chance,
): Commission[] {
  const currency = courses.find(({ instrument }) => instrument.conId === conId)?.instrument.currency ?? 'USD'
  const amount = ['1.00', '0.35', '2.123456', '-0.25', plain(decimal(quantity).times('0.005'))][chance.whole(0, 4)] as string
  const atOnce: Commission = { kind: 'commission', executionId, amount, currency, ...(seenAt === at ? {} : { seenAt }) }
  const late: Commission = { ...atOnce, amount: '1.05', seenAt: Math.min(lastAt, seenAt + chance.whole(5, 10_800) * 1000) }
  const dice = chance.next()
  if (dice < 0.75) return [atOnce]
  if (dice < 0.87) return [late]
  if (dice < 0.93) return []
  return dice < 0.96 ? [{ ...atOnce, currency: currency === 'USD' ? 'EUR' : 'USD' }] : [atOnce, late]
}

// Order

function inOrderOfTelling(facts: readonly Fact[]): Fact[] {
  const executed = new Map(facts.flatMap((fact) => (fact.kind === 'execution' ? [[fact.executionId, fact.seenAt ?? fact.at]] : [])))
  const toldAt = (fact: Fact): Instant => {
    if (fact.kind === 'execution') return fact.seenAt ?? fact.at
    return fact.kind === 'commission' ? (fact.seenAt ?? executed.get(fact.executionId) ?? 0) : Number.NEGATIVE_INFINITY
  }
  return facts.toSorted((a, b) => (toldAt(a) === toldAt(b) ? TELLING_ORDER[a.kind] - TELLING_ORDER[b.kind] : toldAt(a) - toldAt(b)))
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
