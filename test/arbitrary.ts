// Random tapes as lines of text, for laws and for comparing two engines: small, hostile, and made so that they shrink to something a reader can follow.
// It knows the tape's format and nothing of any engine.
import fc from 'fast-check'
import type { NaiveInput } from './naive.ts'

type ValueOf<A> = A extends fc.Arbitrary<infer T> ? T : never

/** A contract with its price grid. Level 0 is the base price; the grids make round percentages frequent, so that 'fires at equality' is met often. */
interface Contract {
  readonly instrument: Record<string, unknown>
  readonly base: number
  readonly tick: number
  readonly decimals: number
}
const CONTRACTS: readonly Contract[] = [
  {
    instrument: {
      ...{ kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD', exchange: 'SMART', timeZone: 'US/Eastern' },
      ...hours('20131007:0400-20131007:2000', '20131007:0930-20131007:1600'),
    },
    base: 50,
    tick: 0.25,
    decimals: 2,
  },
  {
    instrument: {
      ...{ kind: 'instrument', conId: 2, symbol: 'FFF', secType: 'FUT', currency: 'USD', multiplier: '100', minTick: '0.1', timeZone: 'America/Chicago' },
      ...hours('20131006:1700-20131007:0832;20131007:0859-20131007:1600', '20131007:0830-20131007:0831;20131007:0901-20131007:1515'),
    },
    base: 1313.7,
    tick: 0.1,
    decimals: 1,
  },
  { instrument: { kind: 'instrument', conId: 3, symbol: 'CMB', secType: 'BAG', currency: 'USD', multiplier: '100' }, base: 0, tick: 0.05, decimals: 2 },
  {
    instrument: {
      ...{ kind: 'instrument', conId: 4, symbol: 'EEE', secType: 'STK', currency: 'EUR', multiplier: '0', timeZone: 'Europe/Berlin' },
      ...hours('20131007:0800-20131007:2200', '20131007:0900-20131007:1530'),
    },
    base: 10,
    tick: 0.01,
    decimals: 2,
  },
  { instrument: { kind: 'instrument', conId: 5, symbol: 'SSS', secType: 'BAG', currency: 'USD', multiplier: '' }, base: -3, tick: 0.03, decimals: 2 },
  {
    instrument: {
      ...{ kind: 'instrument', conId: 6, symbol: 'OPT', secType: 'OPT', currency: 'USD', multiplier: '0.5', timeZone: 'America/New_York' },
      // Of the hours outside these nothing is told.
      liquidHours: '20131006:CLOSED;20131007:0930-20131007:0931;20131007:0932-20131007:1600',
    },
    base: 0.07,
    tick: 0.01,
    decimals: 2,
  },
  {
    instrument: { kind: 'instrument', conId: 7, symbol: 'USD.TWD', secType: 'CASH', currency: 'TWD', multiplier: '1' },
    base: 30.2374637,
    tick: 0.0000301,
    decimals: 7,
  },
  { instrument: { kind: 'instrument', conId: 8, symbol: 'BTC', secType: 'CRYPTO', currency: 'USD' }, base: 67123.45, tick: 333.33, decimals: 2 },
]
const ACCOUNTS = ['DU1', 'DU2', 'DU3']
/** 2013-10-07T13:29:50Z, ten seconds before New York opens. */
const START = Date.UTC(2013, 9, 7, 13, 29, 50)

/** Holidays around are told too. */
function hours(trading: string, liquid: string) {
  return { tradingHours: `${trading};20131008:CLOSED`, liquidHours: `20131006:CLOSED;${liquid}` }
}

/** Near the base mostly; sometimes 7 % above or 10 % below, where the jump filter looks. */
const levels = fc.record({ ticks: fc.integer({ min: -8, max: 8 }), cluster: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.constantFrom(7, 8, -10)) })
function priceAt(contract: Contract, { ticks, cluster }: { ticks: number; cluster: number }): string {
  const onGrid = Math.round((contract.base * (1 + cluster / 100)) / contract.tick) + ticks
  return (onGrid * contract.tick).toFixed(contract.decimals)
}

/** Whole seconds, as TWS tells executions, and milliseconds around them, so that fills and marks share instants; sometimes much later. */
const times = fc
  .record({
    second: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 20 }) },
      { weight: 2, arbitrary: fc.integer({ min: 21, max: 200 }) },
      fc.constantFrom(60, 61, 1800, 3600, 7200),
    ),
    ms: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(1, 250, 500, 999)),
  })
  .map(({ second, ms }) => START + second * 1000 + ms)

