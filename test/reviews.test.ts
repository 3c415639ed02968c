// Reviews as rows: one a day and account.
import { expect, test } from 'vitest'
import { reviewOf, reviewsPage, saveReview } from '#store/reviews.ts'
import { openTestDatabase } from '#test/database.ts'
import { forwards } from './stored.ts'

test('a review of a day is one row per account, the latest; all accounts together are a row too', async () => {
  await using db = await openTestDatabase()
  const review = { day: '2013-10-07', account: null, body: { trades: 1 }, card: '# Monday', path: null }
  const first = await saveReview(db, review)
  await saveReview(db, { ...review, account: 'DU1' })
  await saveReview(db, { ...review, day: '2013-10-08' })
  expect(await saveReview(db, { ...review, body: { trades: 2 } })).toMatchObject({ id: first.id, body: { trades: 2 } })
  expect(await reviewOf(db, '2013-10-07', null)).toMatchObject({ body: { trades: 2 }, card: '# Monday' })
  expect(await reviewOf(db, '2013-10-09', null)).toBeNull()
  const days = (await forwards((page) => reviewsPage(db, page), 1)).map(({ day, account }) => `${day} ${account}`)
  expect(days).toEqual(['2013-10-08 null', '2013-10-07 DU1', '2013-10-07 null'])
})
