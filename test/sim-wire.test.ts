// The gateway's frames: laws of the wire, and messages token for token as they were recorded.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commissionReport, contractOf, execDetails, LIVE } from '#sim/messages.ts'
import { openOrder, orderStatus } from '#sim/order.ts'
import { commonVersion, encodeFrame, FrameReader } from '#sim/wire.ts'

const token = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'))
const tokens = fc.array(token, { minLength: 1, maxLength: 8 })

describe('frames', () => {
  it('law: whatever the network cuts and joins, the reader gives back the frames that were written', () => {
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 12 }), fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
        const bytes = Buffer.concat([Buffer.from('API\0'), ...frames.map(encodeFrame)])
        const reader = new FrameReader({ greets: true })
        const read = []
        for (let at = 0; at < bytes.length; ) {
          const cut = cuts.next().value ?? 1
          read.push(...reader.read(bytes.subarray(at, at + cut)))
          at += cut
        }
        expect(read).toEqual(frames)
      }),
    )
  })

  it('a client greets as the library was recorded to: API, NUL, length, version range', () => {
    const [offer] = new FrameReader({ greets: true }).read(Buffer.from('4150490000000009763130302e2e313933', 'hex'))
    expect(offer).toEqual(['v100..193'])
    expect(commonVersion('v100..193', 193)).toBe(193)
    expect(commonVersion('v100..222', 193)).toBe(193)
    expect(commonVersion('v100..176 +PACEAPI', 193)).toBe(176)
    expect(commonVersion('v201..222', 193)).toBeNull()
    expect(commonVersion('GET / HTTP/1.1', 193)).toBeNull()
  })

  it('a stranger who does not greet, or claims a giant frame, is told what was expected', () => {
    expect(() => new FrameReader({ greets: true }).read(Buffer.from('GET / HTTP/1.1'))).toThrow(/expected the greeting/)
    expect(() => new FrameReader({ greets: false }).read(Buffer.from('7fffffff00', 'hex'))).toThrow(/at most 16777215 bytes/)
  })
})

describe('recorded messages, token for token', () => {
  const contract = { conId: 265598, symbol: 'AAPL', secType: 'STK', currency: 'USD' }
  const aapl = { ...contractOf({ kind: 'instrument', ...contract, multiplier: '1', localSymbol: 'AAPL' }, 'IEX'), tradingClass: 'NMS' }

  it('an execution (recorded at version 200, whose last field came later)', () => {
    const recorded =
      '11|-1|1|265598|AAPL|STK||0.0|||IEX|USD|AAPL|NMS|0000e0d5.69dd7411.01.01|20260413 15:27:04 US/Eastern|DU770846|IEX|BOT|1|257.95|389211034|94|0|1|257.95|||||2|0'
    const built = execDetails(LIVE, aapl, {
      ...{ executionId: '0000e0d5.69dd7411.01.01', account: 'DU770846', exchange: 'IEX', side: 'BOT', quantity: '1', price: '257.95' },
      ...{ time: '20260413 15:27:04 US/Eastern', orderId: '1', permId: '389211034', clientId: '94', liquidation: false },
      ...{ cumulativeQuantity: '1', averagePrice: '257.95', orderRef: '', lastLiquidity: 2 },
    })
    expect(built.join('|')).toBe(recorded)
  })

  it('a commission that opens', () => {
    const recorded = '59|1|00025b46.63f8f39c.01.01|1.0|USD|1.7976931348623157E308|1.7976931348623157E308|'
    expect(commissionReport('00025b46.63f8f39c.01.01', '1.0', 'USD', null).join('|')).toBe(recorded)
  })

  const order = {
    orderId: '5',
    clientId: '100',
    permId: '600745656',
    account: 'DU1234567',
    action: 'BUY',
    quantity: '100',
    orderRef: 'myref',
    type: 'MKT',
    parentId: '0',
  } as const

  it('an order that is filled', () => {
    const progress = { filled: '100', remaining: '0', averagePrice: '201.94', lastPrice: '201.94' }
    expect(orderStatus(order, 'Filled', progress).join('|')).toBe('3|5|Filled|100|0|201.94|600745656|0|201.94|100||0')
  })

  it('an open order has the 141 tokens of the template, each in its place', () => {
    const built = openOrder(order, { ...aapl, exchange: 'SMART' }, 'PreSubmitted')
    expect(built).toHaveLength(141)
    const places = {
      0: '5',
      7: '?',
      15: 'MKT',
      18: 'DAY',
      20: 'DU1234567',
      23: 'myref',
      25: '600745656',
      41: '-1',
      48: '2147483647',
      53: '3',
      61: 'None',
      67: '?',
    }
    const later = {
      81: '2147483647',
      87: 'IB',
      93: 'PreSubmitted',
      94: '1.7976931348623157E308',
      102: '1.7976931348623157E308',
      103: '',
      111: 'None',
      112: '1.7976931348623157E308',
    }
    const last = { 117: '1.7976931348623157E308', 118: '0', 122: '0', 123: '1', 131: '100', 132: '0.02', 136: '0', 138: '0', 140: '2147483647' }
    for (const [place, text] of Object.entries({ ...places, ...later, ...last })) expect([place, built[Number(place)]]).toEqual([place, text])
  })
})
