// What an operation would make us look up, before it runs: about one for each object it can reach. Pure; knows the schema, no data.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  getOperationAST,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '#core/query.ts'

type Variables = Readonly<Record<string, unknown>>

/** Things in a list whose length nobody gave. */
const LIST_ASSUMED = 5
/** Points of a trajectory nobody asked to thin. */
const POINTS_ASSUMED = 2_000
/** As much work as one thing to look up. */
const POINTS_PER_UNIT = 20
/** All pictures of one review: a few reviews can be drawn at once, not a page of them. */
const DRAWN = 5_000
/** Where counting stops: far beyond every limit, and nested fragments cannot make it take long. */
const ENOUGH = 1e9

/** Fields that stand for a thousand small values read in one go, by 'Type.field'. */
const HEAVY: Readonly<Record<string, (count: (name: string) => number | null) => number>> = {
  'Trade.trajectory': (count) => Math.min(count('points') ?? POINTS_ASSUMED, POINTS_ASSUMED) / POINTS_PER_UNIT,
  'Trade.sparkline': () => POINTS_ASSUMED / POINTS_PER_UNIT / 10,
  'Trade.latestPoints': (count) => (count('count') ?? 20) / POINTS_PER_UNIT,
  // A day's trades, each with its path and what its contract did after the exit.
  'Review.pictures': () => DRAWN,
  'Query.distribution': (count) => (count('last') ?? 500) / POINTS_PER_UNIT,
}
/** Their points were counted with them. */
const FREE: ReadonlySet<string> = new Set(['Trajectory.points', 'Trade.latestPoints', 'Histogram.bars'])

export function costOf(schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined, given: Variables): number {
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return 0
  const variables = { ...defaultsOf(operation), ...given }
  const fragments = new Map(document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION).map((node) => [node.name.value, node]))
  const known = new Map<string, number>()

  /** Of the selections below an object of this type; `page` is how many rows the connection above it holds. */
  const below = (type: GraphQLObjectType, set: SelectionSetNode, page: number | null): number => {
    let cost = 0
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) cost += field(type, selection, page)
      else if (selection.kind === Kind.INLINE_FRAGMENT) cost += below(target(selection.typeCondition?.name.value, type), selection.selectionSet, page)
      else cost += spread(type, fragments.get(selection.name.value), page)
      if (cost > ENOUGH) return ENOUGH
    }
    return cost
  }

  const spread = (type: GraphQLObjectType, fragment: FragmentDefinitionNode | undefined, page: number | null): number => {
    if (fragment === undefined) return 0
    const key = `${fragment.name.value} ${page}`
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, 0)
    const cost = below(target(fragment.typeCondition.name.value, type), fragment.selectionSet, page)
    known.set(key, cost)
    return cost
  }

  const target = (name: string | undefined, fallback: GraphQLObjectType): GraphQLObjectType => {
    const type = name === undefined ? fallback : schema.getType(name)
    if (isObjectType(type)) return type
    return isInterfaceType(type) ? (schema.getPossibleTypes(type)[0] ?? fallback) : fallback
  }

  const field = (parent: GraphQLObjectType, node: FieldNode, page: number | null): number => {
    const name = node.name.value
    if (name.startsWith('__')) return 0
    const definition: GraphQLField<unknown, unknown> | undefined = parent.getFields()[name]
    if (definition === undefined) return 0
    const own = HEAVY[`${parent.name}.${name}`]?.((argument) => countOf(node, argument, variables)) ?? 0
    const named = getNamedType(definition.type)
    if (!isCompositeType(named) || node.selectionSet === undefined) return own
    if (FREE.has(`${parent.name}.${name}`)) return own
    const type = isAbstractType(named) ? schema.getPossibleTypes(named)[0] : named
    if (!isObjectType(type)) return own
    const rows = sizeOf(definition, node, variables)
    const times = isListType(getNullableType(definition.type)) ? (page ?? LIST_ASSUMED) : 1
    return Math.min(own + times * (1 + below(type, node.selectionSet, rows)), ENOUGH)
  }

  return Math.ceil(below(root, operation.selectionSet, null))
}

/** The numbers variables have where none is given. */
function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) => (defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)]] : [])),
  )
}

/** How many rows a connection asks for; null for whatever is none. */
function sizeOf({ args }: GraphQLField<unknown, unknown>, node: FieldNode, variables: Variables): number | null {
  if (!args.some((arg) => arg.name === 'first')) return null
  return Math.min(countOf(node, 'first', variables) ?? countOf(node, 'last', variables) ?? PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX)
}

function countOf(node: FieldNode, name: string, variables: Variables): number | null {
  const value = node.arguments?.find((argument) => argument.name.value === name)?.value
  if (value === undefined) return null
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : value.kind === Kind.INT ? Number(value.value) : null
  return typeof given === 'number' && given >= 0 ? given : null
}
