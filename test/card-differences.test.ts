// What a card says of the broker's figures: what had to be mended, whether it was, and what was only reckoned another way; in both languages.
import { describe, expect, test } from 'vitest'
import type { StoredDifference } from '#core/difference.ts'
import { reviewDay } from '#core/review.ts'
import { cardText } from '#notes/card.ts'
import { dayPage } from '#notes/notion-page.ts'
import { readTemplates } from '#notes/templates.ts'
import { at, DAY, givenBack, ibm } from './example-day.ts'

const missing: StoredDifference = {
  ...{
    id: 'a',
    account: givenBack.trade.account,
    conId: ibm.conId,
    symbol: 'IBM',
    measure: 'QUANTITY',
    subject: '',
    source: 'POSITION',
    ours: '100',
    theirs: '300',
  },
  ...{ currency: null, causes: ['MISSING_FILL'], staleSeconds: null, severity: 'warn', remedy: '', since: at('10:05'), seenAt: at('10:05'), until: null },
}
const otherwise: StoredDifference = { ...missing, id: 'b', measure: 'UNREALIZED', causes: ['COMMISSION'], severity: 'info' }

async function cardWith(language: 'en' | 'zh', differences: readonly StoredDifference[]): Promise<string> {
  const { trade, points } = givenBack
  const trajectories = new Map([[trade.tradeId, points]])
  const review = reviewDay({ day: DAY, trades: [trade], alerts: [], instruments: [ibm], trajectories, differences })
  const instruments = new Map([[ibm.conId, ibm]])
  const trades = new Map([[trade.tradeId, trade]])
  const templates = await readTemplates(language)
  return cardText({ review, templates, trajectories, day: DAY, trades, shadows: new Map(), instruments, rules: [], history: [], colours: 'western' })
}

test('what had to be mended stands with its cause, and whether it was', async () => {
  const open = await cardWith('en', [missing, otherwise])
  expect(open).toContain("The broker disagrees on IBM since 10:05:00: quantity, ours 100, the broker's 300 (a fill we were not told of); **not mended**.")
  expect(open).toContain("1 of the broker's figures are the same fills reckoned another way.")
  expect(await cardWith('en', [{ ...missing, until: at('10:07') }])).toContain('; mended at 10:07:00.')
  expect(await cardWith('zh', [missing])).toContain('IBM 自 10:05:00 起与经纪商不符：持仓数量，我方 100，对方 300（有成交未告知我方）；**尚未修复**。')
})

test('a figure that is reckoned another way counts once, however often it came and went; one of another price, or an older one, does not', async () => {
  const again = { ...otherwise, id: 'd', since: at('11:00'), causes: ['AVERAGE_COST', 'STALE'] } as const
  const passing = [['STALE'], ['OTHER_PRICE']].map((causes, i) => ({ ...otherwise, id: `e${i}`, measure: 'VALUE', causes }) as StoredDifference)
  expect(await cardWith('en', [otherwise, again, ...passing])).toContain("1 of the broker's figures are the same fills")
  expect(await cardWith('en', passing)).not.toContain("of the broker's figures")
})

test('figures are printed as what they are: money with its currency, and whole where what is printed would be the same', async () => {
  const money = { ...missing, measure: 'REALIZED', currency: 'USD', ours: '1234.5', theirs: '-20.004' } as const
  expect(await cardWith('en', [money])).toContain("realised result, ours +1,234.50 USD, the broker's −20.00 USD")
  expect(await cardWith('en', [{ ...money, ours: '-20.001' }])).toContain("ours -20.001, the broker's -20.004")
  expect(await cardWith('en', [{ ...money, theirs: null }])).toContain("the broker's unknown")
})

describe('on the page in Notion', () => {
  const page = async (language: 'en' | 'zh', privacy: 'full' | 'percent', differences: readonly StoredDifference[]) => {
    const { words } = await readTemplates(language)
    const { trade, points } = givenBack
    const review = reviewDay({ day: DAY, trades: [trade], alerts: [], instruments: [ibm], trajectories: new Map([[trade.tradeId, points]]), differences })
    return JSON.stringify(dayPage(review, { language, words, privacy, aliases: { [trade.account]: 'main' } }, () => null))
  }

  test('they stand in a table, with their cause and whether they are mended; the others are counted', async () => {
    const open = await page('en', 'full', [missing, { ...missing, id: 'c', symbol: null, conId: null, until: at('10:07') }, otherwise])
    for (const words of ['Where the broker disagrees', 'a fill we were not told of', '10:05:00, not mended', '10:05:00, mended at 10:07:00', '"main"', '"300"'])
      expect(open).toContain(words)
    expect(open).toContain("1 of the broker's figures are the same fills reckoned another way")
    expect(await page('zh', 'full', [missing])).toContain('10:05:00, 尚未修复')
    expect(await page('en', 'full', [])).not.toContain('disagrees')
  })

  test('with PRIVACY=percent no figure leaves', async () => {
    const kept = await page('en', 'percent', [missing])
    expect(kept).toContain('a fill we were not told of')
    expect(kept).not.toMatch(/"300"|"100"/)
  })
})

test('where nothing differs, and of other accounts, nothing is said', async () => {
  expect(await cardWith('en', [{ ...missing, account: 'another' }])).toBe(await cardWith('en', []))
})