const quantities = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1', '2', '3') },
  { weight: 4, arbitrary: fc.constantFrom('100', '7', '0.5', '0.3333', '1.50', '300') },
  fc.constantFrom('1145.929445', '1143.28313142', '0.00012345', '2500000'),
)
const amounts = fc.constantFrom('1.00', '0.35', '2.123456', '-0.25', '0', '0.333333')
const currencies = fc.oneof({ weight: 6, arbitrary: fc.constant('own') }, fc.constantFrom('EUR', 'USD', 'CHF'))

/** What a `.02` or `.03` says instead; quantity 0 is a bust. Without an instant of its own it carries the first one's. */
const corrections = fc.record({
  quantity: fc.oneof(quantities, fc.constant('0')),
  level: levels,
  at: fc.option(times, { nil: null }),
  turns: fc.boolean(),
  forced: fc.boolean(),
})

const refs = fc.record({ words: fc.constantFrom('', 'gap ', 'gap up #fast '), stop: fc.option(levels, { nil: null, freq: 4 }) })

/** A stop set, or moved, for whatever an execution opened. */
const plans = fc.record({ execution: fc.nat({ max: 11 }), stop: fc.option(levels, { nil: null, freq: 9 }), at: times, tape: fc.nat({ max: 1 }) })

const executions = (contracts: number) =>
  fc.record({
    contract: fc.nat({ max: contracts - 1 }),
    account: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 2 })),
    side: fc.constantFrom('BUY', 'SELL'),
    quantity: quantities,
    level: levels,
    freePrice: fc.oneof({ weight: 20, arbitrary: fc.constant(false) }, fc.constant(true)),
    at: times,
    order: fc.oneof(
      fc.record({ permId: fc.integer({ min: 1, max: 3 }).map(String) }),
      fc.record({ permId: fc.constant('0'), orderId: fc.integer({ min: 1, max: 2 }).map(String), clientId: fc.constantFrom('0', '7') }),
      fc.record({ orderId: fc.integer({ min: 3, max: 4 }).map(String) }),
      fc.constantFrom({}, { orderId: '0', clientId: '7' }),
    ),
    /** What the trader wrote beside the order; a stop at a level. */
    ref: fc.oneof({ weight: 4, arbitrary: fc.constant<ValueOf<typeof refs> | null>(null) }, refs),
    fiveSegments: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
    corrections: fc.oneof({ weight: 6, arbitrary: fc.constant<ValueOf<typeof corrections>[]>([]) }, fc.array(corrections, { maxLength: 2 })),
    commissions: fc.oneof(
      { weight: 4, arbitrary: fc.constant([{ amount: '1.00', currency: 'own', at: null, suffix: 1 }]) },
      fc.array(fc.record({ amount: amounts, currency: currencies, at: fc.option(times, { nil: null, freq: 1 }), suffix: fc.integer({ min: 1, max: 2 }) }), {
        maxLength: 3,
      }),
    ),
    forced: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
    isRepeated: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
    isHeld: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
    cancelled: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
    tape: fc.nat({ max: 1 }),
  })

/** What moves a position without an execution: adopted, or settled for one of the reasons. */
const movements = (contracts: number) =>
  fc.record({
    contract: fc.nat({ max: contracts - 1 }),
    account: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 2 })),
    reason: fc.constantFrom(null, null, 'EXPIRY', 'EXERCISE', 'ASSIGNMENT', 'CASH_IN_LIEU', 'TRANSFER_OUT'),
    isShort: fc.boolean(),
    quantity: fc.oneof({ weight: 9, arbitrary: quantities }, fc.constant('0')),
    level: levels,
    at: times,
    isRepeated: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    tape: fc.nat({ max: 1 }),
  })

/** Ratios whose quotients stay within the twelve digits a price keeps over two splits. */
const splits = (contracts: number) =>
  fc.record({ contract: fc.nat({ max: contracts - 1 }), ratio: fc.constantFrom('2', '0.5', '5', '0.1', '10', '0.20'), at: times, tape: fc.nat({ max: 1 }) })

