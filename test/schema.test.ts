// The tables themselves: whoever looks with an SQL client is told what each of them and each of their columns is; and a database of any earlier version, with
// what is in it, becomes one of this version.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { alertsOf } from '#store/alerts.ts'
import { openDatabase } from '#store/db.ts'
import { factsOf } from '#store/facts.ts'
import { lastMarkAt } from '#store/marks.ts'
import { snoozesOf } from '#store/remarks.ts'
import { rowsOf } from '#store/sql.ts'
import { tradesOf, tradesPage, trajectoryOf } from '#store/trades.ts'
import { administer, openTestDatabase } from './database.ts'

const MIGRATIONS = join(import.meta.dirname, '../drizzle/migrations')

test('the user’s own columns come first and in their order', async () => {
  await using db = await openTestDatabase()
  const columns = async (table: string) =>
    (await db.pool.query('select column_name as name from information_schema.columns where table_name = $1 order by ordinal_position', [table])).rows
  const own = ['trade_id', 'symbol', 'side', 'qty', 'entry_px', 'mfe_px', 'mae_px', 'last_px', 'opened_at', 'updated_at']
  expect((await columns('orders_rt')).map(({ name }) => name).slice(0, own.length)).toEqual(own)
  expect((await columns('orders_rt_ts')).map(({ name }) => name).slice(0, 5)).toEqual(['trade_id', 'ts', 'last_px', 'mfe_px', 'mae_px'])
})

test('every table and every column says what it is', async () => {
  await using db = await openTestDatabase()
  const silent = await rowsOf<{ name: string }>(
    db.pool,
    `select c.relname || coalesce('.' || a.attname, '') as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)
     order by 1`,
  )
  expect(silent.map(({ name }) => name)).toEqual([])
})

test('a database of the first version, with what is in it, becomes one of this version', async () => {
  const [server, name] = [inject('databaseServer'), `${inject('databaseTemplate')}_old`]
  const folder = await mkdtemp(join(tmpdir(), 'excursion-migrations-'))
  const url = new URL(server)
  url.pathname = `/${name}`
  await administer(server, `create database ${name}`)
  try {
    await cp(MIGRATIONS, folder, { recursive: true })
    const journal = JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8')) as { entries: unknown[] }
    await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }))
    const old = new pg.Client({ connectionString: url.href })
    await old.connect()
    await migrate(drizzle(old), { migrationsFolder: folder })
    await old.query(OF_THE_FIRST_VERSION)
    await old.end()
    await using db = await openDatabase({ url: url.href, home: '/nowhere', log: () => {} })
    expect(await tradesOf(db, { unit: 'ORDER' })).toMatchObject([{ tradeId: 'ORDER:DU1:1:e', grossPnl: '60', tags: ['late'], note: 'too soon', plan: null }])
    expect(await tradesOf(db, { unit: 'ROUND_TRIP' })).toMatchObject([{ strategy: 'gap fade', tags: ['a', 'b'], initialStop: '9.5', initialTarget: '12' }])
    expect((await tradesPage(db, {}, { field: 'GIVEBACK', direction: 'DESC' }, {})).edges).toHaveLength(1)
    expect(await alertsOf(db, {})).toMatchObject([{ id: 'a', state: 'RAISED' }])
    const until = Date.parse('2026-11-20T15:00:00Z')
    expect(await snoozesOf(db, ['ORDER:DU1:1:e', 'ROUND_TRIP:DU1:1:f'])).toEqual(
      new Map([['ORDER:DU1:1:e', { at: Date.parse('2026-11-20T14:31:00Z'), until }]]),
    )
    expect(await trajectoryOf(db, 'ORDER:DU1:1:e')).toMatchObject([{ last: 10.6 }])
    expect((await factsOf(db)).map(({ fact }) => fact.kind)).toEqual(['instrument'])
    expect(await lastMarkAt(db)).toBe(Date.parse('2026-11-20T14:31:00Z'))
  } finally {
    await rm(folder, { recursive: true, force: true })
    await administer(server, `drop database ${name} with (force)`)
  }
})

