// The border where TWS's messages become facts, as tables.
import { describe, expect, test } from 'vitest'
import { CODES, classify } from '#broker/tws-codes.ts'
import {
  isHalted,
  isPastLimit,
  mergeInstruments,
  parseCommission,
  parseContract,
  parseContractDetails,
  parseExecution,
  parsePrint,
  parseSide,
  parseTime,
  type TwsExecution,
  zoneOf,
  zoneOfConnectionTime,
} from '#broker/tws-parse.ts'
import type { Instrument } from '#core/facts.ts'

const NEW_YORK = 'America/New_York'

describe('a time, in every way TWS prints it', () => {
  test.each([
    // text, zone where it names none, expected
    ['20250415  19:38:31', NEW_YORK, '2025-04-15T23:38:31Z'], // up to server version 173: two spaces, login zone
    ['20250415 19:38:31', 'Asia/Shanghai', '2025-04-15T11:38:31Z'],
    ['20260413 15:27:04 US/Eastern', 'UTC', '2026-04-13T19:27:04Z'],
    ['20260113 15:27:04 US/Eastern', 'UTC', '2026-01-13T20:27:04Z'],
    ['20260413 15:27:04 America/New_York', 'UTC', '2026-04-13T19:27:04Z'],
    ['20260413 15:27:04 MET', 'UTC', '2026-04-13T13:27:04Z'],
    ['20260413 15:27:04 Universal', NEW_YORK, '2026-04-13T15:27:04Z'],
    ['20260413 15:27:04 UTC', NEW_YORK, '2026-04-13T15:27:04Z'],
    ['20260413-13:27:04', NEW_YORK, '2026-04-13T13:27:04Z'], // the API setting 'UTC format'
    ['20260413-15:27:04 US/Eastern', 'UTC', '2026-04-13T19:27:04Z'],
    ['20260413 15:27:04 Central European Standard Time', 'UTC', '2026-04-13T13:27:04Z'],
    ['20260413 15:27:04 China Standard Time', 'UTC', '2026-04-13T07:27:04Z'],
    ['20260413 15:27:04 中国标准时间', 'UTC', '2026-04-13T07:27:04Z'],
    ['20260413 15:27:04 Eastern Standard Time', 'UTC', '2026-04-13T19:27:04Z'],
    ['20260713 15:27:04 EST', 'UTC', '2026-07-13T19:27:04Z'], // the place, with its summer time
    ['20260713 15:27:04 EDT', 'UTC', '2026-07-13T19:27:04Z'],
    ['20260413 15:27:04 CST', 'America/Chicago', '2026-04-13T20:27:04Z'],
    ['20260413 15:27:04 CST', 'Asia/Shanghai', '2026-04-13T07:27:04Z'],
    ['20260413 15:27:04 GMT+8', 'UTC', '2026-04-13T07:27:04Z'],
    ['20260413 15:27:04 Asia/Hong_Kong', 'UTC', '2026-04-13T07:27:04Z'],
    ['20260308 03:30:00 US/Eastern', 'UTC', '2026-03-08T07:30:00Z'], // the hour after the spring change
    ['20261101 03:30:00 US/Eastern', 'UTC', '2026-11-01T08:30:00Z'], // and after the autumn one
    ['20131007 09:30:01 US/Eastern', 'UTC', '2013-10-07T13:30:01Z'],
    ['20260413 15:27:04', '+08:00', '2026-04-13T07:27:04Z'],
  ])('%s in %s', (text, zone, expected) => {
    expect(new Date(parseTime(text, zone) ?? Number.NaN).toISOString()).toBe(new Date(expected).toISOString())
  })

  test.each(['', '20260413', '15:27:04', '20260231 10:00:00', '20260413 25:00:00', '20260413 15:27:04 Atlantis/Capital', 'N/A'])("'%s' is refused", (text) => {
    expect(parseTime(text, NEW_YORK)).toBeNull()
  })

  test('the zone of the connection time', () => {
    expect(zoneOfConnectionTime('20261001 09:30:00 US/Eastern')).toBe('US/Eastern')
    expect(zoneOfConnectionTime('20261001 09:30:00 Central European Standard Time')).toBe('Europe/Warsaw')
    expect(zoneOfConnectionTime('20261001 09:30:00')).toBeNull()
    expect(zoneOfConnectionTime('')).toBeNull()
    expect(zoneOf('Nowhere Standard Time')).toBeNull()
  })
})