/** Whether the high is above the low is nobody's promise. */
const bars = (contracts: number) =>
  fc.record({
    contract: fc.nat({ max: contracts - 1 }),
    from: times,
    length: fc.constantFrom(0, 1000, 5000, 60_000),
    high: levels,
    low: levels,
    isRepeated: fc.boolean(),
    tape: fc.nat({ max: 1 }),
  })

const dayRanges = (contracts: number) =>
  fc.record({
    contract: fc.nat({ max: contracts - 1 }),
    high: fc.option(levels, { nil: null }),
    low: fc.option(levels, { nil: null }),
    stands: fc.boolean(),
    earlier: fc.option(fc.constantFrom(0, 1_000, 60_000), { nil: null }),
    at: times,
    tape: fc.nat({ max: 1 }),
  })

const links = fc.record({
  account: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 2 })),
  exitPermId: fc.integer({ min: 1, max: 3 }).map(String),
  entryPermId: fc.integer({ min: 1, max: 4 }).map(String),
})

const flaws = fc.oneof(
  { weight: 14, arbitrary: fc.constant({}) },
  fc.constantFrom<Record<string, unknown>>(
    { price: '' },
    { price: '0' },
    { price: '-1' },
    { price: 'NaN' },
    { suspicious: '1' },
    { sale_condition_hex: '100000' },
    { sale_condition_hex: '20000200' },
    { sale_condition_hex: '20002020' },
    { unreported: true },
    { pastLimit: true },
    { halted: true },
  ),
)

/** A tape's own marks; `csv` ones go to a `--marks` file instead. */
const marks = (contracts: number) =>
  fc.record({
    contract: fc.nat({ max: contracts - 1 }),
    level: levels,
    at: times,
    flaw: flaws,
    /** Bid and ask around the level, in ticks; crossed ones included. */
    quote: fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, fc.record({ below: fc.integer({ min: -1, max: 6 }), above: fc.integer({ min: 0, max: 6 }) })),
    tape: fc.nat({ max: 1 }),
    csv: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, fc.constant(true)),
  })

const percents = fc.constantFrom('0', '0.5', '1', '1.5', '2', '0.1', '3.3')
const durations = fc.constantFrom('PT0S', 'PT1S', 'PT5S', 'PT2M', 'PT30M', 'PT2H')
const scopes = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  fc.constantFrom(
    { scope: { accounts: ['DU1'] } },
    { scope: { symbols: ['AAA', 'CMB'] } },
    { scope: { sides: ['LONG'] } },
    { scope: { sides: ['SHORT'], secTypes: ['STK', 'BAG'] } },
    { scope: { held: true } },
    { scope: { held: false } },
    { scope: { strategies: ['gap', 'gap up'] } },
    { scope: { sessions: ['REGULAR'] } },
    { scope: { sessions: ['PRE', 'POST', 'OVERNIGHT'] } },
    { scope: { sessions: ['REGULAR', 'OVERNIGHT'], sides: ['LONG'] } },
  ),
)
const repeats: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.record({ repeat: fc.constantFrom(true, true, 2, 3, false, 1) }),
  fc.record({ repeat: fc.constantFrom(true, 2), cooldown: fc.constantFrom('PT0S', 'PT1S', 'PT5S', 'PT2M') }),
)
const common = fc
  .record({
    scope: scopes,
    unit: fc.constantFrom<Record<string, unknown>>({}, { unit: 'ORDER' }, { unit: 'ROUND_TRIP' }),
    confirm: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, fc.constantFrom({ confirm: 1 }, { confirm: 2 }, { confirm: 3 })),
    enabled: fc.oneof({ weight: 8, arbitrary: fc.constant({}) }, fc.constantFrom({ enabled: true }, { enabled: false })),
    clock: fc.constantFrom<Record<string, unknown>>({}, { clock: 'wall' }, { clock: 'session' }),
    repeat: repeats,
  })
  .map(({ scope, unit, confirm, enabled, clock, repeat }) => ({ ...scope, ...unit, ...confirm, ...enabled, ...clock, ...repeat, severity: 'warn' }))

/** A threshold under one of its three names; the amounts are what a few ticks of one contract or another are worth. */
const threshold = (pct: string, amount: string, r: string): fc.Arbitrary<Record<string, unknown>> =>
  fc.oneof(
    { weight: 2, arbitrary: percents.map((value) => ({ [pct]: value })) },
    fc.constantFrom('0', '0.05', '0.25', '0.5', '1', '10', '25', '100', '1000').map((value) => ({ [amount]: value })),
    fc.constantFrom('0', '0.5', '1', '2', '0.1').map((value) => ({ [r]: value })),
  )