/** A trade and all that hangs on it, by the columns that were there. */
const OF_THE_FIRST_VERSION = `
  create table marks_20261120 partition of marks for values from ('2026-11-20T00:00:00Z') to ('2026-11-21T00:00:00Z');
  create table orders_rt_ts_20261120 partition of orders_rt_ts for values from ('2026-11-20T00:00:00Z') to ('2026-11-21T00:00:00Z');
  insert into facts (arrival, kind, con_id, body) values (1, 'instrument', 1, '{"kind":"instrument","conId":1,"symbol":"ABC","secType":"STK","currency":"USD"}');
  insert into marks (con_id, at, arrival, price) values (1, '2026-11-20T14:31:00Z', 2, 10.6);
  insert into orders_rt_ts values ('ORDER:DU1:1:e', '2026-11-20T14:31:00Z', 10.6, 10.8, 9.9, 3);
  insert into orders_rt (trade_id, symbol, side, qty, entry_px, mfe_px, mae_px, last_px, opened_at, updated_at, open_qty, status, account, mode, con_id, sec_type,
    currency, multiplier, gross_pnl, mfe_at, mfe_pnl, mfe_pnl_at, mae_at, mae_pnl, mae_pnl_at, held, fills, source, gaps, seq)
  values ('ORDER:DU1:1:e', 'ABC', 'BUY', 100, 10, 10.8, 9.9, 10.6, '2026-11-20T14:30:00Z', '2026-11-20T14:31:00Z', 100, 'OPEN', 'DU1', 'PAPER', 1, 'STK',
    'USD', 1, 60, '2026-11-20T14:31:00Z', 80, '2026-11-20T14:31:00Z', '2026-11-20T14:31:00Z', -10, '2026-11-20T14:31:00Z', false, '[]', 'TICK', '[]', 3);
  insert into round_trips_rt (trade_id, symbol, side, qty, entry_px, mfe_px, mae_px, last_px, opened_at, updated_at, open_qty, status, account, mode, con_id, sec_type,
    currency, multiplier, gross_pnl, mfe_at, mfe_pnl, mfe_pnl_at, mae_at, mae_pnl, mae_pnl_at, held, fills, source, gaps, seq, order_ref)
  select 'ROUND_TRIP:DU1:1:f', symbol, side, qty, entry_px, mfe_px, mae_px, last_px, opened_at, updated_at, open_qty, status, account, mode, con_id, sec_type,
    currency, multiplier, gross_pnl, mfe_at, mfe_pnl, mfe_pnl_at, mae_at, mae_pnl, mae_pnl_at, held, fills, source, gaps, seq, ' gap #a stop=9 fade #b #a Stop=9.50 target=12 '
  from orders_rt;
  insert into annotations (anchor, tags, note, updated_at) values ('DU1:1:e', '{late}', 'too soon', '2026-11-20T14:31:00Z');
  insert into decisions (at, kind, subject, body) values ('2026-11-20T14:31:00Z', 'snooze', 'DU1:1:e', '{"until":"2026-11-20T15:00:00Z"}'),
    ('2026-11-20T14:32:00Z', 'snooze', 'DU1:1:f', '{"until":"2026-11-20T15:00:00Z"}'), ('2026-11-20T14:33:00Z', 'snooze', 'DU1:1:f', '{"until":null}');
  insert into alerts (id, seq, rule_id, rule_version, tier, trade_id, unit, account, con_id, symbol, at, price, severity, opened_at, state, raised_at, message)
  values ('a', 4, 'stop', 1, 0, 'ORDER:DU1:1:e', 'ORDER', 'DU1', 1, 'ABC', '2026-11-20T14:31:00Z', 10.6, 'warn', '2026-11-20T14:30:00Z', 'RAISED', '2026-11-20T14:31:00Z', 'm');
`
