// The trade engine said twice: this is the second saying, brute force in exact fractions, written from INTERFACES.md alone.
// It exists to be compared with the product's own engine (book.property.test.ts). It never imports from src, and it is never made faster.

export interface NaiveInput {
  /** Each tape as its lines, in argument order. */
  readonly tapes: readonly (readonly string[])[]
  /** `--marks CONID=FILE`, in argument order; the first line is the header. */
  readonly marks: readonly { readonly conId: number; readonly csv: readonly string[] }[]
  readonly filter: 'default' | 'none'
  readonly unit: 'order' | 'round-trip' | 'both'
  readonly rules: readonly string[]
}

type Json = Record<string, unknown>
type Unit = 'ORDER' | 'ROUND_TRIP'

/** What `replay --json --rules` prints: the trades, then the alerts, each with its keys in the printed order. */
export function naiveReplay(input: NaiveInput): { trades: Json[]; alerts: Json[] } {
  const told = read(input)
  const fills = fillsOf(told)
  const marks = acceptedMarks(told, fills, input.filter)
  const all = tradesOf(fills, told.splits)
  const units: Unit[] = input.unit === 'both' ? ['ORDER', 'ROUND_TRIP'] : input.unit === 'order' ? ['ORDER'] : ['ROUND_TRIP']
  const rules = input.rules.flatMap((text, line) => (text.trim() === '' ? [] : [{ line, rule: JSON.parse(text) as Json }]))
  const found = all.filter(({ unit }) => units.includes(unit)).map((trade) => ({ trade, moments: momentsOf(trade, marks, told) }))
  const trades = found.map(({ trade, moments }) => printTrade(trade, moments, told))
  const alerts = found.flatMap(({ trade, moments }) => rules.flatMap(({ rule, line }) => alertsOf(rule, line, trade, moments, told, all)))
  return {
    trades: trades.sort((a, b) => compareText(a.openedAt, b.openedAt) || compareText(a.tradeId, b.tradeId)),
    alerts: alerts
      .sort(
        (a, b) =>
          a.at - b.at ||
          a.openedAt - b.openedAt ||
          compareText(a.print.tradeId, b.print.tradeId) ||
          a.line - b.line ||
          Number(a.print.tier) - Number(b.print.tier),
      )
      .map((alert) => alert.print),
  }
}

// ---------------------------------------------------------------- reading

/** Where a fact stands: by instant, then kind, then file, then line. */
interface Place {
  readonly at: number
  readonly kind: number
  readonly file: number
  readonly line: number
}
const EXECUTION = 1
const MARK = 3
const RANGE = 4

/** ADOPTION: came without a trade, is held. SETTLEMENT: went without one, closes and never opens. */
type Nature = 'EXECUTION' | 'ADOPTION' | 'SETTLEMENT'

/** From here on there are `ratio` units for each one before. */
interface Split {
  readonly place: Place
  readonly conId: number
  readonly ratio: Q
}

/** Prices that were traded at some time between two instants. */
interface Range {
  readonly place: Place
  readonly conId: number
  readonly from: number
  readonly prices: readonly Q[]
}

interface Told {
  readonly instruments: Map<number, Json>
  readonly executions: { place: Place; row: Json; nature: Nature }[]
  readonly splits: Split[]
  readonly ranges: Range[]
  /** Where a stop was set, for the trade that an execution's family opened. */
  readonly plans: { readonly place: Place; readonly family: string; readonly stop: Q }[]
  /** Exact execution ids that never were. */
  readonly cancelled: Set<string>
  /** Families whose trade is held for the long term. */
  readonly held: Set<string>
  /** 'account exit' → the entry order whose trade that exit order closes first. */
  readonly links: Map<string, string>
  /** By exact execution id; the last line won. */
  readonly commissions: Map<string, Json>
  readonly rates: { at: number; row: Json }[]
  readonly marks: { place: Place; conId: number; row: Json }[]
  /** The tape's clock runs to here. */
  readonly end: number
}

