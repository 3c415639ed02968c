// What one document may ask for: validation rules, the same over HTTP and WebSocket. Pure.
import { type ASTVisitor, type FragmentDefinitionNode, GraphQLError, Kind, type SelectionSetNode, type ValidationContext } from 'graphql'

export const LIMITS = {
  /** Fields inside fields. The deepest sensible one, trades → edges → node → alerts → trade → trajectory → alerts → at, is 8. */
  depth: 12,
  /** Tokens of a document; the standard introspection query has about 400. */
  tokens: 4000,
  /** Brackets of any kind inside one another; the standard introspection query has about 15. */
  nesting: 100,
  aliases: 30,
  directives: 30,
  /** Top-level fields of one operation. */
  rootFields: 20,
  /** Things to look up, about; the largest sensible page, 200 trades with their alerts and thinned trajectories, is some 3,000. */
  cost: 20_000,
  /** Validation errors that are collected before it stops looking. */
  errors: 5,
  bodyBytes: 256 * 1024,
  /** One WebSocket message. */
  messageBytes: 64 * 1024,
  connections: 200,
  /** Of these, at most so many have shown no token yet: whoever knocks without one cannot take all places. */
  strangers: 50,
  subscriptionsPerConnection: 50,
} as const

export const limitRules = [depthRule, countRule, rootFieldsRule]

function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } })
}

/** Introspection is not counted: the library limits its depth itself. */
function depthRule(context: ValidationContext): ASTVisitor {
  const depths = new Map<FragmentDefinitionNode, number>()
  const depthOf = (set: SelectionSetNode | undefined): number => {
    let deepest = 0
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (!selection.name.value.startsWith('__')) deepest = Math.max(deepest, 1 + depthOf(selection.selectionSet))
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        deepest = Math.max(deepest, depthOf(selection.selectionSet))
      } else {
        deepest = Math.max(deepest, depthOfFragment(context.getFragment(selection.name.value)))
      }
    }
    return deepest
  }
  const depthOfFragment = (fragment: FragmentDefinitionNode | null | undefined): number => {
    if (fragment === null || fragment === undefined) return 0
    const known = depths.get(fragment)
    if (known !== undefined) return known
    depths.set(fragment, 0) // a fragment that spreads itself is refused by another rule
    const depth = depthOf(fragment.selectionSet)
    depths.set(fragment, depth)
    return depth
  }
  return {
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet)
      if (depth > LIMITS.depth) context.reportError(tooComplex(`expected at most ${LIMITS.depth} fields inside one another, found ${depth}`))
    },
  }
}

function countRule(context: ValidationContext): ASTVisitor {
  let aliases = 0
  let directives = 0
  return {
    Field(field) {
      if (field.alias !== undefined && ++aliases === LIMITS.aliases + 1)
        context.reportError(tooComplex(`expected at most ${LIMITS.aliases} aliases, found more`))
    },
    Directive() {
      if (++directives === LIMITS.directives + 1) context.reportError(tooComplex(`expected at most ${LIMITS.directives} directives, found more`))
    },
  }
}

function rootFieldsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition({ selectionSet: { selections } }) {
      if (selections.length > LIMITS.rootFields)
        context.reportError(tooComplex(`expected at most ${LIMITS.rootFields} fields at the top, found ${selections.length}`))
    },
  }
}
