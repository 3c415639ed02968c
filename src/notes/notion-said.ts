// What a person wrote into the properties of a trade's page: told from what was last sent by its hash, read into what the store keeps. Pure.
import type { PageObjectResponse } from '@notionhq/client'
import { decimal, plain } from '#core/decimal.ts'
import { hashOf, type KnownPage, type Source } from './notion.ts'
import { type PropertyValue, SAID_ON_PAGE, type SaidName } from './notion-page.ts'
import type { Annotated } from './said.ts'

export type Edit =
  | { readonly name: SaidName; readonly id: string; readonly value: PropertyValue; readonly annotation: Partial<Annotated> }
  | { readonly name: SaidName; readonly refused: string }

/** The properties that are not as they were sent. One that was never sent is nobody's yet. */
export function editsOn(properties: PageObjectResponse['properties'], source: Source, sent: KnownPage['sent']): readonly Edit[] {
  return SAID_ON_PAGE.flatMap((name): readonly Edit[] => {
    const id = source.properties[name]
    const found = Object.values(properties).find((property) => property.id === id)
    if (id === undefined || found === undefined || sent[id] === undefined) return []
    const value = readValue(found)
    if (value === null || hashOf(value) === sent[id]) return []
    const annotation = annotationOf(name, value)
    return ['refused' in annotation ? { name, refused: annotation.refused } : { name, id, value, annotation }]
  })
}

/** In the shape in which we send it. */
function readValue(found: PageObjectResponse['properties'][string]): PropertyValue | null {
  switch (found.type) {
    case 'select':
      return { type: 'select', name: found.select?.name ?? null }
    case 'multi_select':
      return { type: 'multi_select', names: found.multi_select.map(({ name }) => name) }
    case 'number':
      return { type: 'number', number: found.number }
    default:
      return null
  }
}

function annotationOf(name: SaidName, value: PropertyValue): Partial<Annotated> | { readonly refused: string } {
  const number = value.type === 'number' ? value.number : null
  switch (name) {
    case 'Strategy':
      return { strategy: value.type === 'select' ? value.name : null }
    case 'Tags':
      return { tags: value.type === 'multi_select' ? value.names : [] }
    case 'Mistakes':
      return { mistakes: value.type === 'multi_select' ? value.names : [] }
    case 'Rating':
      return number === null || [1, 2, 3, 4, 5].includes(number) ? { rating: number } : { refused: `expected Rating from 1 to 5, found ${number}` }
    case 'Stop':
      return number === null || Number(number.toPrecision(15)) === number
        ? { initialStop: number === null ? null : plain(decimal(number)) }
        : { refused: `expected Stop as a price, found ${number}` }
  }
}