describe('a contract', () => {
  test.each([
    // multiplier as decoded, expected
    [0, undefined],
    [undefined, undefined],
    ['', undefined],
    [50, '50'],
    [0.1, '0.1'],
    [1000, '1000'],
    [Number.MAX_VALUE, undefined],
  ])('multiplier %s', (multiplier, expected) => {
    expect(parseContract({ conId: 1, symbol: 'X', secType: 'FUT', currency: 'USD', ...(multiplier === undefined ? {} : { multiplier }) })).toEqual({
      kind: 'instrument',
      conId: 1,
      symbol: 'X',
      secType: 'FUT',
      currency: 'USD',
      ...(expected === undefined ? {} : { multiplier: expected }),
    })
  })

  test("an option keeps its strike and right; a stock's empty ones are absent; the exchange of a fill is not the instrument's", () => {
    const option = {
      conId: 2,
      symbol: 'SPY',
      secType: 'OPT',
      currency: 'USD',
      lastTradeDateOrContractMonth: '20261218',
      strike: 612.5,
      right: 'P',
      multiplier: 100,
      exchange: 'CBOE',
    }
    expect(parseContract(option)).toEqual({
      kind: 'instrument',
      conId: 2,
      symbol: 'SPY',
      secType: 'OPT',
      currency: 'USD',
      expiry: '20261218',
      strike: '612.5',
      right: 'P',
      multiplier: '100',
    })
    const stock = {
      conId: 1,
      symbol: 'IBM',
      secType: 'STK',
      currency: 'USD',
      lastTradeDateOrContractMonth: '',
      strike: 0,
      right: '?',
      exchange: 'ISLAND',
      localSymbol: 'IBM',
    }
    expect(parseContract(stock)).toEqual({ kind: 'instrument', conId: 1, symbol: 'IBM', secType: 'STK', currency: 'USD', localSymbol: 'IBM' })
    expect(parseContract({ symbol: 'IBM' })).toHaveProperty('refused')
    expect(parseContract({ conId: 3, lastTradeDateOrContractMonth: '20261218 08:30 US/Central' })).toMatchObject({ expiry: '20261218' })
  })

  test('its details say the rest; a thin one later takes nothing away', () => {
    const full = parseContractDetails({
      contract: { conId: 1, symbol: 'ES', secType: 'FUT', currency: 'USD', exchange: 'CME', multiplier: 50 },
      minTick: 0.25,
      priceMagnifier: 1,
      underSymbol: 'ES',
      timeZoneId: 'Central Standard Time',
      tradingHours: '20131007:1700-20131008:1600',
      liquidHours: '20131008:0830-20131008:1515',
    }) as Instrument
    expect(full).toMatchObject({ exchange: 'CME', minTick: '0.25', underlying: 'ES', timeZone: 'America/Chicago', liquidHours: '20131008:0830-20131008:1515' })
    expect(full).not.toHaveProperty('priceMagnifier')
    const thin = parseContract({ conId: 1, symbol: 'ES', secType: 'FUT', currency: 'USD', multiplier: 50 }) as Instrument
    expect(mergeInstruments(full, thin)).toEqual(full)
    expect(mergeInstruments(undefined, thin)).toEqual(thin)
  })
})