const own = threshold('pct', 'amount', 'r')
const arm = fc.oneof(fc.constant<Record<string, unknown>>({}), threshold('armPct', 'armAmount', 'armR'))

/** One rule without its id. */
const rules: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.oneof(
      own.map((one) => ({ kind: 'MAE_STOP', ...one })),
      fc.array(own, { minLength: 1, maxLength: 3 }).map((tiers) => ({ kind: 'MFE_TARGET', tiers: tiers.map((tier) => ({ ...tier, take: '1/3' })) })),
      fc.tuple(own, arm).map(([one, armed]) => ({ kind: 'TRAILING_STOP', ...one, ...armed })),
      fc.tuple(fc.constantFrom('0.5', '0.25', '1'), arm).map(([fraction, armed]) => ({ kind: 'GIVEBACK', fraction, ...armed })),
      fc.tuple(durations, threshold('mfeBelowPct', 'mfeBelowAmount', 'mfeBelowR')).map(([after, below]) => ({ kind: 'TIME_STOP', after, ...below })),
      fc.tuple(durations, threshold('resultBelowPct', 'resultBelowAmount', 'resultBelowR')).map(([after, below]) => ({ kind: 'NO_PROGRESS', after, ...below })),
    ),
    common,
  )
  .map(([rule, shared]) => ({ ...rule, ...shared }))

/** Most tapes know nothing of it. */
function sometimes<T>(some: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant<T[]>([]) }, some)
}

interface Sizes {
  readonly executions?: number
  readonly marks?: number
  readonly rules?: number
}

/** Whole inputs for an engine: two tapes, `--marks` files, rules, filter and unit. */
export function replayInputs(sizes: Sizes = {}): fc.Arbitrary<NaiveInput> {
  const size = 'max'
  return fc.integer({ min: 1, max: 3 }).chain((contracts) =>
    fc
      .record({
        contracts: fc.shuffledSubarray([...CONTRACTS], { minLength: contracts, maxLength: contracts }),
        executions: fc.array(executions(contracts), { maxLength: sizes.executions ?? 12, size }),
        marks: fc.array(marks(contracts), { maxLength: sizes.marks ?? 40, size }),
        rates: fc.array(
          fc.record({ pair: fc.constantFrom(['EUR', 'USD'], ['USD', 'EUR'], ['CHF', 'USD']), rate: fc.constantFrom('1.25', '1.3571', '0.7'), at: times }),
          { maxLength: 3 },
        ),
        movements: sometimes(fc.array(movements(contracts), { minLength: 1, maxLength: 4 })),
        splits: sometimes(fc.array(splits(contracts), { minLength: 1, maxLength: 2 })),
        bars: sometimes(fc.array(bars(contracts), { minLength: 1, maxLength: 8 })),
        dayRanges: sometimes(fc.array(dayRanges(contracts), { minLength: 2, maxLength: 8 })),
        links: sometimes(fc.array(links, { minLength: 1, maxLength: 3 })),
        plans: sometimes(fc.array(plans, { minLength: 1, maxLength: 5 })),
        gaps: fc.array(fc.record({ from: times, length: fc.constantFrom(0, 5000, 300_000) }), { maxLength: 1 }),
        rules: fc.array(rules, { maxLength: sizes.rules ?? 4 }),
        filter: fc.constantFrom<'default' | 'none'>('none', 'default'),
        unit: fc.constantFrom<'order' | 'round-trip' | 'both'>('both', 'both', 'order', 'round-trip'),
        /** Lines by instant, as a real tape has them, or as they came. */
        isSorted: fc.boolean(),
      })
      .map(print),
  )
}

type Story = {
  contracts: Contract[]
  executions: ValueOf<ReturnType<typeof executions>>[]
  marks: ValueOf<ReturnType<typeof marks>>[]
  rates: { pair: readonly string[]; rate: string; at: number }[]
  movements: ValueOf<ReturnType<typeof movements>>[]
  splits: ValueOf<ReturnType<typeof splits>>[]
  bars: ValueOf<ReturnType<typeof bars>>[]
  dayRanges: ValueOf<ReturnType<typeof dayRanges>>[]
  links: ValueOf<typeof links>[]
  plans: ValueOf<typeof plans>[]
  gaps: { from: number; length: number }[]
  rules: Record<string, unknown>[]
  filter: 'default' | 'none'
  unit: 'order' | 'round-trip' | 'both'
  isSorted: boolean
}

