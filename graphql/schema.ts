// The executable schema: the SDL files beside this one, joined with the resolvers. Reads files once, when it is built; serves nothing.
import { readFileSync } from 'node:fs'
import { type IExecutableSchemaDefinition, makeExecutableSchema } from '@graphql-tools/schema'
import { type GraphQLSchema, isScalarType } from 'graphql'
import type { Resolvers } from './generated.ts'

/** The topics, in the order in which a reader meets them. */
const TOPICS = ['scalars', 'root', 'trades', 'alerts', 'reviews', 'account-reviews', 'brokers', 'decisions', 'remarks', 'deliveries', 'differences'] as const

/** The SDL as it is written, one text a topic. */
export function typeDefs(): string[] {
  return TOPICS.map((topic) => readFileSync(new URL(`${topic}.graphql`, import.meta.url), 'utf8'))
}

export function buildSchema(resolvers: Resolvers = {}): GraphQLSchema {
  const schema = makeExecutableSchema({ typeDefs: typeDefs(), resolvers: resolvers as NonNullable<IExecutableSchemaDefinition['resolvers']> })
  // A scalar's resolver takes the place of what the SDL said of it, its description too: that is put back.
  for (const type of Object.values(schema.getTypeMap())) {
    if (isScalarType(type) && type.astNode !== undefined) type.description ??= type.astNode?.description?.value
  }
  return schema
}
