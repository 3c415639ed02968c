// A GraphQL document as text, parsed once: the same text is not parsed again. Knows the limits of a document, nothing of transport or data.
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Lexer,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  validate,
  visit,
} from 'graphql'
import { costOf } from './cost.ts'
import { apiError } from './errors.ts'
import { LIMITS, limitRules } from './limits.ts'

export interface Documents {
  /** The document, or why the text is none. */
  parsed(source: string): DocumentNode | GraphQLError
  /** What is wrong with the document under this schema; empty where nothing is. */
  faults(document: DocumentNode): readonly GraphQLError[]
  /** Whether it reads the whole schema. One type by its name (`__type`) is no such thing. */
  readsSchema(document: DocumentNode): boolean
  /** Why this operation is too much at once, or null. */
  tooMuch(document: DocumentNode, operationName: string | null | undefined, variables: Readonly<Record<string, unknown>>): GraphQLError | null
}

/** How many texts are remembered; a tool sends the same few again and again. */
const REMEMBERED = 200
/** A longer text is parsed each time: its tree is some hundred times its size, and no tool sends one again and again. */
const REMEMBERED_LENGTH = 8_000

export function openDocuments(schema: GraphQLSchema): Documents {
  const known = new Map<string, DocumentNode>()
  const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>()
  const reads = new WeakMap<DocumentNode, boolean>()
  const costs = new WeakMap<OperationDefinitionNode, number>()
  return {
    parsed(source) {
      const found = known.get(source)
      if (found !== undefined) return found
      try {
        const tooDeep = tooDeepToParse(source)
        if (tooDeep !== null) return tooDeep
        const document = parse(source, { maxTokens: LIMITS.tokens })
        if (source.length <= REMEMBERED_LENGTH) {
          if (known.size >= REMEMBERED) known.clear()
          known.set(source, document)
        }
        return document
      } catch (error) {
        return error instanceof GraphQLError ? error : new GraphQLError('expected a GraphQL document, found text that cannot be read as one')
      }
    },
    faults(document) {
      const known = judged.get(document)
      if (known !== undefined) return known
      const faults = faultsIn(schema, document)
      judged.set(document, faults)
      return faults
    },
    readsSchema(document) {
      const known = reads.get(document)
      if (known !== undefined) return known
      let found = false
      visit(document, {
        Field({ name }) {
          if (name.value === '__schema') found = true
        },
      })
      reads.set(document, found)
      return found
    },
    tooMuch(document, operationName, variables) {
      const operation = getOperationAST(document, operationName)
      // Without variables it costs the same each time.
      const always = operation !== null && operation !== undefined && !operation.variableDefinitions?.length ? operation : null
      const cost = (always && costs.get(always)) ?? costOf(schema, document, operationName, variables)
      if (always !== null) costs.set(always, cost)
      return cost <= LIMITS.cost
        ? null
        : apiError('QUERY_TOO_COMPLEX', `expected an operation that looks up about ${LIMITS.cost} things at most, found ${cost}; ask for fewer rows or points`)
    },
  }
}

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L])
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R])

/** The parser calls itself for every bracket inside a bracket, and would use up the stack: what is too deep for it is counted out before. */
function tooDeepToParse(source: string): GraphQLError | null {
  const lexer = new Lexer(new Source(source))
  let depth = 0
  for (let token = lexer.advance(), seen = 0; token.kind !== TokenKind.EOF && seen <= LIMITS.tokens; token = lexer.advance(), seen++) {
    if (OPENING.has(token.kind) && ++depth > LIMITS.nesting)
      return apiError('QUERY_TOO_COMPLEX', `expected at most ${LIMITS.nesting} brackets inside one another, found more`)
    if (CLOSING.has(token.kind)) depth--
  }
  return null
}

/** A rule of the library that runs fields (subscriptions have only one) throws at a directive it cannot evaluate. */
function faultsIn(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document, [...specifiedRules, ...limitRules], { maxErrors: LIMITS.errors })
  } catch (error) {
    return [error instanceof GraphQLError ? error : new GraphQLError('expected a document that fits the schema, found one that cannot be judged')]
  }
}

/** The name its caller gave to the operation that would run. */
export function nameOfOperation(document: DocumentNode, name: string | null | undefined): string | null {
  return getOperationAST(document, name)?.name?.value ?? null
}

/** The kind of the operation that would run, or null where the name picks none. */
export function operationOf(document: DocumentNode, name: string | null | undefined): OperationTypeNode | null {
  return getOperationAST(document, name)?.operation ?? null
}
