// The contract does not break by accident: today's schema against the one others were promised (graphql/promised.graphql), judged by graphql's own comparison.
// A change that breaks is declared by writing the promise anew, `PROMISE=anew vitest run test/graphql-breaking.test.ts`, in a commit that says so.
import { readFileSync, writeFileSync } from 'node:fs'
import { buildSchema as buildFromText, findBreakingChanges, findDangerousChanges, lexicographicSortSchema, parse, print, printSchema, visit } from 'graphql'
import { expect, test } from 'vitest'
import { buildSchema } from '#graphql/schema.ts'

const FILE = new URL('../graphql/promised.graphql', import.meta.url)
const now = buildSchema()
// Names and shapes are promised; how they are explained may get better.
const bare = visit(parse(printSchema(lexicographicSortSchema(now))), {
  enter: (node) => ('description' in node && node.description ? { ...node, description: undefined } : undefined),
})
const printed = `# The contract as it was promised: written by test/graphql-breaking.test.ts, which compares.\n${print(bare)}\n`
if (process.env['PROMISE'] === 'anew') writeFileSync(FILE, printed)
const promised = buildFromText(readFileSync(FILE, 'utf8'))

test('nothing that was promised is broken', () => {
  expect(findBreakingChanges(promised, now).map(({ description }) => description)).toEqual([])
})

test('nothing that was promised means something else: no default changed, no union or enum that callers switch over grew unseen', () => {
  expect(findDangerousChanges(promised, now).map(({ description }) => description)).toEqual([])
})

test('the promise is today’s schema: what was added is promised from now on', () => {
  expect(printed).toBe(readFileSync(FILE, 'utf8'))
})

test('the comparison sees what it should: a field taken away, a type changed, an argument made necessary', () => {
  const broken = (from: string | RegExp, to: string) => findBreakingChanges(promised, buildFromText(printed.replace(from, to))).map(({ type }) => type)
  expect(broken('  sparkline: String!\n', '')).toEqual(['FIELD_REMOVED'])
  expect(broken('  netPnl: Decimal\n', '  netPnl: String\n')).toEqual(['FIELD_CHANGED_KIND'])
  expect(broken('(points: Int)', '(points: Int!)')).toEqual(['ARG_CHANGED_KIND'])
})
