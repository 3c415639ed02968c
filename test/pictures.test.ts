// Pictures of many trades and of a day, as SVG and as PNG: their bytes, what they must never contain, and that the font has every sign they use.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayResult } from '#charts/day.ts'
import { type DistributionPicture, distribution, medianOf } from '#charts/distribution.ts'
import { COLOURS } from '#charts/palette.ts'
import { FONT_FILE, png } from '#charts/png.ts'
import { type ScatterPicture, scatter } from '#charts/scatter.ts'
import { sparkline } from '#charts/sparkline.ts'
import { trajectory } from '#charts/trajectory.ts'
import { at, givenBack, turned, ZONE } from '#test/example-day.ts'

const spread: DistributionPicture = {
  title: 'MFE of the last 12 trades',
  subtitle: '12 trades, USD',
  measure: 'MFE, % of entry',
  count: 'trades',
  median: 'median 1.18 %',
  kind: 'favourable',
  values: [0.01, 0.4, 0.8, 0.81, 1.07, 1.16, 1.2, 1.53, 1.79, 1.87, 3.28, 9.32],
}
const dots: ScatterPicture = {
  title: 'MAE and result',
  subtitle: '3 trades',
  horizontal: 'MAE, % of entry',
  vertical: 'result, % of entry',
  winner: 'winner',
  even: 'even',
  loser: 'loser',
  points: [
    { mae: -0.06, result: 0.26 },
    { mae: -4.09, result: -3.91 },
    { mae: 0, result: 7.57 },
  ],
}
const path = turned.points.map((point) => ({ at: point.at, result: (point.last - 6705.25) * 100 }))
const day = {
  title: '2026-11-20',
  subtitle: '1 trade, +1.00 USD',
  vertical: 'running result (USD, gross)',
  horizontal: `time (${ZONE})`,
  best: 'best +3,625.00 at 09:53',
  worst: 'worst −725.00 at 10:20',
  timeZone: ZONE,
  path,
  gaps: turned.trade.provenance.gaps,
}

describe('bytes', () => {
  test('a distribution', async () => {
    await expect(distribution(spread)).toMatchFileSnapshot('__snapshots__/distribution.svg')
  })
  test('a scatter', async () => {
    await expect(scatter(dots)).toMatchFileSnapshot('__snapshots__/scatter.svg')
  })
  test('what came out even is neither a winner nor a loser, and named where there is any', () => {
    const drawn = scatter({ ...dots, points: [...dots.points, { mae: -1, result: 0 }] })
    const signs = (svg: string) => [svg.split('<circle').length, svg.includes('>even<')]
    expect([signs(scatter(dots)), signs(drawn)]).toEqual([
      [4, false],
      [4, true],
    ])
  })
  test('a day, in Chinese colours', async () => {
    await expect(dayResult({ ...day, colours: COLOURS.chinese })).toMatchFileSnapshot('__snapshots__/day-chinese.svg')
  })
  test('a trade that goes over the close: what lies outside the session is shaded, and the legend says so', async () => {
    const [from, close] = [at('15:30:00'), at('16:00:00')]
    const points = [180, 180.4, 179.8, 180.9, 181.2].map((last, step) => ({
      ...{ tradeId: 'T', at: from + step * 900_000, last },
      mfe: Math.max(180, last),
      mae: Math.min(180, last),
    }))
    const picture = {
      ...{ title: 'IBM long 100', side: 'LONG' as const, currency: 'USD', timeZone: ZONE, entry: 180, stop: null, openedAt: from, closedAt: from + 3_600_000 },
      ...{ points, gaps: [], fills: [], alerts: [], mfeLabel: '', maeLabel: '' },
    }
    const shaded = trajectory({ ...picture, sessions: [{ from: at('09:30:00'), to: close }] })
    await expect(shaded).toMatchFileSnapshot('__snapshots__/over-the-close.svg')
    const shade = /<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*fill-opacity="0.08"/.exec(shaded)
    const [left, width] = [Number(shade?.[1]), Number(shade?.[2])]
    // From the close, in the middle of the picture, to its right edge.
    expect(width).toBeGreaterThan(150)
    expect(left + width).toBeCloseTo(428, 0)
    expect(shaded).toContain('after hours')
    expect(trajectory({ ...picture, sessions: [{ from: at('09:30:00'), to: at('20:00:00') }] })).not.toContain('after hours')
    expect(trajectory(picture)).not.toContain('after hours')
  })
  test('Chinese colours change nothing but colours', () => {
    const bare = (svg: string) => svg.replaceAll(/#[0-9a-f]{6}/g, '')
    expect(bare(dayResult({ ...day, colours: COLOURS.chinese }))).toBe(bare(dayResult(day)))
    expect(bare(sparkline(givenBack.points, { colours: COLOURS.chinese }))).toBe(bare(sparkline(givenBack.points)))
  })
})

test('every value is counted once, also the one beyond the last bar', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: -20, max: 400, noNaN: true }), { minLength: 1, maxLength: 80 }), (values) => {
      const picture = distribution({ ...spread, values })
      expect(picture).not.toMatch(/NaN|Infinity|undefined|\de[+-]\d/)
      const sorted = values.toSorted((a, b) => a - b)
      expect(medianOf(sorted)).toBeGreaterThanOrEqual(sorted[0] as number)
      expect(medianOf(sorted)).toBeLessThanOrEqual(sorted.at(-1) as number)
    }),
  )
})

