// Real prices, real command: `replay --rules` over days of IBM, SPY, gold and EUR.USD says what brute force says, to the last digit.
// The days lie beside the project (../shared/data) or they do not: then this says that it was skipped. A check takes a part of each day; EXCURSION_ROWS asks
// for more of it (EXCURSION_ROWS=1000000 is all).
import { existsSync, readFileSync } from 'node:fs'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { naiveReplay } from './naive.ts'
import { answerOf } from './process.ts'
import { randomOf } from './ticks.ts'

const ROWS = Number(process.env['EXCURSION_ROWS'] ?? 4_000)
const TRADES = 6

const NEW_YORK = { timeZone: 'US/Eastern', tradingHours: hours('0400', '2000'), liquidHours: hours('0930', '1600') }
const DAYS = [
  { file: 'IBM_20131007_trades', instrument: { conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', ...NEW_YORK }, filter: 'default', step: '0.05' },
  { file: 'SPY_20131008_trades', instrument: { conId: 756733, symbol: 'SPY', secType: 'STK', currency: 'USD', ...NEW_YORK }, filter: 'none', step: '0.02' },
  {
    file: 'GCZ3_20131007_trades',
    instrument: {
      conId: 99,
      symbol: 'GC',
      secType: 'FUT',
      currency: 'USD',
      multiplier: '100',
      timeZone: 'US/Eastern',
      liquidHours: '20131007:0820-20131007:1330',
    },
    filter: 'default',
    step: '0.1',
  },
  {
    file: 'EURUSD_fxcm_20140502_quotes',
    instrument: { conId: 12087792, symbol: 'EUR.USD', secType: 'CASH', currency: 'USD' },
    filter: 'default',
    step: '0.00005',
  },
] as const

function hours(from: string, to: string): string {
  return ['20131007', '20131008'].map((day) => `${day}:${from}-${day}:${to}`).join(';')
}

/** Every kind by every measure, near enough to be met within minutes, and all that holds a rule back. */
function rulesFor(step: string): object[] {
  const money = (ticks: number) => String(Number((Number(step) * ticks * 100).toPrecision(12)))
  const rules: Record<string, unknown>[] = [
    { kind: 'MAE_STOP', pct: '0.05' },
    { kind: 'MAE_STOP', amount: money(3), repeat: true },
    { kind: 'MAE_STOP', r: '0.5', repeat: 3, cooldown: 'PT1M' },
    { kind: 'MAE_STOP', pct: '0', repeat: true, confirm: 3, unit: 'ROUND_TRIP' },
    { kind: 'MFE_TARGET', tiers: [{ pct: '0.03' }, { amount: money(2) }, { r: '0.5' }, { r: '1' }, { amount: money(40) }] },
    { kind: 'MFE_TARGET', pct: '0.02', unit: 'ROUND_TRIP', scope: { sessions: ['REGULAR'] } },
    { kind: 'TRAILING_STOP', pct: '0.03', armPct: '0.02', repeat: true },
    { kind: 'TRAILING_STOP', amount: money(2), repeat: true, cooldown: 'PT30S' },
    { kind: 'TRAILING_STOP', r: '0.25', armR: '0.5', confirm: 2, repeat: 5 },
    { kind: 'TRAILING_STOP', amount: money(4), armPct: '0.01', unit: 'ROUND_TRIP', repeat: true },
    { kind: 'TRAILING_STOP', pct: '0.02', armAmount: money(1), scope: { sessions: ['PRE', 'POST', 'OVERNIGHT'] }, repeat: true },
    { kind: 'GIVEBACK', fraction: '0.5', armPct: '0.02', repeat: true, cooldown: 'PT2M' },
    { kind: 'GIVEBACK', fraction: '0.9', armAmount: money(3), repeat: true },
    { kind: 'GIVEBACK', fraction: '0.25', armR: '0.5', scope: { sessions: ['REGULAR'] }, repeat: 2 },
    { kind: 'TIME_STOP', after: 'PT5M', mfeBelowPct: '0.05' },
    { kind: 'TIME_STOP', after: 'PT3M', mfeBelowAmount: money(4), clock: 'session' },
    { kind: 'TIME_STOP', after: 'PT3M', mfeBelowR: '1' },
    { kind: 'NO_PROGRESS', after: 'PT1M', resultBelowAmount: money(2) },
    { kind: 'NO_PROGRESS', after: 'PT4M', resultBelowR: '0.25', scope: { sessions: ['REGULAR'] } },
  ]
  return rules.map((rule, i) => ({ id: `rule-${i}`, ...rule }))
}

/** Trades of one account, at prices of the day, at whole seconds: entered in one or two fills, left in one or two; most with a stop. */
function tapeOf(instrument: (typeof DAYS)[number]['instrument'], rows: readonly string[], step: number, seed: number): string[] {
  const random = randomOf(seed)
  const prices = rows.map((row) => row.split(',')).map(([at, price, ask]) => ({ at: Number(at), price: (ask?.includes('.') ? ask : price) as string }))
  const facts: object[] = [{ kind: 'instrument', ...instrument }]
  const cuts = Array.from({ length: TRADES * 4 }, () => Math.floor(random() * prices.length)).sort((a, b) => a - b)
  for (let i = 0; i < TRADES; i++) {
    const isLong = random() < 0.5
    const sizes = random() < 0.5 ? ['100', '0', '0', '100'] : ['60', '40', '30', '70']
    const entry = prices[cuts[4 * i] as number] as { at: number; price: string }
    const stop = Number(entry.price) + (isLong ? -1 : 1) * step * (2 + Math.floor(random() * 8))
    sizes.forEach((quantity, part) => {
      const { at, price } = prices[cuts[4 * i + part] as number] as { at: number; price: string }
      if (quantity === '0') return
      facts.push({
        ...{
          kind: 'execution',
          executionId: `${i}.${part}.01`,
          account: 'DU1',
          conId: instrument.conId,
          side: isLong === part < 2 ? 'BUY' : 'SELL',
          quantity,
          price,
        },
        ...{ at: new Date(Math.floor(at / 1000) * 1000).toISOString(), permId: String(10 * (i + 1) + (part < 2 ? 1 : 2)) },
        ...(i % 4 === 3 ? {} : { orderRef: `walk stop=${stop.toFixed(6)}` }),
      })
    })
  }
  return facts.map((fact) => JSON.stringify(fact))
}

describe('real days', () => {
  test.for(DAYS)('$file', { timeout: 600_000 }, async ({ file, instrument, filter, step }, { skip }) => {
    const day = new URL(`../../shared/data/ticks/${file}.csv.gz`, import.meta.url)
    if (!existsSync(day)) skip(`${file} does not lie beside the project`)
    const [header = '', ...all] = gunzipSync(readFileSync(day)).toString().trimEnd().split('\n')
    // From ten minutes before the regular session, where one is known.
    const opening = all.findIndex((row) => Number(row.slice(0, 13)) % 86_400_000 >= 13 * 3_600_000 + 1_200_000)
    const rows = all.slice(instrument.secType === 'STK' ? opening : 0).slice(0, ROWS)
    const tape = tapeOf(instrument, rows, Number(step), 1)
    const rules = rulesFor(step).map((rule) => JSON.stringify(rule))
    await using folder = await mkdtempDisposable(join(tmpdir(), 'excursion-rules-'))
    const path = (name: string) => join(folder.path, name)
    await Promise.all([
      writeFile(path('tape'), tape.join('\n')),
      writeFile(path('marks'), [header, ...rows].join('\n')),
      writeFile(path('rules'), rules.join('\n')),
    ])
    const asked = ['--tape', path('tape'), '--marks', `${instrument.conId}=${path('marks')}`, '--rules', path('rules'), '--unit', 'both', '--filter', filter]
    const said = (await answerOf(['replay', '--json', ...asked])).trimEnd().split('\n')
    const { trades, alerts } = naiveReplay({ tapes: [tape], marks: [{ conId: instrument.conId, csv: [header, ...rows] }], filter, unit: 'both', rules })
    expect(said).toEqual([...trades, ...alerts].map((line) => JSON.stringify(line)))
    // Rules that say nothing would show nothing.
    expect(alerts.length).toBeGreaterThan(50)
  })
})
