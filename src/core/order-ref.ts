// What an order's own reference says of the trade it opens: `breakout #gap stop=180.5 target=190`. Pure.
// The trader types it into the order ticket, so nothing in it is an error: what is no sign of ours is the strategy.
import { type DecimalText, decimal, plain } from './decimal.ts'

export interface OrderRef {
  readonly strategy: string | null
  readonly tags: readonly string[]
  readonly initialStop: DecimalText | null
  readonly initialTarget: DecimalText | null
}

const LEVEL = /^(stop|target)=(\d{1,12}(?:\.\d{1,12})?)$/i
const TAG = /^#(\S{1,50})$/

export function readOrderRef(text: string | null): OrderRef {
  const words = (text ?? '').split(/\s+/).filter((word) => word !== '')
  const levels = new Map<string, DecimalText>()
  const tags: string[] = []
  const rest: string[] = []
  for (const word of words) {
    const [, level, price] = LEVEL.exec(word) ?? []
    const [, tag] = TAG.exec(word) ?? []
    if (level !== undefined && price !== undefined) levels.set(level.toLowerCase(), plain(decimal(price)))
    else if (tag !== undefined) tags.push(tag)
    else rest.push(word)
  }
  return {
    strategy: rest.length === 0 ? null : rest.join(' '),
    tags: [...new Set(tags)],
    initialStop: levels.get('stop') ?? null,
    initialTarget: levels.get('target') ?? null,
  }
}