test('where the last bar holds what is beyond it, the axis says so', () => {
  const values = [...Array.from({ length: 98 }, (_, index) => index / 10), 60, 400]
  expect(distribution({ ...spread, values })).toContain('>≥ 9.5<')
  expect(distribution({ ...spread, values: values.slice(0, 98) })).not.toContain('≥')
})

test('law: whatever the values, a picture holds only numbers and lies within its frame', () => {
  const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(0))
  fc.assert(
    fc.property(fc.array(fc.record({ mae: value, result: value, step: fc.integer({ min: 0, max: 1e6 }) }), { maxLength: 60 }), (points) => {
      const walked = points.map(({ result }, index) => ({ at: at('09:30:00') + points.slice(0, index + 1).reduce((sum, { step }) => sum + step, 0), result }))
      for (const picture of [
        scatter({ ...dots, points }),
        dayResult({ ...day, path: walked, gaps: [] }),
        distribution({ ...spread, values: points.map((p) => p.mae) }),
      ]) {
        expect(picture).not.toMatch(/NaN|Infinity|undefined|\de[+-]\d/)
        const [, width = '0', height = '0'] = /viewBox="0 0 (\S+) (\S+)"/.exec(picture) ?? []
        for (const [, x, y] of picture.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g))
          expect(Number(x) >= 0 && Number(x) <= Number(width) && Number(y) >= 0 && Number(y) <= Number(height)).toBe(true)
      }
    }),
  )
})

describe('PNG', () => {
  const picture = distribution({ ...spread, title: '最近 12 笔交易的 MFE' })
  test('the same picture is the same bytes, twice the size it is drawn at', () => {
    const bytes = png(picture)
    expect(bytes.equals(png(picture))).toBe(true)
    expect([bytes.readUInt32BE(16), /width="(\d+)"/.exec(picture)?.[1]]).toEqual([960, '480'])
  })
  test('words are drawn: without them the picture is another', () => {
    expect(png(picture).equals(png(picture.replaceAll(/<text[^>]*>[^<]*<\/text>/g, '')))).toBe(false)
  })
})

describe('the font', () => {
  const has = characters(readFileSync(FONT_FILE))
  const missing = (text: string) => [...new Set(text)].filter((character) => character > ' ' && !has(character.codePointAt(0) as number))

  test.each(['en', 'zh'])('has every sign that our words and numbers in %s may put into a picture', (language) => {
    const words = readFileSync(join(import.meta.dirname, '..', 'templates', language, 'words.json'), 'utf8')
    expect(missing(`${words}0123456789.,+−%/:()→·–—×=`)).toEqual([])
  })
  test('and a picture says which it lacks', () => {
    expect(missing('IBM 多 🚀')).toEqual(['🚀'])
    expect(missing(trajectoryText())).toEqual([])
  })
})

function trajectoryText(): string {
  const svg = trajectory({
    title: 'ESZ6 多 2',
    side: 'LONG',
    currency: 'USD',
    timeZone: ZONE,
    entry: 6705.25,
    stop: null,
    openedAt: turned.trade.openedAt,
    closedAt: turned.trade.closedAt,
    points: turned.points,
    gaps: [],
    fills: [],
    alerts: [],
    mfeLabel: '+0.54 %',
    maeLabel: '−0.11 %',
  })
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((found) => found[1]).join('')
}

/** Which code points a TrueType font has a glyph for: its character map, in the two forms such fonts use. */
function characters(font: Buffer): (codePoint: number) => boolean {
  const tables = new Map(
    Array.from({ length: font.readUInt16BE(4) }, (_, index) => [font.toString('latin1', 12 + index * 16, 16 + index * 16), font.readUInt32BE(20 + index * 16)]),
  )
  const map = tables.get('cmap') as number
  const known = new Set<number>()
  for (let index = 0; index < font.readUInt16BE(map + 2); index++) {
    const table = map + font.readUInt32BE(map + 8 + index * 8)
    if (font.readUInt16BE(table) !== 12) continue
    for (let group = 0; group < font.readUInt32BE(table + 12); group++) {
      const from = table + 16 + group * 12
      for (let code = font.readUInt32BE(from); code <= font.readUInt32BE(from + 4); code++) known.add(code)
    }
  }
  return (codePoint) => known.has(codePoint)
}
