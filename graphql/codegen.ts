// Writes generated.ts, the resolvers' types, from the SDL: `node graphql/codegen.ts`. A test writes them again and compares.
import { writeFileSync } from 'node:fs'
import { codegen } from '@graphql-codegen/core'
import * as typescript from '@graphql-codegen/typescript'
import * as resolvers from '@graphql-codegen/typescript-resolvers'
import { parse, printSchema } from 'graphql'
import { buildSchema } from './schema.ts'

const config = {
  contextType: './context.ts#Context',
  enumsAsTypes: true,
  useTypeImports: true,
  skipTypename: true,
  makeResolverTypeCallable: false,
  immutableTypes: true,
  maybeValue: 'T | null | undefined',
  defaultScalarType: 'unknown',
  scalars: {
    ID: { input: 'string', output: 'string' },
    Decimal: { input: 'string', output: 'string | number' },
    DateTime: { input: 'number', output: 'number' },
    Date: { input: 'string', output: 'string' },
    BigInt: { input: 'number', output: 'number' },
    Duration: { input: 'string', output: 'string' },
  },
  // What a resolver is handed for an object of these types: the store's and the core's own values.
  mappers: {
    Trade: './parents.ts#TradeParent',
    TradeConnection: './parents.ts#TradeConnectionParent',
    AlertConnection: './parents.ts#AlertConnectionParent',
    ReviewConnection: './parents.ts#ReviewConnectionParent',
    Alert: './parents.ts#AlertParent',
    Excursion: './parents.ts#ExcursionParent',
    Trajectory: './parents.ts#TrajectoryParent',
    TrajectoryPoint: './parents.ts#TrajectoryPointParent',
    Instrument: './parents.ts#InstrumentParent',
    Provenance: './parents.ts#ProvenanceParent',
    AlertRule: './parents.ts#RuleParent',
    Review: './parents.ts#ReviewParent',
    DayTotal: './parents.ts#DayTotalParent',
    AccountReview: './parents.ts#AccountReviewParent',
    ReviewedTrade: './parents.ts#ReviewedTradeParent',
    RuleReview: './parents.ts#RuleReviewParent',
    VerdictCounts: './parents.ts#VerdictCountsParent',
    Dwell: './parents.ts#DwellParent',
    Histogram: './parents.ts#HistogramParent',
    BrokerStatus: './parents.ts#BrokerStatusParent',
    Difference: './parents.ts#DifferenceParent',
    Delivery: './parents.ts#DeliveryParent',
    DeliveryConnection: './parents.ts#DeliveryConnectionParent',
    SystemAlert: './parents.ts#SystemAlertParent',
    SystemAlertConnection: './parents.ts#SystemAlertConnectionParent',
    RuleDistance: './parents.ts#RuleDistanceParent',
  },
}

export async function generateTypes(): Promise<string> {
  const schema = buildSchema()
  const generated = await codegen({
    filename: 'generated.ts',
    schema: parse(printSchema(schema)),
    schemaAst: schema,
    documents: [],
    config,
    plugins: [{ typescript: {} }, { 'typescript-resolvers': {} }],
    pluginMap: { typescript, 'typescript-resolvers': resolvers },
  })
  return `// Made by codegen.ts from the SDL; not written by hand.\n${generated}`
}

if (import.meta.main) writeFileSync(new URL('generated.ts', import.meta.url), await generateTypes())