function read(input: NaiveInput): Told {
  const told: Told & { end: number } = {
    ...{ instruments: new Map(), executions: [], splits: [], ranges: [], plans: [], cancelled: new Set(), held: new Set(), links: new Map() },
    ...{ commissions: new Map(), rates: [], marks: [], end: Number.NEGATIVE_INFINITY },
  }
  const seen = new Set<string>()
  const dayRanges: { place: Place; row: Json }[] = []
  input.tapes.forEach((lines, file) => {
    lines.forEach((text, line) => {
      if (text.trim() === '') return
      const row = JSON.parse(text) as Json
      const times = (row.kind === 'gap' || row.kind === 'bar' ? [row.from, row.to] : [row.at]).flatMap((time) =>
        time === undefined ? [] : [instant(String(time))],
      )
      const at = times[0] ?? Number.NEGATIVE_INFINITY
      told.end = Math.max(told.end, ...times)
      if (row.kind === 'instrument') told.instruments.set(Number(row.conId), row)
      if (row.kind === 'commission') told.commissions.set(String(row.executionId), row)
      if (row.kind === 'fxRate') told.rates.push({ at, row })
      if (row.kind === 'mark') told.marks.push({ place: { at, kind: MARK, file, line }, conId: Number(row.conId), row })
      if (row.kind === 'cancel') told.cancelled.add(String(row.executionId))
      if (row.kind === 'hold') told.held.add(familyOf(String(row.executionId)).family)
      if (row.kind === 'link') told.links.set(`${row.account} ${row.exitPermId}`, String(row.entryPermId))
      if (row.kind === 'bar') {
        const [from = at, to = at] = times
        const bar = { place: { at: to, kind: RANGE, file, line }, conId: Number(row.conId), from, prices: [must(row.high), must(row.low)] }
        const isSame = (other: Range) =>
          other.conId === bar.conId &&
          other.place.at === to &&
          other.from === from &&
          bar.prices.every((price, i) => compare(price, other.prices[i] as Q) === 0)
        if (!told.ranges.some(isSame)) told.ranges.push(bar)
      }
      if (row.kind === 'dayRange') dayRanges.push({ place: { at, kind: RANGE, file, line }, row })
      const place = { at, kind: EXECUTION, file, line }
      if (row.kind === 'split' && !told.splits.some((split) => split.conId === Number(row.conId) && split.place.at === at)) {
        told.splits.push({ place, conId: Number(row.conId), ratio: must(row.ratio) })
      }
      if (row.kind === 'plan' && row.stop !== undefined) told.plans.push({ place, family: familyOf(String(row.executionId)).family, stop: must(row.stop) })
      const nature = row.kind === 'adopt' ? 'ADOPTION' : row.kind === 'settlement' ? 'SETTLEMENT' : 'EXECUTION'
      const execution = nature === 'EXECUTION' ? row : movedWithoutExecution(row, at)
      if (execution.kind === 'execution' && !seen.has(String(execution.executionId))) {
        seen.add(String(execution.executionId))
        told.executions.push({ place, row: execution, nature })
      }
    })
  })
  told.ranges.push(...movesOf(dayRanges))
  input.marks.forEach(({ conId, csv }, i) => {
    const header = (csv[0] ?? '').split(',').map((name) => name.trim())
    csv.slice(1).forEach((text, line) => {
      if (text.trim() === '') return
      const cells = text.split(',')
      const row: Json = Object.fromEntries(header.map((name, column) => [name, (cells[column] ?? '').trim()]))
      const at = Number(String(row.ts_ms).split('.')[0])
      told.end = Math.max(told.end, at)
      told.marks.push({ place: { at, kind: MARK, file: input.tapes.length + i, line }, conId, row })
    })
  })
  return told
}

/** Where the session's high or low went further out than it was told before: traded since it was told last. */
function movesOf(dayRanges: readonly { place: Place; row: Json }[]): Range[] {
  const moves: Range[] = []
  const last = new Map<string, { at: number; price: Q }>()
  for (const { place, row } of [...dayRanges].sort((a, b) => comparePlaces(a.place, b.place))) {
    for (const [edge, outwards] of [
      ['high', 1],
      ['low', -1],
    ] as const) {
      if (row[edge] === undefined) continue
      const price = must(row[edge])
      const was = last.get(`${edge} ${row.conId}`)
      const isFurther = was !== undefined && row.stands !== true && compare(price, was.price) * outwards > 0
      if (was?.at === place.at && !isFurther && row.stands !== true) continue
      last.set(`${edge} ${row.conId}`, { at: place.at, price })
      if (isFurther) moves.push({ place, conId: Number(row.conId), from: was.at, prices: [price] })
    }
  }
  return moves
}

/** An adoption or a settlement as if it were an execution; its name is made of all it says. */
function movedWithoutExecution(row: Json, at: number): Json {
  const quantity = must(row.quantity)
  const name = row.kind === 'adopt' ? 'adopt' : String(row.reason).toLowerCase()
  return {
    kind: 'execution',
    executionId: [name, row.account, row.conId, at, plain(quantity), plain(must(row.price))].join('~').replaceAll('.', '_'),
    account: row.account,
    conId: row.conId,
    side: sign(quantity) < 0 ? 'SELL' : 'BUY',
    quantity: plain(absolute(quantity)),
    price: row.price,
  }
}

/** Milliseconds since 1970; digits beyond the third are dropped. */
function instant(text: string): number {
  const [, whole, fraction = '', zone] = /^(.*T\d\d:\d\d:\d\d)(?:\.(\d+))?(.*)$/.exec(text) as unknown as [string, string, string | undefined, string]
  return Date.parse(`${whole}.${fraction.slice(0, 3).padEnd(3, '0')}${zone || 'Z'}`)
}

function comparePlaces(a: Place, b: Place): number {
  return a.at - b.at || a.kind - b.kind || a.file - b.file || a.line - b.line
}

