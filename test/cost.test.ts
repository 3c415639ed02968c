// What an operation is reckoned to cost, by the schema alone: the same however its numbers are said.
import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { costOf } from '#graphql/cost.ts'
import { LIMITS } from '#graphql/limits.ts'
import { resolvers } from '#graphql/resolvers.ts'
import { buildSchema } from '#graphql/schema.ts'

const schema = buildSchema(resolvers)
const costs = (query: string, variables = {}) => costOf(schema, parse(query), undefined, variables)
const page = (first: string, count: string) => `{ trades(first: ${first}) { nodes { latestPoints(count: ${count}) { at } } } }`

test('a number costs the same as a value, as a variable, and as a variable’s default', () => {
  const said = costs(page('200', '1000'))
  expect(said).toBeGreaterThan(200 * 50)
  expect(costs(`query ($n: Int, $c: Int!) ${page('$n', '$c')}`, { n: 200, c: 1000 })).toBe(said)
  expect(costs(`query ($n: Int = 200, $c: Int! = 1000) ${page('$n', '$c')}`)).toBe(said)
  expect(costs(`query ($n: Int = 1, $c: Int! = 1) ${page('$n', '$c')}`, { n: 200, c: 1000 })).toBe(said)
})

test('null takes a default away: the page is as long as one that says nothing', () => {
  expect(costs(`query ($n: Int = 200) ${page('$n', '5')}`, { n: null })).toBe(costs(page('50', '5')))
})

test('trajectories of a whole page cannot be had by hiding their number in a default', () => {
  const many = Array.from({ length: 5 }, (_, n) => `t${n}: latestPoints(count: $c) { at }`).join(' ')
  expect(costs(`query ($n: Int = 200, $c: Int! = 1000) { trades(first: $n) { nodes { ${many} } } }`)).toBeGreaterThan(LIMITS.cost)
})