function print(story: Story): NaiveInput {
  const contract = (i: number) => story.contracts[i] as Contract
  const facts: { tape: number; at: number; row: Record<string, unknown> }[] = []
  const tell = (tape: number, at: number, row: Record<string, unknown>) => facts.push({ tape, at, row })
  for (const { instrument } of story.contracts) tell(0, 0, instrument)
  story.executions.forEach((execution, i) => {
    const { instrument } = contract(execution.contract)
    const family = `0000e0d5.${i.toString(16).padStart(8, '0')}.01`
    const id = (suffix: number) => (execution.fiveSegments ? `${family}.0${suffix}.01` : `${family}.0${suffix}`)
    const row = {
      kind: 'execution',
      executionId: id(1),
      account: ACCOUNTS[execution.account],
      conId: instrument.conId,
      side: execution.side,
      quantity: execution.quantity,
      price: execution.freePrice ? '0' : priceAt(contract(execution.contract), execution.level),
      at: printInstant(execution.at),
      ...execution.order,
      ...(execution.ref === null ? {} : { orderRef: refOf(execution.ref, contract(execution.contract)) }),
      ...(execution.forced ? { liquidation: true } : {}),
    }
    tell(execution.tape, execution.at, row)
    if (execution.isRepeated) tell(1, execution.at, { ...row, seenAt: printInstant(execution.at) })
    execution.corrections.forEach((correction, c) => {
      const at = correction.at ?? execution.at
      const side = correction.turns ? (execution.side === 'BUY' ? 'SELL' : 'BUY') : execution.side
      const price = priceAt(contract(execution.contract), correction.level)
      const { forced: liquidation, quantity } = correction
      tell(execution.tape, at, { ...row, executionId: id(c + 2), side, quantity, price, at: printInstant(at), liquidation })
    })
    if (execution.isHeld) tell(execution.tape, execution.at, { kind: 'hold', executionId: id(1) })
    if (execution.cancelled > 0) tell(execution.tape, execution.at, { kind: 'cancel', executionId: id(execution.cancelled) })
    for (const { amount, currency, at, suffix } of execution.commissions) {
      if (suffix > 1 + execution.corrections.length) continue // INTERFACES does not say whose a commission without its execution is
      // Nor which rate serves a correction told at another instant than the execution it corrects.
      const isElsewhere = suffix > 1 && (execution.corrections[suffix - 2]?.at ?? null) !== null
      const own = currency === 'own' || isElsewhere ? instrument.currency : currency
      tell(execution.tape, at ?? execution.at, {
        kind: 'commission',
        executionId: id(suffix),
        amount,
        currency: own,
        ...(at === null ? {} : { at: printInstant(at) }),
      })
    }
  })
  for (const { pair, rate, at } of story.rates) tell(0, at, { kind: 'fxRate', base: pair[0], quote: pair[1], rate, at: printInstant(at) })
  for (const { contract: i, account, reason, isShort, quantity, level, at, isRepeated, tape } of story.movements) {
    const row = {
      ...(reason === null ? { kind: 'adopt' } : { kind: 'settlement', reason }),
      account: ACCOUNTS[account],
      conId: contract(i).instrument.conId,
      quantity: isShort ? `-${quantity}` : quantity,
      price: priceAt(contract(i), level),
      at: printInstant(at),
    }
    tell(tape, at, row)
    if (isRepeated) tell(1, at, row)
  }
  for (const { contract: i, ratio, at, tape } of story.splits) {
    tell(tape, at, { kind: 'split', conId: contract(i).instrument.conId, ratio, at: printInstant(at) })
  }
  for (const { contract: i, from, length, high, low, isRepeated, tape } of story.bars) {
    const prices = { high: priceAt(contract(i), high), low: priceAt(contract(i), low) }
    const row = { kind: 'bar', conId: contract(i).instrument.conId, from: printInstant(from), to: printInstant(from + length), ...prices }
    tell(tape, from + length, row)
    if (isRepeated) tell(1, from + length, row)
  }
  for (const { contract: i, high, low, stands, earlier, at, tape } of story.dayRanges) {
    const edges = { ...(high === null ? {} : { high: priceAt(contract(i), high) }), ...(low === null ? {} : { low: priceAt(contract(i), low) }) }
    const since = earlier === null ? {} : { since: printInstant(at - earlier) }
    tell(tape, at, { kind: 'dayRange', conId: contract(i).instrument.conId, at: printInstant(at), ...edges, ...since, ...(stands ? { stands } : {}) })
  }
  for (const { account, ...link } of story.links) tell(0, 0, { kind: 'link', account: ACCOUNTS[account], ...link })
  for (const { execution: i, stop, at, tape } of story.plans) {
    const execution = story.executions[i]
    if (execution === undefined) continue
    const where = stop === null ? { target: '60' } : { stop: priceAt(contract(execution.contract), stop) }
    tell(tape, at, { kind: 'plan', executionId: `0000e0d5.${i.toString(16).padStart(8, '0')}.01.01`, ...where, at: printInstant(at) })
  }
  for (const { from, length } of story.gaps) {
    tell(0, from, { kind: 'gap', conId: contract(0).instrument.conId, from: printInstant(from), to: printInstant(from + length) })
  }
  for (const mark of story.marks) {
    if (mark.csv) continue
    tell(mark.tape, mark.at, {
      kind: 'mark',
      conId: contract(mark.contract).instrument.conId,
      at: printInstant(mark.at),
      ...pricesOf(mark, contract(mark.contract)),
    })
  }
  if (story.isSorted) facts.sort((a, b) => a.at - b.at)
  const tapes = [0, 1].map((tape) => facts.filter((fact) => fact.tape === tape).map((fact) => JSON.stringify(fact.row)))
  const files = story.contracts.flatMap((one, i) => {
    const rows = story.marks.filter((mark) => mark.csv && mark.contract === i)
    const conId = Number(one.instrument.conId)
    // Trades and quotes never share a file: a header has either `price`, or `bid` and `ask`.
    const trades = rows.filter((mark) => mark.quote === null).map((mark) => ({ ts_ms: mark.at, ...pricesOf(mark, one) }))
    const quotes = rows.filter((mark) => mark.quote !== null).map((mark) => ({ ts_ms: mark.at, ...pricesOf(mark, one) }))
    return [
      { conId, csv: csvMarks(['ts_ms', 'price', 'sale_condition_hex', 'suspicious'], trades) },
      { conId, csv: csvMarks(['ts_ms', 'bid', 'ask', 'suspicious'], quotes) },
    ].filter((file) => file.csv.length > 1)
  })
  return {
    tapes: tapes.filter((lines) => lines.length > 0),
    marks: files,
    filter: story.filter,
    unit: story.unit,
    rules: story.rules.map((rule, i) => JSON.stringify({ id: `rule-${i}`, ...rule })),
  }
}