describe('an execution', () => {
  const contract = { conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
  const execution: TwsExecution = {
    execId: '0000e0d5.69dd7411.01.01',
    time: '20131007 09:30:01 US/Eastern',
    acctNumber: 'DU1',
    exchange: 'ISLAND',
    side: 'BOT',
    shares: 100,
    price: 183.11,
    permId: 71,
    orderId: 5,
    clientId: 7,
    orderRef: 'breakout',
    liquidation: 0,
  }

  test('is told with all it says', () => {
    expect(parseExecution(contract, execution, 'UTC')).toEqual({
      kind: 'execution',
      executionId: '0000e0d5.69dd7411.01.01',
      account: 'DU1',
      conId: 8314,
      side: 'BUY',
      quantity: '100',
      price: '183.11',
      at: Date.parse('2013-10-07T13:30:01Z'),
      permId: '71',
      orderId: '5',
      clientId: '7',
      orderRef: 'breakout',
      exchange: 'ISLAND',
    })
  })

  test.each([
    // what TWS sends, what becomes of it (undefined: absent)
    ['side SLD', { side: 'SLD' }, { side: 'SELL' }],
    ['no order of the API: 0', { orderId: 0, permId: 0 }, { orderId: undefined, permId: undefined }],
    ['no order of the API: 2147483647', { orderId: 2147483647 }, { orderId: undefined }],
    ['a negative order id (TWS order)', { orderId: -3 }, { orderId: undefined }],
    ['a permId beyond 32 bits', { permId: 4294967297000 }, { permId: '4294967297000' }],
    ['no reference', { orderRef: '' }, { orderRef: undefined }],
    ['client id 0', { clientId: 0 }, { clientId: '0' }],
    ['a forced sale', { liquidation: 1 }, { liquidation: true }],
    ['a price of 0', { price: 0 }, { price: '0' }],
    ['a negative price', { price: -1.25 }, { price: '-1.25' }],
    ['a bust', { shares: 0 }, { quantity: '0' }],
    ['a fraction of a share', { shares: 0.0000001 }, { quantity: '0.0000001' }],
    ['a long quantity', { shares: 1145.929445, price: 30.2374637 }, { quantity: '1145.929445', price: '30.2374637' }],
    ['an id that is not hexadecimal', { execId: 'FXSMLCUS.0005523d.01.01' }, { executionId: 'FXSMLCUS.0005523d.01.01' }],
  ])('%s', (_, sent, expected) => {
    expect(parseExecution(contract, { ...execution, ...sent }, 'UTC')).toEqual({ ...parseExecution(contract, execution, 'UTC'), ...expected })
  })

  test.each([
    ['no id', { execId: '' }],
    ['no account', { acctNumber: '' }],
    ['an unknown side', { side: 'N' }],
    ['no time', { time: '' }],
    ['a price that is unset', { price: Number.MAX_VALUE }],
    ['a price that is not a number', { price: Number.NaN }],
    ['a negative quantity', { shares: -1 }],
  ])('%s is refused with the reason', (_, sent) => {
    expect(parseExecution(contract, { ...execution, ...sent }, 'UTC')).toHaveProperty('refused')
  })
})

describe('a commission', () => {
  test.each([
    [
      { execId: 'a', commission: 1, currency: 'USD' },
      { kind: 'commission', executionId: 'a', amount: '1', currency: 'USD' },
    ],
    [
      { execId: 'a', commission: -0.3333, currency: 'USD' },
      { kind: 'commission', executionId: 'a', amount: '-0.3333', currency: 'USD' },
    ],
    [
      { execId: 'a', commission: 0, currency: 'HKD' },
      { kind: 'commission', executionId: 'a', amount: '0', currency: 'HKD' },
    ],
    [{ execId: 'a', commission: Number.MAX_VALUE, currency: 'USD' }, null],
    [{ execId: 'a', currency: 'USD' }, null],
    [{ commission: 1, currency: 'USD' }, null],
  ])('%j', (report, expected) => {
    expect(parseCommission(report)).toEqual(expected)
  })
})

describe('a price', () => {
  test.each([
    ['183.15;100;1381152601500;4200;183.12;true', { price: 183.15, at: 1381152601500 }],
    ['183.15;100;;4200;183.12;true', { price: 183.15, at: null }],
    [';0;1381152601500;4200;183.12;true', null], // only the volume moved
    ['NaN;1;1381152601500;;;', null],
    ['-1;0;1381152601500;;;', null],
    ['-37.63;1;1587405600000;;;', { price: -37.63, at: 1587405600000 }], // oil, April 2020: the recorder judges
    ['', null],
  ])("the print '%s'", (value, expected) => {
    expect(parsePrint(value)).toEqual(expected)
  })

  test.each([
    [183.15, 100, 'STK', 183.15],
    [183.15, 0, 'STK', 183.15],
    [-1, 0, 'STK', null],
    [0, 0, 'OPT', null],
    [-1, 0, 'BAG', null],
    [-1, 5, 'BAG', -1],
    [0, 5, 'BAG', 0],
    [Number.MAX_VALUE, 1, 'STK', null],
    [undefined, 1, 'STK', null],
  ])('the side %s with size %s of a %s', (price, size, secType, expected) => {
    expect(parseSide(price, size, secType)).toBe(expected)
  })

  test('masks and halts', () => {
    expect([undefined, '0', '1', '2', '3', '4', '6'].map(isPastLimit)).toEqual([false, false, false, true, true, false, true])
    expect([undefined, -1, 0, 1, 2].map(isHalted)).toEqual([false, false, false, true, true])
  })
})

describe('codes', () => {
  test.each([10167, 10090, 10091, 2104, 2106, 2158, 2107, 2108, 2119, 399, 492, 300, 366])('advisory code %i never ends a subscription', (code) => {
    expect(classify(code, 'Requested market data is not subscribed', 7).action).toBe('KEEP')
  })

  test.each([
    [200, 'STOP'],
    [321, 'STOP'],
    [354, 'STOP'],
    [10187, 'STOP'],
    [10189, 'STOP'],
    [10168, 'STOP'],
    [10197, 'RETRY'],
    [100, 'RETRY'],
    [420, 'RETRY'],
    [101, 'LINE_LIMIT'],
    [326, 'CLIENT_ID'],
    [502, 'RECONNECT'],
    [504, 'RECONNECT'],
    [507, 'RECONNECT'],
    [1300, 'RECONNECT'],
    [1101, 'RESUBSCRIBE'],
    [1102, 'CATCH_UP'],
  ])('%i: %s', (code, action) => {
    expect(classify(code, '', 7).action).toBe(action)
  })

  test.each([103, 104, 110, 201, 202, 434, 2102, 2109, 2137, 2168, 2169, 10147, 10148, 10349])(
    '%i is about an order, whose number may be that of a request: it ends none',
    (code) => {
      expect(classify(code, 'Order rejected - Reason:', 7).action).toBe('KEEP')
    },
  )

  test('a code nobody told us about ends its own request, unless it warns or names none', () => {
    expect(classify(99999, 'no', 7).action).toBe('STOP')
    expect(classify(99999, 'Warning: maybe', 7).action).toBe('KEEP')
    expect(classify(99999, 'no', null).action).toBe('KEEP')
    expect(classify(2999, 'no', 7).action).toBe('KEEP')
    expect(classify(1100, '', null).meaning).toBe('FEED_LOST')
    expect(classify(1102, '', null).meaning).toBe('FEED_RESTORED')
    expect(Object.keys(CODES).length).toBeGreaterThan(40)
  })
})
