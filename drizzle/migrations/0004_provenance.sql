ALTER TABLE "orders_rt" ADD COLUMN "partial_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "orders_rt" ADD COLUMN "left_out" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "partial_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "left_out" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."partial_since" IS 'The position came without its executions: nothing is known of the trade before this instant.';--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."left_out" IS 'Bars that contained one of the trade''s own fills and could not be used.';--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."partial_since" IS 'The position came without its executions: nothing is known of the trade before this instant.';--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."left_out" IS 'Bars that contained one of the trade''s own fills and could not be used.';
