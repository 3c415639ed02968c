// What was said of trades, as it is read beside them: for each trade the last word on any execution it contains, taken from the log of decisions in the
// transaction that says what it contains. Never judges that (core/containment.ts does).
import type { WordsOn } from '#core/containment.ts'
import type { OneGo } from './one-go.ts'

/** One of which nothing was said loses its words. */
export function writeWords(go: OneGo, words: readonly WordsOn[]): void {
  if (words.length === 0) return
  const silent = words.filter(({ own, others }) => own.length + others.length === 0)
  if (silent.length > 0) go.say('delete from annotations where trade_id = any($1::text[])', [silent.map(({ tradeId }) => tradeId)])
  const said = words.flatMap(({ tradeId, own, others }) => [
    ...own.map((anchor) => [tradeId, anchor, true]),
    ...others.map((anchor) => [tradeId, anchor, false]),
  ])
  if (said.length > 0)
    go.say(
      WRITE_WORDS,
      [0, 1, 2].map((n) => said.map((row) => row[n])),
      'write words',
    )
}

const COLUMNS = ['updated_at', 'said', 'strategy', 'tags', 'note', 'initial_stop', 'initial_target', 'rating', 'mistakes', 'snoozed_at', 'snoozed_until']

/** A round trip risks what its first order did, and is left alone with it; what else was said there goes before what was said of orders that joined it. */
const WRITE_WORDS = `with given as (select * from unnest($1::text[], $2::text[], $3::boolean[]) as given (trade_id, anchor, own)),
  word as (select distinct on (trade_id, key) trade_id, key, value from given join decisions on subject = anchor and kind = 'annotate', jsonb_each(body)
    where own or key not in ('initialStop', 'initialTarget') order by trade_id, key, own desc, id desc),
  words as (select trade_id, jsonb_object_agg(key, value) as body, array_agg(key order by key) as said from word group by trade_id),
  dated as (select trade_id, max(at) as updated_at from given left join decisions on subject = anchor and kind = 'annotate' group by trade_id),
  snooze as (select distinct on (trade_id) trade_id, at as snoozed_at, (body ->> 'until')::timestamptz as snoozed_until
    from given join decisions on subject = anchor and kind = 'snooze' where own order by trade_id, id desc)
insert into annotations (trade_id, ${COLUMNS.join(', ')})
select trade_id, updated_at, coalesce(said, '{}'), body ->> 'strategy', array(select jsonb_array_elements_text(body -> 'tags')), body ->> 'note',
  (body ->> 'initialStop')::numeric, (body ->> 'initialTarget')::numeric, (body ->> 'rating')::integer, array(select jsonb_array_elements_text(body -> 'mistakes')),
  snoozed_at, snoozed_until
from dated left join words using (trade_id) left join snooze using (trade_id) order by trade_id
on conflict (trade_id) do update set ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}`
