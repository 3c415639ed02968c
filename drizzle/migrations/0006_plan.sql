ALTER TABLE "orders_rt" ADD COLUMN "plan" jsonb;--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "plan" jsonb;--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."plan" IS 'Where the trade was meant to be left: its R as frozen, stop and target as they stand, and every move of the stop. Folded from the plan facts and the trader''s word.';--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."plan" IS 'Where the trade was meant to be left: its R as frozen, stop and target as they stand, and every move of the stop. Folded from the plan facts and the trader''s word.';
