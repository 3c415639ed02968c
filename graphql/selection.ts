// What an operation asks of the trades below a field, so that no more of them is read. Knows the words of the contract, no data.
import type { FieldNode, FragmentDefinitionNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql'
import { isTradePart, type TradePart } from '#store/trade-rows.ts'
import type { ExcursionResolvers, TradeResolvers } from './generated.ts'

type Selected = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>
type Field = Exclude<keyof TradeResolvers, '__isTypeOf'>
/** Fields that are no part of a trade by the same name, and those that are made of more than it. */
type Made = Exclude<Field, TradePart> | Extract<Field, 'initialStop'> | Extract<keyof ExcursionResolvers, 'r' | 'session'>

/** What each is made of; null: of anything. */
const MADE_OF: { readonly [F in Made]: readonly TradePart[] | null } = {
  id: ['tradeId'],
  instrument: ['conId', 'symbol', 'secType', 'currency', 'multiplier'],
  giveback: ['mfe', 'grossPnl'],
  initialStop: ['initialStop', 'plan'],
  risk: ['initialStop', 'plan'],
  // Of the trade, and of its excursions.
  r: ['initialStop', 'plan', 'grossPnl'],
  session: ['conId'],
  stop: ['initialStop', 'plan'],
  target: ['initialTarget', 'plan'],
  stopMoves: ['initialStop', 'plan'],
  trajectory: ['tradeId'],
  latestPoints: ['tradeId', 'openedAt'],
  alerts: ['tradeId'],
  sparkline: ['tradeId', 'symbol', 'side', 'entryPrice', 'provenance'],
  snoozedUntil: ['tradeId'],
  distances: null,
}
const madeOf = new Map<string, readonly TradePart[] | null>(Object.entries(MADE_OF))

const known = new WeakMap<FieldNode, ReadonlySet<TradePart> | null>()

/** The parts that whatever is selected below can ask for; null: all. By names alone: one that means something else there reads a little too much. */
export function partsSelected(selected: Selected): ReadonlySet<TradePart> | null {
  const [first] = selected.fieldNodes
  // A field that is asked for in one place of its document is answered in the same way each time.
  if (first === undefined || selected.fieldNodes.length > 1) return partsOf(selected)
  let parts = known.get(first)
  if (parts === undefined) {
    parts = partsOf(selected)
    known.set(first, parts)
  }
  return parts
}

function partsOf(selected: Selected): ReadonlySet<TradePart> | null {
  const parts = new Set<TradePart>()
  for (const name of namesBelow(selected)) {
    const made = madeOf.get(name)
    if (made === null) return null
    if (made !== undefined) for (const part of made) parts.add(part)
    else if (isTradePart(name)) parts.add(name)
  }
  return parts
}

/** The names of all fields at any depth below, whatever their types, aliases and directives. */
function namesBelow({ fieldNodes, fragments }: Selected): ReadonlySet<string> {
  const names = new Set<string>()
  const spread = new Set<FragmentDefinitionNode>()
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === 'FragmentSpread') {
        const fragment = fragments[selection.name.value]
        if (fragment === undefined || spread.has(fragment)) continue
        spread.add(fragment)
        visit(fragment.selectionSet)
        continue
      }
      if (selection.kind === 'Field') names.add(selection.name.value)
      visit(selection.selectionSet)
    }
  }
  for (const { selectionSet } of fieldNodes) visit(selectionSet)
  return names
}
