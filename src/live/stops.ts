// The stops of open trades, found among the broker's working orders and told to the recorder as plans: the first one freezes R, each later price is a move.
// It keeps the orders that work and the last that did; it never sends one.
import type { Fact } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import { forgetDone, type HeardOrder, heardAgain, linksSeen, planSeen, type WorkingOrder } from '#core/working-order.ts'
import type { Bus } from '#src/bus.ts'
import type { Clock } from '#src/clock.ts'
import type { Recorder } from '#record/recorder.ts'

export interface StopsOptions {
  readonly recorder: Pick<Recorder, 'consult' | 'opened' | 'marketTime'>
  readonly bus: Bus
  readonly clock: Clock
}

export interface Stops extends Disposable {
  /** An order as the broker tells it now. */
  hear(order: WorkingOrder): void
}

export function openStops({ recorder, bus, clock }: StopsOptions): Stops {
  /** Per account and contract, by the order's own number. */
  const orders = new Map<string, Map<string, HeardOrder>>()
  /** Links that were told, per account and contract: the entry orders by the exit's permanent number. */
  const linked = new Map<string, Map<string, Set<string>>>()
  const now = (): Instant => recorder.marketTime() ?? clock.now()

  /** What the orders at a place say of its open trades that is news. */
  const look = (place: string): readonly Fact[] => {
    const heard = [...(orders.get(place)?.values() ?? [])]
    return recorder.opened(heard[0]?.conId ?? 0).flatMap((trade) => {
      if (placeOf(trade) !== place) return []
      const links = linksSeen(trade, heard).filter(({ exitPermId, entryPermId }) => {
        const told = within(within(linked, place, newMap), exitPermId, newSet)
        return !told.has(entryPermId) && told.add(entryPermId)
      })
      const plan = planSeen(trade, heard, now())
      return plan === null ? links : [...links, plan]
    })
  }
  // A fill was committed, or its trade changed: what was heard of before may be its stop.
  const leave = bus.subscribe((event) => {
    if (event.kind !== 'trade' || event.trade.unit !== 'ORDER' || event.trade.status !== 'OPEN') return
    const place = placeOf(event.trade)
    if (orders.has(place)) recorder.consult(() => look(place))
  })
  return {
    // In its turn: what was told before it, a fill or the stop as it stood until now, is taken first.
    hear(order) {
      recorder.consult(() => {
        const place = placeOf(order)
        const known = within(orders, place, newMap)
        const key = order.permId ?? `${order.clientId} ${order.orderId}`
        known.set(key, heardAgain(order, known.get(key), now()))
        for (const forgotten of forgetDone(known, ({ works }) => works)) linked.get(place)?.delete(forgotten)
        return look(place)
      })
    },
    [Symbol.dispose]: leave,
  }
}

const newMap = () => new Map()
const newSet = () => new Set<string>()

/** What is kept under a key, made where nothing is yet. */
function within<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}

function placeOf({ account, conId }: { readonly account: string; readonly conId: number }): string {
  return `${account} ${conId}`
}
