ALTER TABLE "orders_rt" ADD COLUMN "partial_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "orders_rt" ADD COLUMN "left_out" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "partial_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "left_out" bigint DEFAULT 0 NOT NULL;