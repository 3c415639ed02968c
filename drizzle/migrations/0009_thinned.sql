ALTER TABLE "orders_rt" ADD COLUMN "thinned" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "thinned" boolean DEFAULT false NOT NULL;--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."thinned" IS 'Of the marks of the trade only those it stands on are still kept.';--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."thinned" IS 'Of the marks of the trade only those it stands on are still kept.';
