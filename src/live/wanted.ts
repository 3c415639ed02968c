// The contracts whose prices are wanted, the most wanted first: those with an open trade, then those in which an order works, so that its first fill finds
// its prices there (of a combination: in all of its legs), then those closed lately. It keeps the orders that work; it asks for nothing.
import type { Instrument } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { OrderState } from '#core/working-order.ts'
import type { Recorder } from '#record/recorder.ts'

export type WantingRecorder = Pick<Recorder, 'open' | 'held' | 'consult' | 'marketTime'>

interface Awaited {
  /** What it would fill. */
  readonly instruments: readonly Instrument[]
  /** When it was last told to work, in market time; null: nobody knew the time yet. */
  toldAt: Instant | null
  /** It works no longer. */
  readonly isOver: boolean
  /** Since when, once everything told before that was taken. */
  overAt: Instant | null
}

/** An order that is gone is often followed by another, or by a fill that was on its way: its line stays for so long. */
const LINGERS_MS = 60_000
/** Every session tells what works, and no session lasts for longer: an order that nobody speaks of any more is gone. */
const SILENT_MS_MAX = 86_400_000

export class Wanted {
  readonly #recorder: WantingRecorder
  /** By the order's own number. */
  readonly #orders = new Map<string, Awaited>()

  constructor(recorder: WantingRecorder) {
    this.#recorder = recorder
  }

  /** An order as the broker tells it now. */
  hear(order: OrderState, instruments: readonly Instrument[]): void {
    const key = `${order.account} ${order.permId ?? `${order.clientId} ${order.orderId}`}`
    const known = this.#orders.get(key)
    const now = this.#recorder.marketTime()
    if (order.works) this.#orders.set(key, { instruments, toldAt: now, isOver: false, overAt: null })
    else if (known !== undefined && !known.isOver) {
      const over: Awaited = { ...known, isOver: true }
      this.#orders.set(key, over)
      // Its fill may have been told before, and not be taken yet.
      this.#recorder.consult(() => {
        over.overAt = this.#recorder.marketTime() ?? Number.NEGATIVE_INFINITY
        return []
      })
    }
  }

  all(): readonly Instrument[] {
    this.#forget()
    const orders = [...this.#orders.values()]
    const working = orders.filter(({ overAt }) => overAt === null)
    const gone = orders.filter(({ overAt }) => overAt !== null)
    const wanted = new Map<number, Instrument>()
    const ranks = [
      this.#recorder.open(),
      working.flatMap(({ instruments }) => instruments),
      this.#recorder.held(),
      gone.flatMap(({ instruments }) => instruments),
    ]
    for (const instrument of ranks.flat()) if (!wanted.has(instrument.conId)) wanted.set(instrument.conId, instrument)
    return [...wanted.values()]
  }

  #forget(): void {
    const now = this.#recorder.marketTime()
    if (now === null) return
    for (const [key, awaited] of this.#orders) {
      awaited.toldAt ??= now
      const { toldAt, overAt } = awaited
      if ((overAt !== null && now - overAt > LINGERS_MS) || now - toldAt > SILENT_MS_MAX) this.#orders.delete(key)
    }
  }
}
