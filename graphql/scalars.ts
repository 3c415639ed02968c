// The scalars: how numbers, instants and days cross the border as text. Parsing refuses what it cannot keep exactly; nothing is rounded.
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { decimal, parseDecimal, plain } from '#core/decimal.ts'
import { parseDuration, parseInstant, printInstant } from '#core/time.ts'

const PLAIN_DECIMAL = /^-?\d+(?:\.\d+)?$/
const DAY = /^\d{4}-\d\d-\d\d$/
const WHOLE = /^-?\d{1,16}$/

export const scalars = {
  /** Stored text goes out as it is; a double (a mark's price) as its shortest plain notation. */
  Decimal: scalar({
    name: 'Decimal',
    expected: 'a decimal number as text, such as "183.11"',
    print: (value) =>
      typeof value === 'string' && PLAIN_DECIMAL.test(value) ? value : typeof value === 'number' && Number.isFinite(value) ? doubleText(value) : undefined,
    read: (value) => {
      if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined
      const read = typeof value === 'string' || typeof value === 'number' ? parseDecimal(value) : null
      return read === null ? undefined : plain(read)
    },
  }),
  DateTime: scalar({
    name: 'DateTime',
    expected: 'an ISO 8601 instant, such as "2013-10-07T13:30:01.500Z"',
    print: (value) => (typeof value === 'number' && Number.isFinite(value) ? printInstant(value) : undefined),
    read: (value) => (typeof value === 'string' ? (parseInstant(value) ?? undefined) : undefined),
  }),
  Date: scalar({
    name: 'Date',
    expected: 'a day, such as "2013-10-07"',
    print: (value) => (typeof value === 'string' && DAY.test(value) ? value : undefined),
    read: (value) => (typeof value === 'string' && DAY.test(value) && parseInstant(value) !== null ? value : undefined),
  }),
  BigInt: scalar({
    name: 'BigInt',
    expected: 'a whole number of at most 9007199254740991, as a number or as text',
    print: (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : typeof value === 'bigint' ? safely(value) : undefined),
    read: (value) => {
      const number = typeof value === 'string' && WHOLE.test(value) ? Number(value) : value
      return Number.isSafeInteger(number) ? number : undefined
    },
  }),
  Duration: scalar({
    name: 'Duration',
    expected: 'an ISO 8601 duration of days, hours, minutes and seconds, such as "PT2H"',
    print: (value) => (typeof value === 'string' && parseDuration(value) !== null ? value : undefined),
    read: (value) => (typeof value === 'string' && parseDuration(value) !== null ? value : undefined),
  }),
}

interface Border {
  readonly name: string
  readonly expected: string
  /** What is sent; undefined where the value is none of this kind, which is a fault of ours. */
  readonly print: (value: unknown) => unknown
  /** What the resolvers get; undefined where the value is none of this kind, which is a fault of the caller. */
  readonly read: (value: unknown) => unknown
}

function scalar({ name, expected, print, read }: Border): GraphQLScalarType {
  const parse = (value: unknown, nodes?: ValueNode) => {
    const found = read(value)
    if (found !== undefined) return found
    throw new GraphQLError(`expected ${expected}, found ${JSON.stringify(value)?.slice(0, 60)}`, { nodes, extensions: { code: 'BAD_USER_INPUT' } })
  }
  return new GraphQLScalarType({
    name,
    serialize: (value) => {
      const printed = print(value)
      if (printed === undefined) throw new GraphQLError(`expected ${expected}, found ${String(value)}`)
      return printed
    },
    parseValue: (value) => parse(value),
    parseLiteral: (node) => {
      if (node.kind === Kind.INT) return parse(Number.isSafeInteger(Number(node.value)) ? Number(node.value) : node.value, node)
      if (node.kind === Kind.STRING || node.kind === Kind.FLOAT) return parse(node.value, node)
      return parse(undefined, node)
    },
  })
}

/** The shortest text that is this double; only one with an exponent needs the library. */
function doubleText(value: number): string {
  const text = String(value)
  return text.includes('e') ? plain(decimal(value)) : text
}

/** JSON's own number where no digit is lost, text beyond. */
function safely(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}
