// The contract as text: what INTERFACES promises is there to the letter, every word of it is explained, and the types are made from it.
import { readFileSync } from 'node:fs'
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  parse,
  print,
  specifiedDirectives,
  validate,
  validateSchema,
} from 'graphql'
import { expect, test } from 'vitest'
import { limitRules } from '#graphql/limits.ts'
import { generateTypes } from '#graphql/codegen.ts'
import { resolvers } from '#graphql/resolvers.ts'
import { buildSchema } from '#graphql/schema.ts'

const schema = buildSchema(resolvers)
const own = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))

/** INTERFACES.md, 'GraphQL': these names and shapes may grow, but do not change. */
const PROMISED = `
type Query {
  trades(filter: TradeFilter, orderBy: TradeOrder, first: Int, after: String, last: Int, before: String): TradeConnection!
  trade(id: ID!): Trade
  alerts(filter: AlertFilter, first: Int, after: String): AlertConnection!
  alertRules: [AlertRule!]!
  review(day: Date!, account: String): Review
  reviews(first: Int, after: String): ReviewConnection!
  brokers: [BrokerStatus!]!
}
type Subscription {
  tradeChanged(filter: TradeFilter, sinceSeq: BigInt): TradeEvent!
  trajectoryAdvanced(tradeId: ID!, sinceSeq: BigInt): TrajectoryEvent!
  alertRaised(filter: AlertFilter, sinceSeq: BigInt): AlertEvent!
  brokerChanged: BrokerStatus!
}
type Trade implements Node {
  id: ID!  unit: TradeUnit!  account: String!  mode: AccountMode!  instrument: Instrument!  side: Side!  status: TradeStatus!
  quantity: Decimal!  entryPrice: Decimal!  exitPrice: Decimal  lastPrice: Decimal  openedAt: DateTime!  closedAt: DateTime
  grossPnl: Decimal  netPnl: Decimal  commission: Decimal  strategy: String  tags: [String!]!  note: String  initialStop: Decimal
  mfe: Excursion!  mae: Excursion!
  provenance: Provenance!
  trajectory(points: Int): Trajectory!
  fills: [Fill!]!  alerts: [Alert!]!  sparkline: String!
}
type Excursion { price: Decimal! at: DateTime! pct: Decimal pctAt: DateTime pnl: Decimal! pnlAt: DateTime! r: Decimal }
type TradeEvent { seq: BigInt! resync: Boolean! trade: Trade }
type TrajectoryEvent { seq: BigInt! resync: Boolean! point: TrajectoryPoint }
type AlertEvent { seq: BigInt! resync: Boolean! alert: Alert }
type TrajectoryPoint { at: DateTime! last: Decimal! mfe: Decimal! mae: Decimal! }
enum AccountMode { LIVE PAPER DEMO }
enum TradeUnit { ORDER ROUND_TRIP }
`

test('what INTERFACES promises is there, with these names, arguments and types', () => {
  for (const definition of parse(PROMISED).definitions) {
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
      const type = schema.getType(definition.name.value)
      expect(isEnumType(type) ? type.getValues().map((value) => value.name) : null).toEqual(definition.values?.map((value) => value.name.value))
    }
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    const type = schema.getType(definition.name.value)
    if (!isObjectType(type)) throw new Error(`no type ${definition.name.value}`)
    expect(type.getInterfaces().map(String)).toEqual(definition.interfaces?.map(print))
    for (const field of definition.fields ?? []) {
      const found = type.getFields()[field.name.value]
      expect(`${type.name}.${field.name.value}: ${found?.type}`).toBe(`${type.name}.${field.name.value}: ${print(field.type)}`)
      expect(found?.args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual(field.arguments?.map((arg) => `${arg.name.value}: ${print(arg.type)}`))
    }
  }
})

test('the schema is sound', () => {
  expect(validateSchema(schema)).toEqual([])
})

test('every type, field, argument and value is explained', () => {
  const silent: string[] = []
  const check = (name: string, description: string | null | undefined) => {
    if (!description?.trim()) silent.push(name)
  }
  for (const type of own) {
    check(type.name, type.description)
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value.description)
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field.description)
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field.description)
      for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg.description)
    }
  }
  expect(silent).toEqual([])
})

test('every field that carries a number without a self-explaining name says its unit', () => {
  const unitless: string[] = []
  for (const type of own) {
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      if (getNamedType(field.type).name !== 'Decimal') continue
      if (!/percent|currency|as quoted|shares|0 to 1|multiples|price/i.test(`${field.description} ${type.description}`))
        unitless.push(`${type.name}.${field.name}`)
    }
  }
  expect(unitless).toEqual([])
})

test("the resolvers' types are those the SDL makes", async () => {
  expect(readFileSync(new URL('../graphql/generated.ts', import.meta.url), 'utf8')).toBe(await generateTypes())
})

test('no directive is there besides those of the specification', () => {
  expect(schema.getDirectives().map((directive) => directive.name)).toEqual(specifiedDirectives.map((directive) => directive.name))
})

const faultsOf = (source: string) => validate(schema, parse(source), limitRules).map((fault) => fault.message)
const deep = (levels: number) => `{ trade(id: "x") { ${'alerts { trade { '.repeat(levels)} id ${'} } '.repeat(levels)} } }`

test('a document is refused for what it costs before it runs: depth, aliases, directives, fields at the top', () => {
  expect(faultsOf(deep(5))).toEqual([])
  expect(faultsOf(deep(6))).toEqual(['expected at most 12 fields inside one another, found 14'])
  expect(faultsOf('{ trade(id: "x") { ...A } } fragment A on Trade { alerts { trade { ...A } } }')).toEqual([])
  expect(
    faultsOf(
      `{ ${Array.from({ length: 20 }, (_, i) => `a${i}: __typename`).join(' ')} brokers { ${Array.from({ length: 20 }, (_, i) => `b${i}: name`).join(' ')} } }`,
    ),
  ).toEqual(['expected at most 20 fields at the top, found 21', 'expected at most 30 aliases, found more'])
  expect(faultsOf(`{ __typename ${'@skip(if: false) '.repeat(31)} }`)).toEqual(['expected at most 30 directives, found more'])
})
