// The naive hours: on which stretch of a contract's trading an instant lies.
import type { Json } from './tape.ts'

/** A stretch of trading on the contract's own clock, 'YYYYMMDD:HHMM' from and to; its day is the one on which it ends. */
interface NaiveStretch {
  readonly from: string
  readonly to: string
}

export function stretchesOf(hours: unknown): NaiveStretch[] {
  return String(hours ?? '')
    .split(';')
    .flatMap((part) => {
      const [from = '', to] = part.split('-')
      return to === undefined ? [] : [{ from, to }]
    })
}

/** REGULAR, PRE, POST or OVERNIGHT; null where the hours that would say so are not told. */
export function sessionOf(at: number, instrument: Json | undefined): string | null {
  const regular = stretchesOf(instrument?.liquidHours)
  const trading = stretchesOf(instrument?.tradingHours)
  if (regular.length === 0) return null
  const clock = wallClock(at, String(instrument?.timeZone))
  const contains = ({ from, to }: NaiveStretch) => from <= clock && clock < to
  const dayOf = (time: string) => time.slice(0, 8)
  if (regular.some(contains)) return 'REGULAR'
  if (trading.length === 0) return null
  const around = trading.find(contains)
  const ofDay = regular.filter(({ to }) => around !== undefined && dayOf(to) === dayOf(around.to))
  if (around === undefined || ofDay.length === 0) return 'OVERNIGHT'
  if (ofDay.every(({ from }) => from <= clock)) return 'POST'
  return dayOf(around.from) < dayOf(around.to) ? 'OVERNIGHT' : 'PRE'
}

const clocks = new Map<string, string>()

function wallClock(at: number, timeZone: string): string {
  const minute = Math.floor(at / 60_000) * 60_000
  const key = `${timeZone} ${minute}`
  let clock = clocks.get(key)
  if (clock === undefined) {
    const options = { timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
    const parts = new Intl.DateTimeFormat('en-US', options).formatToParts(minute)
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
    clock = `${part('year')}${part('month')}${part('day')}:${part('hour')}${part('minute')}`
    clocks.set(key, clock)
  }
  return clock
}
