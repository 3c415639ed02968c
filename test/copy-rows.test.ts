// The binary form of COPY says what text says: whatever double, instant, number and text, the table holds the same.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decimal, plain } from '#core/decimal.ts'
import { EARLIEST, LATEST } from '#core/time.ts'
import { copyRows } from '#store/copy-rows.ts'
import type { Database } from '#store/db.ts'
import { inOneGo } from '#store/one-go.ts'
import { openTestDatabase } from './database.ts'

let db: Database
beforeAll(async () => {
  db = await openTestDatabase()
  await db.pool.query('create table copied (place bigint, n numeric, at timestamptz, words text)')
})
afterAll(() => db.close())

type Row = readonly [n: number | null, at: number | null, words: string | null]

async function copied(rows: readonly Row[]): Promise<unknown[]> {
  await inOneGo(db.pool, 'begin; truncate copied', (go) =>
    go.copy(
      'copy copied from stdin (format binary)',
      copyRows(rows.entries(), 4, ([place, [n, at, words]], to) => {
        to.bigint(place - 5)
        to.numeric(n)
        to.instant(at)
        to.text(words)
      }),
    ),
  )
  const { rows: stored } = await db.pool.query('select place::float8, n::text, (extract(epoch from at) * 1000)::float8 as at, words from copied order by place')
  return stored
}

const expected = (rows: readonly Row[]) => rows.map(([n, at, words], place) => ({ place: place - 5, n: n === null ? null : plain(decimal(n)), at, words }))

const price = fc.integer({ min: -1e9, max: 1e9 }).map((cents) => cents / 10_000)
const double = fc.double({ noNaN: true, noDefaultInfinity: true })
const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))
const row = fc.tuple(
  fc.option(fc.oneof(price, double, fc.constantFrom(0, -0, 1, 9999, 10_000, 0.0001, 0.00001, 1e-7, 123456789.125, 1e21))),
  fc.option(fc.oneof(fc.integer({ min: EARLIEST, max: LATEST }), fc.constantFrom(EARLIEST, LATEST, 0, -1, Date.UTC(2026, 10, 20, 15)))),
  fc.option(fc.oneof(word, fc.constantFrom('', '\\N', 'a\tb\n', 'ORDER:DU1:8314:e1', 'é漢'))),
)

test('law: what was copied is what was written, exactly', () =>
  fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
      expect(await copied(rows)).toEqual(expected(rows))
    }),
    { numRuns: 60 },
  ))

test('many rows, and texts longer than a chunk', async () => {
  const rows = Array.from({ length: 5_000 }, (_, n): Row => [n / 100, Date.UTC(2026, 10, 20) + n, n % 1_000 === 0 ? 'x'.repeat(100_000 + n) : 'LAST'])
  expect(await copied(rows)).toEqual(expected(rows))
})

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is no price: nothing is stored', async (n) => {
  await expect(copied([[n, 0, '']])).rejects.toThrow(`expected a number to store, found ${n}`)
})