/** `gap up #fast stop=49.25`; a level below 0 cannot be said. */
function refOf({ words, stop }: ValueOf<typeof refs>, contract: Contract): string {
  const price = stop === null ? '-' : priceAt(contract, stop)
  return price.startsWith('-') ? words.trim() : `${words}stop=${price}`
}

/** What a mark says beside its contract and instant. A quote whose price is flawed has that for its bid. */
function pricesOf(mark: Story['marks'][0], contract: Contract): Record<string, unknown> {
  if (mark.quote === null) return { price: priceAt(contract, mark.level), ...mark.flaw }
  const at = (ticks: number) => priceAt(contract, { ...mark.level, ticks: mark.level.ticks + ticks })
  const { price, ...flaw } = mark.flaw as Record<string, unknown>
  return { bid: price ?? at(-mark.quote.below), ask: at(mark.quote.above), ...flaw }
}

/** A `--marks` file as its lines: the header, then one line a row; what a row does not say is empty (`suspicious` 0). */
export function csvMarks(columns: readonly string[], rows: readonly Record<string, unknown>[]): string[] {
  return [columns.join(','), ...rows.map((row) => columns.map((column) => String(row[column] ?? (column === 'suspicious' ? '0' : ''))).join(','))]
}

function printInstant(at: number): string {
  return at % 1000 === 0 ? new Date(at).toISOString().replace('.000Z', 'Z') : new Date(at).toISOString()
}
