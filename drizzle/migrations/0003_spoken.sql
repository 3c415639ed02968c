-- Written by drizzle-kit from drizzle/schema.ts; by hand: the comments at the end, for whoever looks with an SQL client.
CREATE TABLE "tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"accounts" text[],
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "tokens_hash" UNIQUE("hash")
);
--> statement-breakpoint
ALTER TABLE "annotations" ADD COLUMN "rating" integer;
--> statement-breakpoint
ALTER TABLE "annotations" ADD COLUMN "mistakes" text[] DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE "annotations" ADD COLUMN "initial_target" numeric;
--> statement-breakpoint
ALTER TABLE "annotations" ADD COLUMN "said" text[] DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "who" text;
--> statement-breakpoint
ALTER TABLE "orders_rt" ADD COLUMN "ref_strategy" text;
--> statement-breakpoint
ALTER TABLE "orders_rt" ADD COLUMN "ref_tags" text[] DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE "orders_rt" ADD COLUMN "ref_stop" numeric;
--> statement-breakpoint
ALTER TABLE "orders_rt" ADD COLUMN "ref_target" numeric;
--> statement-breakpoint
ALTER TABLE "orders_rt" ADD COLUMN "giveback" numeric GENERATED ALWAYS AS (mfe_pnl - gross_pnl) STORED NOT NULL;
--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "ref_strategy" text;
--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "ref_tags" text[] DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "ref_stop" numeric;
--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "ref_target" numeric;
--> statement-breakpoint
ALTER TABLE "round_trips_rt" ADD COLUMN "giveback" numeric GENERATED ALWAYS AS (mfe_pnl - gross_pnl) STORED NOT NULL;
--> statement-breakpoint
CREATE INDEX "annotations_strategy" ON "annotations" USING btree ("strategy");
--> statement-breakpoint
CREATE INDEX "annotations_tags" ON "annotations" USING gin ("tags");
--> statement-breakpoint
CREATE INDEX "annotations_mistakes" ON "annotations" USING gin ("mistakes");
--> statement-breakpoint
CREATE INDEX "orders_rt_giveback" ON "orders_rt" USING btree ("giveback","trade_id");
--> statement-breakpoint
CREATE INDEX "orders_rt_closed_down" ON "orders_rt" USING btree ("closed_at" DESC NULLS LAST,"trade_id" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "orders_rt_mfe_down" ON "orders_rt" USING btree ("mfe_pct" DESC NULLS LAST,"trade_id" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "orders_rt_mae_down" ON "orders_rt" USING btree ("mae_pct" DESC NULLS LAST,"trade_id" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "orders_rt_net_down" ON "orders_rt" USING btree ("net_pnl" DESC NULLS LAST,"trade_id" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "orders_rt_side" ON "orders_rt" USING btree ("side","opened_at");
--> statement-breakpoint
CREATE INDEX "orders_rt_mode" ON "orders_rt" USING btree ("mode","opened_at");
--> statement-breakpoint
CREATE INDEX "orders_rt_held" ON "orders_rt" USING btree ("opened_at") WHERE held;
--> statement-breakpoint
CREATE INDEX "orders_rt_ref_strategy" ON "orders_rt" USING btree ("ref_strategy") WHERE ref_strategy is not null;
--> statement-breakpoint
CREATE INDEX "orders_rt_ref_tags" ON "orders_rt" USING gin ("ref_tags") WHERE ref_tags <> '{}';
--> statement-breakpoint
CREATE INDEX "round_trips_rt_giveback" ON "round_trips_rt" USING btree ("giveback","trade_id");
--> statement-breakpoint
CREATE INDEX "round_trips_rt_closed_down" ON "round_trips_rt" USING btree ("closed_at" DESC NULLS LAST,"trade_id" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "round_trips_rt_mfe_down" ON "round_trips_rt" USING btree ("mfe_pct" DESC NULLS LAST,"trade_id" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "round_trips_rt_mae_down" ON "round_trips_rt" USING btree ("mae_pct" DESC NULLS LAST,"trade_id" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "round_trips_rt_net_down" ON "round_trips_rt" USING btree ("net_pnl" DESC NULLS LAST,"trade_id" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "round_trips_rt_side" ON "round_trips_rt" USING btree ("side","opened_at");
--> statement-breakpoint
CREATE INDEX "round_trips_rt_mode" ON "round_trips_rt" USING btree ("mode","opened_at");
--> statement-breakpoint
CREATE INDEX "round_trips_rt_held" ON "round_trips_rt" USING btree ("opened_at") WHERE held;
--> statement-breakpoint
CREATE INDEX "round_trips_rt_ref_strategy" ON "round_trips_rt" USING btree ("ref_strategy") WHERE ref_strategy is not null;
--> statement-breakpoint
CREATE INDEX "round_trips_rt_ref_tags" ON "round_trips_rt" USING gin ("ref_tags") WHERE ref_tags <> '{}';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."ref_strategy" IS 'the strategy its order''s reference names; what a person annotated goes before it';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."ref_tags" IS 'the #tags of its order''s reference';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."ref_stop" IS 'stop=… of its order''s reference, as quoted';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."ref_target" IS 'target=… of its order''s reference, as quoted';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."giveback" IS 'the best running result minus the result now (or at the end), in its currency';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."ref_strategy" IS 'the strategy its order''s reference names; what a person annotated goes before it';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."ref_tags" IS 'the #tags of its order''s reference';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."ref_stop" IS 'stop=… of its order''s reference, as quoted';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."ref_target" IS 'target=… of its order''s reference, as quoted';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."giveback" IS 'the best running result minus the result now (or at the end), in its currency';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."rating" IS 'how well it was traded, 1 to 5';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."mistakes" IS 'what went wrong, in the trader''s own words';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."initial_target" IS 'where the first target stood, as quoted';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."said" IS 'what a person has spoken of, if only to take it away: there the order''s reference is silent';
--> statement-breakpoint
COMMENT ON COLUMN "audit"."who" IS 'the name of the token, or loopback; null for what the writer did by itself';
--> statement-breakpoint
COMMENT ON TABLE "tokens" IS 'Who may read or write from elsewhere: never a token itself, only what proves it.';
--> statement-breakpoint
COMMENT ON COLUMN "tokens"."hash" IS 'SHA-256 of the token';
--> statement-breakpoint
COMMENT ON COLUMN "tokens"."accounts" IS 'the accounts it is bound to; null: every account';
