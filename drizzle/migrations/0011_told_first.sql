-- Written by drizzle-kit from drizzle/schema.ts; by hand: the comments that were missing, and those that time had made untrue; and what an older database's rows are to say.
ALTER TABLE "deliveries" ADD COLUMN "first_attempted_at" timestamp (3) with time zone;--> statement-breakpoint
-- What was said before 0003 came was said by a person, too: without this the order's reference would speak in its place.
UPDATE "annotations" SET "said" = array(SELECT DISTINCT unnest("said" || array_remove(ARRAY[
  CASE WHEN "strategy" IS NOT NULL THEN 'strategy' END, CASE WHEN "tags" <> '{}' THEN 'tags' END, CASE WHEN "note" IS NOT NULL THEN 'note' END,
  CASE WHEN "initial_stop" IS NOT NULL THEN 'initialStop' END, CASE WHEN "held" THEN 'held' END], NULL)) ORDER BY 1);--> statement-breakpoint
-- What the orders' references say of trades that were written before 0003 came, read as core/order-ref.ts reads them.
UPDATE "orders_rt" AS "trade" SET "ref_strategy" = "said"."strategy", "ref_tags" = coalesce("said"."tags", '{}'), "ref_stop" = "said"."stop", "ref_target" = "said"."target"
FROM (
  SELECT "trade_id", string_agg("word", ' ' ORDER BY "place") FILTER (WHERE "is" = 'strategy') AS "strategy",
    (array_agg(split_part("word", '=', 2)::numeric ORDER BY "place" DESC) FILTER (WHERE "is" = 'stop'))[1] AS "stop",
    (array_agg(split_part("word", '=', 2)::numeric ORDER BY "place" DESC) FILTER (WHERE "is" = 'target'))[1] AS "target",
    array_agg(substr("word", 2) ORDER BY "place") FILTER (WHERE "is" = 'tag' AND "first" = "place") AS "tags"
  FROM (
    SELECT "trade_id", "word", "place", min("place") OVER (PARTITION BY "trade_id", "word") AS "first",
      CASE WHEN "word" ~* '^(stop|target)=[0-9]{1,12}([.][0-9]{1,12})?$' THEN lower(split_part("word", '=', 1)) WHEN "word" ~ '^#\S{1,50}$' THEN 'tag' ELSE 'strategy' END AS "is"
    FROM "orders_rt", regexp_split_to_table("order_ref", '\s+') WITH ORDINALITY AS "words" ("word", "place") WHERE "word" <> ''
  ) AS "words" GROUP BY "trade_id"
) AS "said"
WHERE "said"."trade_id" = "trade"."trade_id" AND "ref_strategy" IS NULL AND "ref_tags" = '{}' AND "ref_stop" IS NULL AND "ref_target" IS NULL;--> statement-breakpoint
UPDATE "round_trips_rt" AS "trade" SET "ref_strategy" = "said"."strategy", "ref_tags" = coalesce("said"."tags", '{}'), "ref_stop" = "said"."stop", "ref_target" = "said"."target"
FROM (
  SELECT "trade_id", string_agg("word", ' ' ORDER BY "place") FILTER (WHERE "is" = 'strategy') AS "strategy",
    (array_agg(split_part("word", '=', 2)::numeric ORDER BY "place" DESC) FILTER (WHERE "is" = 'stop'))[1] AS "stop",
    (array_agg(split_part("word", '=', 2)::numeric ORDER BY "place" DESC) FILTER (WHERE "is" = 'target'))[1] AS "target",
    array_agg(substr("word", 2) ORDER BY "place") FILTER (WHERE "is" = 'tag' AND "first" = "place") AS "tags"
  FROM (
    SELECT "trade_id", "word", "place", min("place") OVER (PARTITION BY "trade_id", "word") AS "first",
      CASE WHEN "word" ~* '^(stop|target)=[0-9]{1,12}([.][0-9]{1,12})?$' THEN lower(split_part("word", '=', 1)) WHEN "word" ~ '^#\S{1,50}$' THEN 'tag' ELSE 'strategy' END AS "is"
    FROM "round_trips_rt", regexp_split_to_table("order_ref", '\s+') WITH ORDINALITY AS "words" ("word", "place") WHERE "word" <> ''
  ) AS "words" GROUP BY "trade_id"
) AS "said"
WHERE "said"."trade_id" = "trade"."trade_id" AND "ref_strategy" IS NULL AND "ref_tags" = '{}' AND "ref_stop" IS NULL AND "ref_target" IS NULL;--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."first_attempted_at" IS 'host instant of the first attempt; null: none was made';--> statement-breakpoint
COMMENT ON COLUMN "audit"."id" IS 'counts up from 1';--> statement-breakpoint
COMMENT ON COLUMN "decisions"."id" IS 'counts up from 1';--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."id" IS 'counts up from 1';--> statement-breakpoint
COMMENT ON COLUMN "outbox"."id" IS 'counts up from 1';--> statement-breakpoint
COMMENT ON COLUMN "refused_marks"."id" IS 'counts up from 1';--> statement-breakpoint
COMMENT ON COLUMN "reviews"."id" IS 'counts up from 1';--> statement-breakpoint
COMMENT ON COLUMN "system_alerts"."id" IS 'counts up from 1';--> statement-breakpoint
COMMENT ON COLUMN "alerts"."id" IS 'hash of rule, tier, trade and ordinal';--> statement-breakpoint
COMMENT ON COLUMN "alerts"."ordinal" IS '1: the first time its rule and tier fired for the trade';--> statement-breakpoint
COMMENT ON COLUMN "alerts"."state" IS 'RAISED, LATE (older than 5 minutes at commit), ALREADY_BEYOND, SATISFIED (what it suggests had been sold), WITHDRAWN or MISSED';--> statement-breakpoint
COMMENT ON COLUMN "alerts"."state_before" IS 'of a withdrawn one: what it was before';--> statement-breakpoint
COMMENT ON TABLE "differences" IS 'Where ours and the broker''s figures differ, from when until when by the market''s clock: at most one of a kind at a time, ended only by agreement.';--> statement-breakpoint
COMMENT ON COLUMN "differences"."number" IS 'counts up from 1';--> statement-breakpoint
COMMENT ON COLUMN "differences"."id" IS 'what differs and since when';--> statement-breakpoint
COMMENT ON COLUMN "differences"."account" IS 'the broker''s account id';--> statement-breakpoint
COMMENT ON COLUMN "differences"."con_id" IS 'the broker''s contract id; null: of the whole account';--> statement-breakpoint
COMMENT ON COLUMN "differences"."symbol" IS 'the broker''s symbol; null: of the whole account';--> statement-breakpoint
COMMENT ON COLUMN "differences"."measure" IS 'QUANTITY, AVERAGE_PRICE, VALUE, UNREALIZED, REALIZED, DAILY, FILLED or COMMISSION';--> statement-breakpoint
COMMENT ON COLUMN "differences"."subject" IS 'what is told apart within a measure: an order''s id, an execution''s; empty where there is one alone';--> statement-breakpoint
COMMENT ON COLUMN "differences"."source" IS 'by what the broker told it: POSITION, PORTFOLIO, PNL, RESULT, ORDER or EXECUTION';--> statement-breakpoint
COMMENT ON COLUMN "differences"."ours" IS 'as reckoned from our trades; null: not known';--> statement-breakpoint
COMMENT ON COLUMN "differences"."theirs" IS 'as the broker tells it; null: not told';--> statement-breakpoint
COMMENT ON COLUMN "differences"."currency" IS 'of ours, where it is money';--> statement-breakpoint
COMMENT ON COLUMN "differences"."causes" IS 'the fewest changes to our reckoning that make it theirs';--> statement-breakpoint
COMMENT ON COLUMN "differences"."stale_seconds" IS 'how old the broker''s figure is, where it is stale';--> statement-breakpoint
COMMENT ON COLUMN "differences"."severity" IS 'info, warn or critical';--> statement-breakpoint
COMMENT ON COLUMN "differences"."remedy" IS 'what a person can do about it';--> statement-breakpoint
COMMENT ON COLUMN "differences"."since" IS 'market instant at which it was first seen';--> statement-breakpoint
COMMENT ON COLUMN "differences"."seen_at" IS 'market instant at which it was last seen';--> statement-breakpoint
COMMENT ON COLUMN "differences"."until" IS 'market instant at which both were found to agree; null: it still holds';--> statement-breakpoint
COMMENT ON COLUMN "tokens"."id" IS 'names it where it is listed and revoked';--> statement-breakpoint
COMMENT ON COLUMN "tokens"."name" IS 'who or what it was made for';--> statement-breakpoint
COMMENT ON COLUMN "tokens"."scopes" IS 'what it may do';--> statement-breakpoint
COMMENT ON COLUMN "tokens"."created_at" IS 'host instant';--> statement-breakpoint
COMMENT ON COLUMN "tokens"."revoked_at" IS 'host instant from which it opens nothing; null: it is valid';--> statement-breakpoint
COMMENT ON TABLE "marks" IS 'Prices of what is or was held, as accepted by the mark filter, repeats removed. Partitioned by UTC day of at; of days older than KEEP_MARKS_DAYS only those stay on which a trade stands.';--> statement-breakpoint
COMMENT ON COLUMN "marks"."source" IS 'LAST, MID, BAR, DAY_RANGE, SAMPLED or HISTORY (fetched afterwards, dated by the second); null where not told';--> statement-breakpoint
COMMENT ON COLUMN "meta"."key" IS 'arrival, seq: the last ones given; folded: the last fact of another process that was folded; statement: when the broker''s was last taken in; removed …: the seq under which a trade of that unit and account last ceased to exist';
