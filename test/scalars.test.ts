// The scalars: what goes out as text comes back as the same number, and nothing that would be rounded comes in.
import fc from 'fast-check'
import { Kind } from 'graphql'
import { expect, test } from 'vitest'
import { scalars } from '#graphql/scalars.ts'

const { Decimal, DateTime, Date: Day, BigInt: Whole, Duration } = scalars

test('a decimal goes out as it is stored, a double in plain notation', () => {
  expect(['183.11', '-0.5', '0', '12345678901234567890.123456789012'].map((text) => Decimal.serialize(text))).toEqual([
    '183.11',
    '-0.5',
    '0',
    '12345678901234567890.123456789012',
  ])
  expect([183.11, 1e-7, 1e21, -0].map((price) => Decimal.serialize(price))).toEqual(['183.11', '0.0000001', '1000000000000000000000', '0'])
  for (const wrong of ['1e-7', '', 'abc', Number.NaN, null, true]) expect(() => Decimal.serialize(wrong)).toThrow('expected a decimal number')
})

test('a decimal comes in as text or as a whole number; a fraction that JSON may have rounded does not', () => {
  expect(['3', '3.50', '1e-3', ' 2 ', 5].map((value) => Decimal.parseValue(value))).toEqual(['3', '3.5', '0.001', '2', '5'])
  for (const wrong of [0.1, 2 ** 53, 'x', '', '1,000', null, {}, [1]]) expect(() => Decimal.parseValue(wrong)).toThrow('expected a decimal number')
  expect(Decimal.parseLiteral({ kind: Kind.FLOAT, value: '0.1' }, {})).toBe('0.1')
  expect(() => Decimal.parseLiteral({ kind: Kind.BOOLEAN, value: true }, {})).toThrow('expected a decimal number')
})

test('law: an instant goes out in UTC with three decimals and comes back the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) }), (at) => {
      const text = DateTime.serialize(at) as string
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(DateTime.parseValue(text)).toBe(at)
    }),
  )
})

test('law: a whole number is a JSON number while JSON keeps it, text beyond', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
      const printed = Whole.serialize(value)
      expect(typeof printed).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'string')
      expect(BigInt(printed as string)).toBe(value)
    }),
  )
  expect([7, '7', '-12'].map((value) => Whole.parseValue(value))).toEqual([7, 7, -12])
  for (const wrong of [1.5, 2 ** 60, '9007199254740993', '1.5', '', 'x', null]) expect(() => Whole.parseValue(wrong)).toThrow('expected a whole number')
})

test('a day and a duration are what they look like or refused', () => {
  expect(Day.parseValue('2013-10-07')).toBe('2013-10-07')
  for (const wrong of ['2013-02-30', '2013-1-1', '07.10.2013', 20131007]) expect(() => Day.parseValue(wrong)).toThrow('expected a day')
  expect(Duration.parseValue('PT2H')).toBe('PT2H')
  for (const wrong of ['2h', 'P', 7200]) expect(() => Duration.parseValue(wrong)).toThrow('expected an ISO 8601 duration')
})
