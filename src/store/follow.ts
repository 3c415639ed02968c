// A trade has another name now: what was said of it is said of that name too, as decisions like any other, in the transaction that gives it the name.
// Never judges who became whom (core/rewrite.ts does).
import type { Followed } from '#core/rewrite.ts'
import type { Instant } from '#core/time.ts'
import { anchorOf } from './decisions.ts'
import type { OneGo } from './one-go.ts'
import { writeInstant } from './sql.ts'

const COLUMNS = ['strategy', 'tags', 'note', 'initial_stop', 'initial_target', 'rating', 'mistakes', 'held', 'said']

/** What was said stays with the old name too, for a trade that gets it back; then the newer name's words come along again. */
export function followWords(go: OneGo, followed: readonly (Followed & { readonly at: Instant })[]): void {
  if (followed.length === 0) return
  const names = followed.map(({ from, to, at }) => [anchorOf(from), anchorOf(to), writeInstant(at)] as const)
  // Alerts and words are locked before the log, as whoever says something locks them, so that neither waits for the other for ever.
  for (const name of names) followRow(go, ...name)
  go.say('lock table decisions in share row exclusive mode')
  for (const name of names) followLog(go, ...name)
  go.say(`select pg_notify('excursion', json_build_object('kind', 'decisions', 'upTo', coalesce(max(id), 0))::text) from decisions`)
}

function followRow(go: OneGo, from: string, to: string, at: string): void {
  go.say(
    `insert into annotations (anchor, updated_at, ${COLUMNS.join(', ')}) select $2, $3, ${COLUMNS.join(', ')} from annotations where anchor = $1
     on conflict (anchor) do update set updated_at = excluded.updated_at, ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [from, to, at],
  )
}

function followLog(go: OneGo, from: string, to: string, at: string): void {
  go.say(
    `insert into decisions (at, kind, subject, body)
     select $3::timestamptz, 'annotate', $2, coalesce((select jsonb_object_agg(key, value) from jsonb_each(jsonb_build_object('strategy', strategy, 'tags', tags,
       'note', note, 'initialStop', trim_scale(initial_stop)::text, 'initialTarget', trim_scale(initial_target)::text, 'rating', rating, 'mistakes', mistakes,
       'held', held)) where key = any(said)), '{}') from annotations where anchor = $1`,
    [from, to, at],
  )
  // As it was said, and when.
  go.say(
    `insert into decisions (at, kind, subject, body) select at, kind, $2, body from decisions where kind = 'snooze' and subject = $1 order by id desc limit 1`,
    [from, to],
  )
}
