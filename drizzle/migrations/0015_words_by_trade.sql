-- Written by drizzle-kit from drizzle/schema.ts; by hand: the rows of both units, the last snooze of each, the comments.
ALTER TABLE "annotations" RENAME COLUMN "anchor" TO "trade_id";--> statement-breakpoint
DROP INDEX "orders_rt_anchor";--> statement-breakpoint
DROP INDEX "round_trips_rt_anchor";--> statement-breakpoint
ALTER TABLE "annotations" ALTER COLUMN "updated_at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "annotations" ADD COLUMN "snoozed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "annotations" ADD COLUMN "snoozed_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "orders_rt" DROP COLUMN "anchor";--> statement-breakpoint
ALTER TABLE "round_trips_rt" DROP COLUMN "anchor";--> statement-breakpoint
ALTER TABLE "annotations" DROP COLUMN "held";--> statement-breakpoint
INSERT INTO "annotations" ("trade_id") SELECT DISTINCT "subject" FROM "decisions" WHERE "kind" = 'snooze' ON CONFLICT DO NOTHING;--> statement-breakpoint
UPDATE "annotations" SET "snoozed_at" = "last"."at", "snoozed_until" = ("last"."body" ->> 'until')::timestamptz
  FROM (SELECT DISTINCT ON ("subject") * FROM "decisions" WHERE "kind" = 'snooze' ORDER BY "subject", "id" DESC) AS "last" WHERE "last"."subject" = "trade_id";--> statement-breakpoint
INSERT INTO "annotations" ("trade_id", "strategy", "tags", "note", "initial_stop", "updated_at", "rating", "mistakes", "initial_target", "said", "snoozed_at", "snoozed_until")
  SELECT 'ROUND_TRIP:' || "trade_id", "strategy", "tags", "note", "initial_stop", "updated_at", "rating", "mistakes", "initial_target", "said", "snoozed_at", "snoozed_until" FROM "annotations";--> statement-breakpoint
UPDATE "annotations" SET "trade_id" = 'ORDER:' || "trade_id" WHERE "trade_id" NOT LIKE 'ROUND\_TRIP:%';--> statement-breakpoint
COMMENT ON TABLE "annotations" IS 'what the trader said of trades: for each the last decision on any execution it contains';--> statement-breakpoint
COMMENT ON COLUMN "annotations"."trade_id" IS 'the trade, of either unit';--> statement-breakpoint
COMMENT ON COLUMN "annotations"."updated_at" IS 'when anything was last said of it but to leave it alone';--> statement-breakpoint
COMMENT ON COLUMN "annotations"."snoozed_at" IS 'when it was last said to leave it alone';--> statement-breakpoint
COMMENT ON COLUMN "annotations"."snoozed_until" IS 'until when nothing of it is pushed; null: it may speak';--> statement-breakpoint
COMMENT ON COLUMN "decisions"."subject" IS 'account:conId:family of the execution that named the trade then, an alert''s id, a rule''s id, a day';