function compareText(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

// ---------------------------------------------------------------- executions: families, commissions

/** What one family of execution ids comes to, busts left out. */
interface Fill {
  readonly place: Place
  readonly family: string
  readonly account: string
  readonly conId: number
  readonly sign: 1 | -1
  readonly quantity: Q
  readonly price: Q
  readonly orderKey: string
  readonly nature: Nature
  readonly held: boolean
  readonly orderRef: string
  /** The order key of the trade it closes before any other. */
  readonly closesFirst: string | null
  /** In the instrument's currency; null while unknown. */
  readonly commission: Q | null
}

function familyOf(executionId: string): { family: string; suffix: number } {
  const segments = executionId.split('.')
  if (segments.length !== 4 || !/^\d+$/.test(segments[3] ?? '')) return { family: executionId, suffix: 0 }
  return { family: segments.slice(0, 3).join('.'), suffix: Number(segments[3]) }
}

function fillsOf(told: Told): Fill[] {
  const families = new Map<string, Told['executions']>()
  for (const execution of told.executions) {
    const { family } = familyOf(String(execution.row.executionId))
    families.set(family, [...(families.get(family) ?? []), execution])
  }
  const fills: Fill[] = []
  for (const [family, members] of families) {
    members.sort((a, b) => familyOf(String(a.row.executionId)).suffix - familyOf(String(b.row.executionId)).suffix)
    const place = (members[0] as Told['executions'][0]).place
    const { row, nature } = members.at(-1) as Told['executions'][0]
    const quantity = must(row.quantity)
    if (sign(quantity) === 0 || told.cancelled.has(String(row.executionId))) continue
    const entryOrder = told.links.get(`${row.account} ${row.permId}`)
    const commission = commissionOf(family, String(told.instruments.get(Number(row.conId))?.currency), place.at, told)
    const conId = Number(row.conId)
    fills.push({
      place,
      family,
      account: String(row.account),
      conId,
      sign: row.side === 'BUY' ? 1 : -1,
      quantity,
      price: must(row.price),
      orderKey: orderKeyOf(row, family),
      orderRef: String(row.orderRef ?? ''),
      nature,
      held: nature === 'ADOPTION' || told.held.has(family),
      closesFirst: entryOrder === undefined ? null : `perm ${Number(entryOrder)}`,
      commission: nature === 'EXECUTION' ? commission : (commission ?? ZERO),
    })
  }
  return fills.sort((a, b) => comparePlaces(a.place, b.place))
}

function orderKeyOf(row: Json, family: string): string {
  if (Number(row.permId ?? 0) > 0) return `perm ${Number(row.permId)}`
  if (Number(row.orderId ?? 0) > 0) return `order ${row.clientId ?? ''} ${Number(row.orderId)}`
  return `family ${family}`
}

/** The sum of the family's commissions that came; null while none has, or where one is in a currency without a rate. */
function commissionOf(family: string, currency: string, at: number, told: Told): Q | null {
  let sum: Q | null = null
  for (const [executionId, row] of told.commissions) {
    if (familyOf(executionId).family !== family) continue
    const amount = inCurrency(must(row.amount), String(row.currency), currency, at, told)
    if (amount === null) return null
    sum = sum === null ? amount : add(sum, amount)
  }
  return sum
}

function inCurrency(amount: Q, from: string, to: string, at: number, told: Told): Q | null {
  if (from === to) return amount
  let latest: { at: number; row: Json } | null = null
  for (const rate of told.rates) {
    const concerns = (rate.row.base === from && rate.row.quote === to) || (rate.row.base === to && rate.row.quote === from)
    if (concerns && rate.at <= at && (latest === null || rate.at >= latest.at)) latest = rate
  }
  if (latest === null) return null
  return latest.row.base === from ? mul(amount, must(latest.row.rate)) : div(amount, must(latest.row.rate))
}

// ---------------------------------------------------------------- marks: which price is one

interface AcceptedMark {
  readonly place: Place
  readonly price: Q
}

/** Per contract, in order: the marks that count, repeats left out. */
function acceptedMarks(told: Told, fills: readonly Fill[], filter: 'default' | 'none'): Map<number, AcceptedMark[]> {
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

// ---------------------------------------------------------------- trades

/** A fill, or the part of one that belongs to this trade. */
interface Part {
  readonly fill: Fill
  readonly quantity: Q
  readonly enters: boolean
}
interface NaiveTrade {
  readonly unit: Unit
  readonly tradeId: string
  readonly account: string
  readonly conId: number
  readonly sign: 1 | -1
  readonly orderKey: string
  readonly held: boolean
  readonly parts: Part[]
}

/** How many units at `place` one unit of `then` has become. */
function grown(conId: number, then: Place, place: Place, splits: readonly Split[]): Q {
  const between = splits.filter((split) => split.conId === conId && comparePlaces(split.place, then) > 0 && comparePlaces(split.place, place) <= 0)
  return between.reduce((ratio, split) => mul(ratio, split.ratio), whole(1n))
}

function unitsAt(part: Part, place: Place, splits: readonly Split[]): Q {
  return mul(part.quantity, grown(part.fill.conId, part.fill.place, place, splits))
}

function openQuantity(trade: NaiveTrade, place: Place, splits: readonly Split[]): Q {
  return trade.parts.reduce((sum, part) => (part.enters ? add(sum, unitsAt(part, place, splits)) : sub(sum, unitsAt(part, place, splits))), ZERO)
}

/** Where a trade ended; null while it is open. */
function closingPlace(trade: NaiveTrade, splits: readonly Split[]): Place | null {
  const { place } = (trade.parts.at(-1) as Part).fill
  return sign(openQuantity(trade, place, splits)) === 0 ? place : null
}

/** Both units: what a fill does to held trades, its round trip never sees. */
function tradesOf(fills: readonly Fill[], splits: readonly Split[]): NaiveTrade[] {
  const trades: NaiveTrade[] = [] // by first fill
  for (const fill of fills) {
    const isOpen = (trade: NaiveTrade) => trade.account === fill.account && trade.conId === fill.conId && sign(openQuantity(trade, fill.place, splits)) > 0
    const open = (unit: Unit, held: boolean) => trades.filter((trade) => trade.unit === unit && trade.held === held && isOpen(trade))
    /** Answers what is left. */
    const close = (queue: readonly NaiveTrade[], wanted: Q): Q => {
      let left = wanted
      for (const trade of queue) {
        const quantity = least(left, openQuantity(trade, fill.place, splits))
        if (trade.sign === fill.sign || sign(quantity) === 0) continue
        trade.parts.push({ fill, quantity, enters: false })
        left = sub(left, quantity)
      }
      return left
    }
    const enter = (unit: Unit, trade: NaiveTrade | undefined, quantity: Q) => {
      const part = { fill, quantity, enters: true }
      if (trade !== undefined) trade.parts.push(part)
      else {
        const { account, conId, orderKey, family, sign: side } = fill
        const held = unit === 'ORDER' && fill.held
        trades.push({ unit, tradeId: `${unit}:${account}:${conId}:${family}`, account, conId, sign: side, orderKey, held, parts: [part] })
      }
    }
    const queue = [...open('ORDER', false), ...open('ORDER', true)]
    const left = close([...queue.filter((trade) => trade.orderKey === fill.closesFirst), ...queue], fill.quantity)
    const sameOrder = [...open('ORDER', true), ...(fill.held ? [] : open('ORDER', false))].find((trade) => trade.orderKey === fill.orderKey)
    if (sign(left) > 0 && fill.nature !== 'SETTLEMENT') enter('ORDER', sameOrder, left)
    const concernsHeld = trades.filter((trade) => trade.held).flatMap((trade) => trade.parts.filter((part) => part.fill === fill))
    const ofHeld = concernsHeld.reduce((sum, part) => add(sum, part.quantity), fill.nature === 'SETTLEMENT' ? left : ZERO)
    const rest = close(open('ROUND_TRIP', false), sub(fill.quantity, ofHeld))
    if (sign(rest) > 0) enter('ROUND_TRIP', open('ROUND_TRIP', false)[0], rest)
  }
  return trades
}

/** The state of a trade after one of its own fills or a mark, all recomputed from the first fill. */
interface Moment {
  readonly place: Place
  readonly at: number
  readonly price: Q
  readonly closes: boolean
  /** Units changed here, or a range was told: no rule looks. */
  readonly isSilent: boolean
  /** Volume-weighted price of the entering fills so far. */
  readonly entry: Q
  readonly result: Q
  /** s·(P−E)/|E|·100; null where E is 0. */
  readonly now: Q | null
  // the extremes so far
  readonly best: Reached
  readonly worst: Reached
  readonly mfePct: Reached
  readonly maePct: Reached
  readonly mfePnl: Reached
  readonly maePnl: Reached
}
interface Reached {
  readonly value: Q
  readonly at: number
}

function momentsOf(trade: NaiveTrade, marks: Map<number, AcceptedMark[]>, told: Told): Moment[] {
  const first = (trade.parts[0] as Part).fill
  const last = closingPlace(trade, told.splits)
  const multiplier = multiplierOf(told.instruments.get(trade.conId))
  const isInside = ({ place }: { place: Place }) => comparePlaces(place, first.place) > 0 && (last === null || comparePlaces(place, last) < 0)
  const seen = (marks.get(trade.conId) ?? []).filter(isInside).map(({ place, price }) => ({ place, price, ratio: null, isRange: false }))
  const own = trade.parts.map(({ fill: { place, price } }) => ({ place, price, ratio: null, isRange: false }))
  const splits = told.splits
    .filter((split) => split.conId === trade.conId && isInside(split))
    .map(({ place, ratio }) => ({ place, price: ZERO, ratio, isRange: false }))
  // One that speaks of a time in which the trade filled or was split is left out.
  const stoodStill = (range: Range) => [...own, ...splits].every(({ place }) => comparePlaces(place, range.place) > 0 || place.at < range.from)
  const ranges = told.ranges
    .filter((range) => range.conId === trade.conId && isInside(range) && stoodStill(range))
    .flatMap(({ place, prices }) => prices.map((price) => ({ place, price, ratio: null, isRange: true })))
  const events = [...own, ...seen, ...splits, ...ranges].sort((a, b) => comparePlaces(a.place, b.place))
  const moments: Moment[] = []
  for (const { place, price, ratio, isRange } of events) {
    if (ratio !== null) {
      const was = moments.at(-1) as Moment
      const rescaled = ({ value, at }: Reached) => ({ value: twelveDigits(div(value, ratio)), at })
      const shrunk = { price: twelveDigits(div(was.price, ratio)), best: rescaled(was.best), worst: rescaled(was.worst) }
      moments.push({ ...was, ...shrunk, place, at: place.at, entry: div(was.entry, ratio), isSilent: true })
      continue
    }
    const soFar = trade.parts.filter((part) => comparePlaces(part.fill.place, place) <= 0)
    const entry = averagePrice(
      soFar.filter((part) => part.enters),
      place,
      told.splits,
    ) as Q
    const s = whole(BigInt(trade.sign))
    const position = soFar.reduce((sum, part) => add(sum, mul(whole(BigInt(part.fill.sign)), unitsAt(part, place, told.splits))), ZERO)
    const paid = soFar.reduce((sum, part) => add(sum, mul(mul(whole(BigInt(part.fill.sign)), part.quantity), part.fill.price)), ZERO)
    const result = mul(sub(mul(position, price), paid), multiplier)
    const now = sign(entry) === 0 ? null : mul(div(mul(s, sub(price, entry)), absolute(entry)), whole(100n))
    const zero = { value: ZERO, at: first.place.at }
    const lastSeen = moments.at(-1) ?? { price, result, now }
    const before = moments.at(-1) ?? {
      best: { value: price, at: place.at },
      worst: { value: price, at: place.at },
      mfePct: zero,
      maePct: zero,
      mfePnl: zero,
      maePnl: zero,
    }
    const higher = (reached: Reached, value: Q | null, direction: 1 | -1): Reached =>
      value !== null && compare(value, reached.value) * direction > 0 ? { value, at: place.at } : reached
    const favourable = trade.sign
    const adverse = trade.sign === 1 ? -1 : 1
    moments.push({
      place,
      at: place.at,
      price: isRange ? lastSeen.price : price,
      closes: place === last,
      isSilent: isRange,
      entry,
      result: isRange ? lastSeen.result : result,
      now: isRange ? lastSeen.now : now,
      best: higher(before.best, price, favourable),
      worst: higher(before.worst, price, adverse),
      mfePct: higher(before.mfePct, now, 1),
      maePct: higher(before.maePct, now, -1),
      mfePnl: higher(before.mfePnl, result, 1),
      maePnl: higher(before.maePnl, result, -1),
    })
  }
  return moments
}

function multiplierOf(instrument: Json | undefined): Q {
  const multiplier = parse(instrument?.multiplier)
  return multiplier === null || sign(multiplier) === 0 ? whole(1n) : multiplier
}

/** In units of `place`. */
function averagePrice(parts: readonly Part[], place: Place, splits: readonly Split[]): Q | null {
  if (parts.length === 0) return null
  const quantity = parts.reduce((sum, part) => add(sum, unitsAt(part, place, splits)), ZERO)
  return div(
    parts.reduce((sum, part) => add(sum, mul(part.quantity, part.fill.price)), ZERO),
    quantity,
  )
}

function printTrade(trade: NaiveTrade, moments: readonly Moment[], told: Told): Json {
  const last = moments.at(-1) as Moment
  const entering = trade.parts.filter((part) => part.enters)
  const end = closingPlace(trade, told.splits) ?? { at: Number.POSITIVE_INFINITY, kind: MARK, file: 0, line: 0 }
  const hasPct = last.now !== null
  const commission = trade.parts.reduce<Q | null>(
    (sum, { fill, quantity }) => (sum === null || fill.commission === null ? null : add(sum, div(mul(fill.commission, quantity), fill.quantity))),
    ZERO,
  )
  return {
    unit: trade.unit,
    tradeId: trade.tradeId,
    account: trade.account,
    conId: trade.conId,
    symbol: String(told.instruments.get(trade.conId)?.symbol ?? trade.conId),
    side: trade.sign === 1 ? 'LONG' : 'SHORT',
    status: last.closes ? 'CLOSED' : 'OPEN',
    quantity: plain(entering.reduce((sum, part) => add(sum, unitsAt(part, end, told.splits)), ZERO)),
    entryPrice: rounded(last.entry),
    exitPrice: last.closes
      ? rounded(
          averagePrice(
            trade.parts.filter((part) => !part.enters),
            end,
            told.splits,
          ) as Q,
        )
      : null,
    openedAt: printInstant((moments[0] as Moment).at),
    closedAt: last.closes ? printInstant(last.at) : null,
    grossPnl: plain(last.result),
    commission: commission === null ? null : rounded(commission),
    netPnl: commission === null ? null : rounded(sub(last.result, commission)),
    mfePx: plain(last.best.value),
    mfeAt: printInstant(last.best.at),
    maePx: plain(last.worst.value),
    maeAt: printInstant(last.worst.at),
    mfePct: hasPct ? rounded(last.mfePct.value) : null,
    mfePctAt: hasPct ? printInstant(last.mfePct.at) : null,
    maePct: hasPct ? rounded(last.maePct.value) : null,
    maePctAt: hasPct ? printInstant(last.maePct.at) : null,
    mfePnl: plain(last.mfePnl.value),
    mfePnlAt: printInstant(last.mfePnl.at),
    maePnl: plain(last.maePnl.value),
    maePnlAt: printInstant(last.maePnl.at),
  }
}

function printInstant(at: number): string {
  return new Date(at).toISOString()
}

// ---------------------------------------------------------------- rules

interface NaiveAlert {
  readonly at: number
  readonly openedAt: number
  readonly line: number
  readonly print: Json
}

function alertsOf(rule: Json, line: number, trade: NaiveTrade, moments: readonly Moment[], told: Told, all: readonly NaiveTrade[]): NaiveAlert[] {
  if (rule.enabled === false || (rule.unit ?? 'ORDER') !== trade.unit || !isInScope(rule, trade, told)) return []
  const openedAt = (moments[0] as Moment).at
  const sessions = (rule.scope as { sessions?: unknown[] } | undefined)?.sessions
  const looks = (at: number) => sessions === undefined || sessions.includes(sessionOf(at, told.instruments.get(trade.conId)))
  const alert = (tier: number, at: number, moment: Moment): NaiveAlert => {
    const pct = moment.now === null ? null : rule.kind === 'MFE_TARGET' || rule.kind === 'TIME_STOP' ? moment.mfePct.value : moment.now
    return {
      at,
      openedAt,
      line,
      print: {
        ruleId: rule.id,
        tier,
        tradeId: trade.tradeId,
        unit: trade.unit,
        account: trade.account,
        conId: trade.conId,
        at: printInstant(at),
        price: plain(moment.price),
        pct: pct === null ? null : rounded(pct),
      },
    }
  }
  if (rule.kind === 'TIME_STOP' || rule.kind === 'NO_PROGRESS') {
    const deadline = deadlineOf(rule, openedAt, told.instruments.get(trade.conId), told.end)
    const moment = moments.filter(({ at }) => at <= deadline).at(-1) as Moment
    if (deadline > told.end || moment.closes || !looks(deadline)) return []
    const end = { at: deadline, kind: Number.POSITIVE_INFINITY, file: 0, line: 0 }
    const names =
      rule.kind === 'TIME_STOP' ? (['mfeBelowPct', 'mfeBelowAmount', 'mfeBelowR'] as const) : (['resultBelowPct', 'resultBelowAmount', 'resultBelowR'] as const)
    const limit = limitOf(rule, names, riskAt(trade, end, told, all), moment)
    if (limit === null) return []
    const value = rule.kind === 'TIME_STOP' ? limit.best : limit.now
    return compare(value, limit.value) < 0 ? [alert(0, deadline, moment)] : []
  }
  const tiers = rule.kind === 'MFE_TARGET' && Array.isArray(rule.tiers) ? (rule.tiers as Json[]) : [rule]
  const times = rule.repeat === true ? Number.POSITIVE_INFINITY : Number(rule.repeat || 1)
  const cooldown = duration(String(rule.cooldown ?? 'PT0S'))
  return tiers.flatMap((tier, i) => {
    let isArmed = false
    let looksInARow = 0
    let hasCeased = true
    const fired: NaiveAlert[] = []
    for (const moment of moments) {
      if (moment.closes || fired.length >= times) break
      if (moment.isSilent || !looks(moment.at)) continue
      const risk = riskAt(trade, moment.place, told, all)
      const arm = limitOf(rule, ['armPct', 'armAmount', 'armR'], risk, moment, isInMoney(tier) ? 'armAmount' : 'armPct')
      if (arm !== null && compare(arm.best, arm.value) >= 0) isArmed = true
      if (!holds(rule, tier, isArmed, trade, moment, risk)) {
        looksInARow = 0
        hasCeased = true
        continue
      }
      looksInARow++
      const isCool = fired.every(({ at }) => moment.at >= at + cooldown)
      if (!hasCeased || !isCool || looksInARow < Number(rule.confirm ?? 1)) continue
      fired.push(alert(i, moment.at, moment))
      hasCeased = false
    }
    return fired
  })
}

/** A threshold beside what it is compared with. */
interface Limit {
  readonly value: Q
  readonly now: Q
  readonly best: Q
}

/** In percent, in money, or in R, by the name it is given under; null where that is not known. Without any name: 0 under `fallback`. */
function limitOf(row: Json, names: readonly [string, string, string], risk: Q | null, moment: Moment, fallback?: string): Limit | null {
  const name = names.find((one) => row[one] !== undefined) ?? fallback
  const value = must(row[name as string] ?? '0')
  if (name === names[0]) return moment.now === null ? null : { value, now: moment.now, best: moment.mfePct.value }
  const inMoney = { now: moment.result, best: moment.mfePnl.value }
  if (name === names[1]) return { value, ...inMoney }
  return risk === null ? null : { value: mul(value, risk), ...inMoney }
}

function isInMoney(row: Json): boolean {
  return row.amount !== undefined || row.r !== undefined
}

function holds(rule: Json, tier: Json, isArmed: boolean, trade: NaiveTrade, moment: Moment, risk: Q | null): boolean {
  const own = ['pct', 'amount', 'r'] as const
  switch (rule.kind) {
    case 'MAE_STOP': {
      const limit = limitOf(rule, own, risk, moment)
      return limit !== null && compare(limit.now, sub(ZERO, limit.value)) <= 0
    }
    case 'MFE_TARGET': {
      const limit = limitOf(tier, own, risk, moment)
      return limit !== null && compare(limit.best, limit.value) >= 0
    }
    case 'TRAILING_STOP': {
      if (!isArmed) return false
      if (isInMoney(rule)) {
        const limit = limitOf(rule, own, risk, moment)
        return limit !== null && compare(sub(limit.best, limit.now), limit.value) >= 0
      }
      const { best, price } = moment
      if (sign(best.value) === 0) return false
      const fallen = mul(whole(BigInt(trade.sign) * 100n), sub(best.value, price))
      return compare(fallen, mul(must(rule.pct), absolute(best.value))) >= 0
    }
    case 'GIVEBACK': {
      // Measured as it is armed.
      const limit = limitOf(rule, ['armPct', 'armAmount', 'armR'], risk ?? ZERO, moment, 'armPct')
      return isArmed && limit !== null && compare(sub(limit.best, limit.now), mul(must(rule.fraction), limit.best)) >= 0
    }
    default:
      throw new Error(`unknown rule kind ${String(rule.kind)}`)
  }
}

/** 1 R as far as was told at a place: |entry − initial stop| · quantity · multiplier; null without a stop, and where it is 0. */
function riskAt(trade: NaiveTrade, place: Place, told: Told, all: readonly NaiveTrade[]): Q | null {
  const { fill: opening } = trade.parts[0] as Part
  const multiplier = multiplierOf(told.instruments.get(trade.conId))
  const isTold = (one: { readonly place: Place }) => comparePlaces(one.place, place) <= 0
  // A plan of the very instant of the opening is one of the entry.
  const own = told.plans
    .filter((plan) => plan.family === opening.family && (isTold(plan) || plan.place.at <= opening.place.at))
    .sort((a, b) => comparePlaces(a.place, b.place))
  const inOrder = /(?:^|\s)stop=(\d+(?:\.\d+)?)(?=\s|$)/i.exec(opening.orderRef)?.[1]
  const early = inOrder === undefined ? own.filter((plan) => plan.place.at <= opening.place.at).at(-1)?.stop : must(inOrder)
  const splits = told.splits.filter((split) => split.conId === trade.conId && isTold(split) && comparePlaces(split.place, opening.place) > 0)
  if (early !== undefined) {
    // The whole entry order, up to its first exit.
    const family = ({ tradeId }: NaiveTrade) => tradeId.slice(tradeId.indexOf(':'))
    const order = all.find((one) => one.unit === 'ORDER' && family(one) === family(trade)) ?? trade
    const parts = order.parts.filter(({ fill }) => isTold(fill))
    const end = [...parts.filter((part) => !part.enters).map(({ fill }) => fill.place), ...splits.map((split) => split.place)]
    const entries = parts.filter((part) => part.enters && end.every((one) => comparePlaces(part.fill.place, one) < 0))
    return riskOf(entries, early, multiplier, () => whole(1n))
  }
  const first = own.find((plan) => plan.place.at > opening.place.at)
  if (first === undefined) return null
  // What is open at that instant, in its units.
  const until = { at: first.place.at, kind: Number.POSITIVE_INFINITY, file: 0, line: 0 }
  const parts = trade.parts.filter(({ fill }) => isTold(fill) && fill.place.at <= first.place.at)
  return riskOf(parts, first.stop, multiplier, (part) => grown(trade.conId, part.fill.place, until, splits))
}

function riskOf(parts: readonly Part[], stop: Q, multiplier: Q, ratioOf: (part: Part) => Q): Q | null {
  const units = (part: Part) => mul(part.quantity, ratioOf(part))
  const sum = (some: readonly Part[], of: (part: Part) => Q) => some.reduce((total, part) => add(total, of(part)), ZERO)
  const entries = parts.filter((part) => part.enters)
  const open = sub(
    sum(entries, units),
    sum(
      parts.filter((part) => !part.enters),
      units,
    ),
  )
  if (sign(open) <= 0) return null
  const entry = div(
    sum(entries, (part) => mul(part.quantity, part.fill.price)),
    sum(entries, units),
  )
  const risk = mul(mul(absolute(sub(entry, stop)), open), multiplier)
  return sign(risk) === 0 ? null : risk
}

/** `openedAt` + after, on the wall clock or while the contract's regular session lasts; without end where the tape ends before. */
function deadlineOf(rule: Json, openedAt: number, instrument: Json | undefined, end: number): number {
  let left = duration(String(rule.after))
  if (rule.clock !== 'session' || stretchesOf(instrument?.liquidHours).length === 0) return openedAt + left
  for (let at = openedAt; at <= end; ) {
    const minute = 60_000 - (at % 60_000)
    if (sessionOf(at, instrument) === 'REGULAR') {
      if (left <= minute) return at + left
      left -= minute
    }
    at += minute
  }
  return Number.POSITIVE_INFINITY
}

/** A stretch of trading on the contract's own clock, 'YYYYMMDD:HHMM' from and to; its day is the one on which it ends. */
interface NaiveStretch {
  readonly from: string
  readonly to: string
}

function stretchesOf(hours: unknown): NaiveStretch[] {
  return String(hours ?? '')
    .split(';')
    .flatMap((part) => {
      const [from = '', to] = part.split('-')
      return to === undefined ? [] : [{ from, to }]
    })
}

/** REGULAR, PRE, POST or OVERNIGHT; null where the hours that would say so are not told. */
function sessionOf(at: number, instrument: Json | undefined): string | null {
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

function isInScope(rule: Json, trade: NaiveTrade, told: Told): boolean {
  const scope = (rule.scope ?? {}) as Record<string, unknown[] | undefined>
  const instrument = told.instruments.get(trade.conId)
  const allows = (list: unknown[] | undefined, value: unknown) => list === undefined || list.includes(value)
  const words = (trade.parts[0] as Part).fill.orderRef.split(/\s+/).filter((word) => word !== '')
  const strategy = words.filter((word) => !/^#\S{1,50}$|^(stop|target)=\d{1,12}(\.\d{1,12})?$/i.test(word)).join(' ')
  return (
    Boolean(scope.held ?? false) === trade.held &&
    allows(scope.accounts, trade.account) &&
    allows(scope.symbols, instrument?.symbol) &&
    allows(scope.sides, trade.sign === 1 ? 'LONG' : 'SHORT') &&
    allows(scope.secTypes, instrument?.secType) &&
    allows(scope.strategies, strategy === '' ? undefined : strategy)
  )
}

/** Milliseconds of an ISO 8601 duration of days, hours, minutes, seconds. */
function duration(text: string): number {
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text) ?? []
  return (((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * 1000
}

// ---------------------------------------------------------------- exact fractions

/** n / d with d > 0, not always in lowest terms. */
export interface Q {
  readonly n: bigint
  readonly d: bigint
}
const ZERO: Q = { n: 0n, d: 1n }
const LONG = 10n ** 40n

function q(n: bigint, d: bigint): Q {
  if (d < 0n) return q(-n, -d)
  if (d < LONG) return { n, d }
  const common = commonDivisor(n, d)
  return { n: n / common, d: d / common }
}

function commonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

const whole = (n: bigint): Q => ({ n, d: 1n })
const add = (a: Q, b: Q): Q => (a.d === b.d ? { n: a.n + b.n, d: a.d } : q(a.n * b.d + b.n * a.d, a.d * b.d))
const sub = (a: Q, b: Q): Q => add(a, { n: -b.n, d: b.d })
const mul = (a: Q, b: Q): Q => q(a.n * b.n, a.d * b.d)
const div = (a: Q, b: Q): Q => q(a.n * b.d, a.d * b.n)
const compare = (a: Q, b: Q): number => sign(sub(a, b))
const sign = (a: Q): number => (a.n > 0n ? 1 : a.n < 0n ? -1 : 0)
const absolute = (a: Q): Q => (a.n < 0n ? { n: -a.n, d: a.d } : a)
const least = (a: Q, b: Q): Q => (compare(a, b) <= 0 ? a : b)

/** The number a decimal text says, exactly; null where it says none. */
export function parse(text: unknown): Q | null {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(String(text ?? '').trim())
  if (found === null) return null
  const [, minus, integer = '', fraction = '', exponent = '0'] = found
  if (integer + fraction === '') return null
  const digits = BigInt(integer + fraction) * (minus === '-' ? -1n : 1n)
  const power = Number(exponent) - fraction.length
  return power >= 0 ? whole(digits * 10n ** BigInt(power)) : { n: digits, d: 10n ** BigInt(-power) }
}

function must(text: unknown): Q {
  const value = parse(text)
  if (value === null) throw new Error(`expected a decimal number, found ${String(text)}`)
  return value
}

/** A price after a split: its first twelve digits, the rest rounded half up. */
function twelveDigits(a: Q): Q {
  if (sign(a) === 0) return a
  let places = 40
  while (compare(mul(absolute(a), whole(10n ** BigInt(places))), whole(10n ** 12n)) >= 0) places--
  const scaled = mul(absolute(a), whole(10n ** BigInt(places)))
  const digits = (scaled.n * 2n + scaled.d) / (scaled.d * 2n)
  return { n: a.n < 0n ? -digits : digits, d: 10n ** BigInt(places) }
}

/** At most 12 decimals, half-even, zeros stripped. */
export function rounded(a: Q): string {
  const scaled = (a.n < 0n ? -a.n : a.n) * 10n ** 12n
  const below = scaled / a.d
  const twiceRest = (scaled % a.d) * 2n
  const up = twiceRest > a.d || (twiceRest === a.d && below % 2n === 1n)
  return printDecimal(a.n < 0n, up ? below + 1n : below, 12)
}

/** Every decimal of a number that has finitely many. */
export function plain(a: Q): string {
  for (let places = 0; places < 200; places++) {
    const scaled = a.n * 10n ** BigInt(places)
    if (scaled % a.d === 0n) return printDecimal(a.n < 0n, (a.n < 0n ? -scaled : scaled) / a.d, places)
  }
  throw new Error(`${a.n}/${a.d} has no end`)
}

function printDecimal(isNegative: boolean, scaled: bigint, places: number): string {
  const digits = scaled.toString().padStart(places + 1, '0')
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '')
  const text = digits.slice(0, digits.length - places) + (places > 0 && fraction !== '' ? `.${fraction}` : '')
  return isNegative && scaled !== 0n ? `-${text}` : text
}
