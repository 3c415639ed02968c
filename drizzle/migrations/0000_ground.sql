-- Written by drizzle-kit from drizzle/schema.ts; by hand: day partitions (PARTITION BY), ids ordered by their bytes as replay orders
-- them (COLLATE "C"), and the comments at the end, for whoever looks with an SQL client.
CREATE TABLE "alerts" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "alerts_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"seq" bigint NOT NULL,
	"rule_id" text NOT NULL,
	"rule_version" integer NOT NULL,
	"tier" integer NOT NULL,
	"trade_id" text COLLATE "C" NOT NULL,
	"unit" text NOT NULL,
	"account" text NOT NULL,
	"con_id" bigint NOT NULL,
	"symbol" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"price" numeric NOT NULL,
	"pct" numeric,
	"severity" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"raised_at" timestamp (3) with time zone NOT NULL,
	"message" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "annotations" (
	"anchor" text COLLATE "C" PRIMARY KEY NOT NULL,
	"strategy" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"note" text,
	"initial_stop" numeric,
	"held" boolean DEFAULT false NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"what" text NOT NULL,
	"subject" text NOT NULL,
	"before" jsonb,
	"after" jsonb
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "decisions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"body" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "facts" (
	"arrival" bigint PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp (3) with time zone,
	"con_id" bigint,
	"account" text,
	"execution_id" text,
	"body" jsonb NOT NULL,
	"raw" jsonb,
	"seen_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "marks" (
	"con_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"arrival" bigint NOT NULL,
	"price" numeric NOT NULL,
	"bid" numeric,
	"ask" numeric,
	"source" text,
	"seen_at" timestamp (3) with time zone,
	CONSTRAINT "marks_pkey" PRIMARY KEY("con_id","at","arrival")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "meta" (
	"key" text PRIMARY KEY NOT NULL,
	"value" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "orders_rt_ts" (
	"trade_id" text COLLATE "C" NOT NULL,
	"ts" timestamp (3) with time zone NOT NULL,
	"last_px" numeric NOT NULL,
	"mfe_px" numeric NOT NULL,
	"mae_px" numeric NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "orders_rt_ts_pkey" PRIMARY KEY("trade_id","ts")
) PARTITION BY RANGE ("ts");
--> statement-breakpoint
CREATE TABLE "orders_rt" (
	"trade_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"symbol" text NOT NULL,
	"side" text NOT NULL,
	"qty" numeric NOT NULL,
	"entry_px" numeric NOT NULL,
	"mfe_px" numeric NOT NULL,
	"mae_px" numeric NOT NULL,
	"last_px" numeric NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"open_qty" numeric NOT NULL,
	"mfe_pct" numeric,
	"mae_pct" numeric,
	"status" text NOT NULL,
	"account" text NOT NULL,
	"mode" text NOT NULL,
	"con_id" bigint NOT NULL,
	"sec_type" text NOT NULL,
	"currency" text NOT NULL,
	"multiplier" numeric NOT NULL,
	"exit_px" numeric,
	"closed_at" timestamp (3) with time zone,
	"gross_pnl" numeric NOT NULL,
	"commission" numeric,
	"net_pnl" numeric,
	"mfe_at" timestamp (3) with time zone NOT NULL,
	"mfe_pct_at" timestamp (3) with time zone,
	"mfe_pnl" numeric NOT NULL,
	"mfe_pnl_at" timestamp (3) with time zone NOT NULL,
	"mae_at" timestamp (3) with time zone NOT NULL,
	"mae_pct_at" timestamp (3) with time zone,
	"mae_pnl" numeric NOT NULL,
	"mae_pnl_at" timestamp (3) with time zone NOT NULL,
	"drawdown_pct" numeric,
	"order_ref" text,
	"held" boolean NOT NULL,
	"fills" jsonb NOT NULL,
	"source" text NOT NULL,
	"coverage" numeric,
	"gaps" jsonb NOT NULL,
	"seq" bigint NOT NULL,
	"anchor" text COLLATE "C" GENERATED ALWAYS AS (substr(trade_id, strpos(trade_id, ':') + 1)) STORED NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"taken_at" timestamp (3) with time zone,
	"takes" integer DEFAULT 0 NOT NULL,
	"done_at" timestamp (3) with time zone,
	CONSTRAINT "outbox_key" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "refused_marks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "refused_marks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"con_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"price" numeric,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "reviews_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"day" text NOT NULL,
	"account" text,
	"body" jsonb NOT NULL,
	"card" text,
	"path" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reviews_day" UNIQUE NULLS NOT DISTINCT("day","account")
);
--> statement-breakpoint
CREATE TABLE "round_trips_rt_ts" (
	"trade_id" text COLLATE "C" NOT NULL,
	"ts" timestamp (3) with time zone NOT NULL,
	"last_px" numeric NOT NULL,
	"mfe_px" numeric NOT NULL,
	"mae_px" numeric NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "round_trips_rt_ts_pkey" PRIMARY KEY("trade_id","ts")
) PARTITION BY RANGE ("ts");
--> statement-breakpoint
CREATE TABLE "round_trips_rt" (
	"trade_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"symbol" text NOT NULL,
	"side" text NOT NULL,
	"qty" numeric NOT NULL,
	"entry_px" numeric NOT NULL,
	"mfe_px" numeric NOT NULL,
	"mae_px" numeric NOT NULL,
	"last_px" numeric NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"open_qty" numeric NOT NULL,
	"mfe_pct" numeric,
	"mae_pct" numeric,
	"status" text NOT NULL,
	"account" text NOT NULL,
	"mode" text NOT NULL,
	"con_id" bigint NOT NULL,
	"sec_type" text NOT NULL,
	"currency" text NOT NULL,
	"multiplier" numeric NOT NULL,
	"exit_px" numeric,
	"closed_at" timestamp (3) with time zone,
	"gross_pnl" numeric NOT NULL,
	"commission" numeric,
	"net_pnl" numeric,
	"mfe_at" timestamp (3) with time zone NOT NULL,
	"mfe_pct_at" timestamp (3) with time zone,
	"mfe_pnl" numeric NOT NULL,
	"mfe_pnl_at" timestamp (3) with time zone NOT NULL,
	"mae_at" timestamp (3) with time zone NOT NULL,
	"mae_pct_at" timestamp (3) with time zone,
	"mae_pnl" numeric NOT NULL,
	"mae_pnl_at" timestamp (3) with time zone NOT NULL,
	"drawdown_pct" numeric,
	"order_ref" text,
	"held" boolean NOT NULL,
	"fills" jsonb NOT NULL,
	"source" text NOT NULL,
	"coverage" numeric,
	"gaps" jsonb NOT NULL,
	"seq" bigint NOT NULL,
	"anchor" text COLLATE "C" GENERATED ALWAYS AS (substr(trade_id, strpos(trade_id, ':') + 1)) STORED NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rules" (
	"id" text NOT NULL,
	"version" integer NOT NULL,
	"place" integer NOT NULL,
	"body" jsonb NOT NULL,
	"enabled" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rules_pkey" PRIMARY KEY("id","version")
);
--> statement-breakpoint
CREATE INDEX "alerts_at" ON "alerts" USING btree ("at","opened_at","trade_id","number");--> statement-breakpoint
CREATE INDEX "alerts_trade" ON "alerts" USING btree ("trade_id");--> statement-breakpoint
CREATE INDEX "alerts_rule" ON "alerts" USING btree ("rule_id","at");--> statement-breakpoint
CREATE INDEX "alerts_account" ON "alerts" USING btree ("account","at");--> statement-breakpoint
CREATE INDEX "alerts_seq" ON "alerts" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "audit_subject" ON "audit" USING btree ("subject","id");--> statement-breakpoint
CREATE INDEX "decisions_subject" ON "decisions" USING btree ("subject","id");--> statement-breakpoint
CREATE UNIQUE INDEX "facts_execution" ON "facts" USING btree ("execution_id") WHERE kind = 'execution';--> statement-breakpoint
CREATE INDEX "facts_execution_any" ON "facts" USING btree ("execution_id");--> statement-breakpoint
CREATE INDEX "facts_at" ON "facts" USING btree ("at");--> statement-breakpoint
CREATE INDEX "facts_contract" ON "facts" USING btree ("con_id","kind");--> statement-breakpoint
CREATE INDEX "facts_body" ON "facts" USING hash ("body");--> statement-breakpoint
CREATE INDEX "orders_rt_opened" ON "orders_rt" USING btree ("opened_at","trade_id");--> statement-breakpoint
CREATE INDEX "orders_rt_closed" ON "orders_rt" USING btree ("closed_at","trade_id");--> statement-breakpoint
CREATE INDEX "orders_rt_open" ON "orders_rt" USING btree ("trade_id") WHERE status = 'OPEN';--> statement-breakpoint
CREATE INDEX "orders_rt_account" ON "orders_rt" USING btree ("account","opened_at");--> statement-breakpoint
CREATE INDEX "orders_rt_symbol" ON "orders_rt" USING btree ("symbol","opened_at");--> statement-breakpoint
CREATE INDEX "orders_rt_contract" ON "orders_rt" USING btree ("con_id","opened_at");--> statement-breakpoint
CREATE INDEX "orders_rt_mfe" ON "orders_rt" USING btree ("mfe_pct","trade_id");--> statement-breakpoint
CREATE INDEX "orders_rt_mae" ON "orders_rt" USING btree ("mae_pct","trade_id");--> statement-breakpoint
CREATE INDEX "orders_rt_net" ON "orders_rt" USING btree ("net_pnl","trade_id");--> statement-breakpoint
CREATE INDEX "orders_rt_seq" ON "orders_rt" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "orders_rt_anchor" ON "orders_rt" USING btree ("anchor");--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("id") WHERE done_at is null;--> statement-breakpoint
CREATE INDEX "refused_marks_contract" ON "refused_marks" USING btree ("con_id","at");--> statement-breakpoint
CREATE INDEX "round_trips_rt_opened" ON "round_trips_rt" USING btree ("opened_at","trade_id");--> statement-breakpoint
CREATE INDEX "round_trips_rt_closed" ON "round_trips_rt" USING btree ("closed_at","trade_id");--> statement-breakpoint
CREATE INDEX "round_trips_rt_open" ON "round_trips_rt" USING btree ("trade_id") WHERE status = 'OPEN';--> statement-breakpoint
CREATE INDEX "round_trips_rt_account" ON "round_trips_rt" USING btree ("account","opened_at");--> statement-breakpoint
CREATE INDEX "round_trips_rt_symbol" ON "round_trips_rt" USING btree ("symbol","opened_at");--> statement-breakpoint
CREATE INDEX "round_trips_rt_contract" ON "round_trips_rt" USING btree ("con_id","opened_at");--> statement-breakpoint
CREATE INDEX "round_trips_rt_mfe" ON "round_trips_rt" USING btree ("mfe_pct","trade_id");--> statement-breakpoint
CREATE INDEX "round_trips_rt_mae" ON "round_trips_rt" USING btree ("mae_pct","trade_id");--> statement-breakpoint
CREATE INDEX "round_trips_rt_net" ON "round_trips_rt" USING btree ("net_pnl","trade_id");--> statement-breakpoint
CREATE INDEX "round_trips_rt_seq" ON "round_trips_rt" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "round_trips_rt_anchor" ON "round_trips_rt" USING btree ("anchor");--> statement-breakpoint
COMMENT ON TABLE "orders_rt" IS 'One row per trade of unit ORDER: an entry order with all its partial fills, closed first-in-first-out. Derived: rebuild makes it again from facts and marks. Never add these to round_trips_rt.';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."trade_id" IS 'unit:account:conId:family of the opening execution';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."symbol" IS 'the broker''s symbol of the contract';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."side" IS 'BUY a long trade, SELL a short one';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."qty" IS 'total quantity entered, in units of the contract';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."entry_px" IS 'volume-weighted price of the entering fills, in the contract''s currency';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mfe_px" IS 'maximum favourable excursion as a price: the best price level since entry';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mae_px" IS 'maximum adverse excursion as a price: the worst price level since entry';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."last_px" IS 'the last price the trade saw, its own fill or a mark; flushed at most once a second';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."opened_at" IS 'instant of the first fill';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."updated_at" IS 'instant of the last fact that concerned the trade';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."open_qty" IS 'quantity still open, in units of the contract';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mfe_pct" IS 'best running result, percent of the volume-weighted entry of that moment, at least 0; null where that entry is 0';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mae_pct" IS 'worst running result, percent of the volume-weighted entry of that moment, at most 0; null where that entry is 0';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."status" IS 'OPEN or CLOSED';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."account" IS 'the broker''s account id';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mode" IS 'LIVE, PAPER or DEMO account';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."con_id" IS 'the broker''s contract id; the instrument is in facts';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."sec_type" IS 'kind of contract: STK, FUT, OPT ...';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."currency" IS 'currency of prices, results and commission';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."multiplier" IS 'money per point of price and unit of quantity';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."exit_px" IS 'volume-weighted price of the closing fills; null while open';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."closed_at" IS 'instant of the fill that closed it; null while open';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."gross_pnl" IS 'result before commission, in currency; while open the running result at last_px';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."commission" IS 'what the fills cost, in currency, positive a cost; null while one of them is unknown';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."net_pnl" IS 'gross_pnl minus commission; null while the commission is unknown';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mfe_at" IS 'instant at which mfe_px was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mfe_pct_at" IS 'instant at which mfe_pct was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mfe_pnl" IS 'best gross running result, in currency, at least 0';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mfe_pnl_at" IS 'instant at which mfe_pnl was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mae_at" IS 'instant at which mae_px was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mae_pct_at" IS 'instant at which mae_pct was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mae_pnl" IS 'worst gross running result, in currency, at most 0';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."mae_pnl_at" IS 'instant at which mae_pnl was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."drawdown_pct" IS 'largest fall from the best price since entry, percent of the entry of that moment';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."order_ref" IS 'what the order was labelled with at the broker';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."held" IS 'true: a long-term holding; rules and round trips skip it';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."fills" IS 'the executions, or parts of them, that belong to the trade: executionId, side, role, quantity, price, at (ms since 1970), commission';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."source" IS 'what the excursions were measured from: TICK, SAMPLED, BAR, DAY_RANGE, or ENTRY where only fills were seen';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."coverage" IS 'share (0..1) of the trade''s life outside declared gaps; null for a trade without any life yet';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."gaps" IS 'the holes in what was seen: from, to (ms since 1970)';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."seq" IS 'rises with every change; given by the one writer';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt"."anchor" IS 'trade_id without its unit: what annotations hang on';
--> statement-breakpoint
COMMENT ON TABLE "round_trips_rt" IS 'One row per trade of unit ROUND_TRIP: flat to flat in one account and contract. The same executions as orders_rt, cut differently: never add the two.';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."trade_id" IS 'unit:account:conId:family of the opening execution';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."symbol" IS 'the broker''s symbol of the contract';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."side" IS 'BUY a long trade, SELL a short one';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."qty" IS 'total quantity entered, in units of the contract';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."entry_px" IS 'volume-weighted price of the entering fills, in the contract''s currency';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mfe_px" IS 'maximum favourable excursion as a price: the best price level since entry';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mae_px" IS 'maximum adverse excursion as a price: the worst price level since entry';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."last_px" IS 'the last price the trade saw, its own fill or a mark; flushed at most once a second';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."opened_at" IS 'instant of the first fill';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."updated_at" IS 'instant of the last fact that concerned the trade';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."open_qty" IS 'quantity still open, in units of the contract';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mfe_pct" IS 'best running result, percent of the volume-weighted entry of that moment, at least 0; null where that entry is 0';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mae_pct" IS 'worst running result, percent of the volume-weighted entry of that moment, at most 0; null where that entry is 0';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."status" IS 'OPEN or CLOSED';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."account" IS 'the broker''s account id';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mode" IS 'LIVE, PAPER or DEMO account';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."con_id" IS 'the broker''s contract id; the instrument is in facts';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."sec_type" IS 'kind of contract: STK, FUT, OPT ...';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."currency" IS 'currency of prices, results and commission';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."multiplier" IS 'money per point of price and unit of quantity';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."exit_px" IS 'volume-weighted price of the closing fills; null while open';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."closed_at" IS 'instant of the fill that closed it; null while open';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."gross_pnl" IS 'result before commission, in currency; while open the running result at last_px';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."commission" IS 'what the fills cost, in currency, positive a cost; null while one of them is unknown';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."net_pnl" IS 'gross_pnl minus commission; null while the commission is unknown';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mfe_at" IS 'instant at which mfe_px was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mfe_pct_at" IS 'instant at which mfe_pct was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mfe_pnl" IS 'best gross running result, in currency, at least 0';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mfe_pnl_at" IS 'instant at which mfe_pnl was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mae_at" IS 'instant at which mae_px was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mae_pct_at" IS 'instant at which mae_pct was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mae_pnl" IS 'worst gross running result, in currency, at most 0';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."mae_pnl_at" IS 'instant at which mae_pnl was first reached';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."drawdown_pct" IS 'largest fall from the best price since entry, percent of the entry of that moment';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."order_ref" IS 'what the order was labelled with at the broker';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."held" IS 'true: a long-term holding; rules and round trips skip it';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."fills" IS 'the executions, or parts of them, that belong to the trade: executionId, side, role, quantity, price, at (ms since 1970), commission';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."source" IS 'what the excursions were measured from: TICK, SAMPLED, BAR, DAY_RANGE, or ENTRY where only fills were seen';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."coverage" IS 'share (0..1) of the trade''s life outside declared gaps; null for a trade without any life yet';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."gaps" IS 'the holes in what was seen: from, to (ms since 1970)';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."seq" IS 'rises with every change; given by the one writer';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt"."anchor" IS 'trade_id without its unit: what annotations hang on';
--> statement-breakpoint
COMMENT ON TABLE "orders_rt_ts" IS 'The trajectory of every trade of orders_rt: a row on each new extreme or fill, otherwise at most one a second. Partitioned by UTC day of ts.';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt_ts"."trade_id" IS 'the trade';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt_ts"."ts" IS 'instant; the row is the state after the last fact of this millisecond';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt_ts"."last_px" IS 'the price then, in the contract''s currency';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt_ts"."mfe_px" IS 'the best price level since entry, until then';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt_ts"."mae_px" IS 'the worst price level since entry, until then';
--> statement-breakpoint
COMMENT ON COLUMN "orders_rt_ts"."seq" IS 'rises with every change; given by the one writer';
--> statement-breakpoint
COMMENT ON TABLE "round_trips_rt_ts" IS 'The trajectory of every trade of round_trips_rt, as orders_rt_ts. Partitioned by UTC day of ts.';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt_ts"."trade_id" IS 'the trade';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt_ts"."ts" IS 'instant; the row is the state after the last fact of this millisecond';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt_ts"."last_px" IS 'the price then, in the contract''s currency';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt_ts"."mfe_px" IS 'the best price level since entry, until then';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt_ts"."mae_px" IS 'the worst price level since entry, until then';
--> statement-breakpoint
COMMENT ON COLUMN "round_trips_rt_ts"."seq" IS 'rises with every change; given by the one writer';
--> statement-breakpoint
COMMENT ON TABLE "facts" IS 'What happened, as the broker or a tape told it. Append-only; everything else is folded from it.';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."arrival" IS 'place in the order of arrival; facts of one instant are folded in this order';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."kind" IS 'instrument, execution, commission, gap, fxRate ...';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."at" IS 'when it happened; of a gap its beginning';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."con_id" IS 'the broker''s contract id';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."account" IS 'the broker''s account id';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."execution_id" IS 'of executions and commissions';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."body" IS 'the fact itself; instants in ms since 1970, decimals as text';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."raw" IS 'the broker''s own message, where one came';
--> statement-breakpoint
COMMENT ON COLUMN "facts"."seen_at" IS 'when it became known, where that differs';
--> statement-breakpoint
COMMENT ON TABLE "marks" IS 'Prices of what is or was held, as accepted by the mark filter, repeats removed. Partitioned by UTC day of at; old days are dropped (KEEP_MARKS_DAYS).';
--> statement-breakpoint
COMMENT ON COLUMN "marks"."con_id" IS 'the broker''s contract id';
--> statement-breakpoint
COMMENT ON COLUMN "marks"."at" IS 'the exchange''s instant where it is told, else when it was received';
--> statement-breakpoint
COMMENT ON COLUMN "marks"."arrival" IS 'place in the order of arrival, counted together with facts';
--> statement-breakpoint
COMMENT ON COLUMN "marks"."price" IS 'in the contract''s currency';
--> statement-breakpoint
COMMENT ON COLUMN "marks"."bid" IS 'best bid then, where known';
--> statement-breakpoint
COMMENT ON COLUMN "marks"."ask" IS 'best ask then, where known';
--> statement-breakpoint
COMMENT ON COLUMN "marks"."source" IS 'LAST, MID, BAR, DAY_RANGE or SAMPLED; null where not told';
--> statement-breakpoint
COMMENT ON COLUMN "marks"."seen_at" IS 'when it became known, where that differs';
--> statement-breakpoint
COMMENT ON TABLE "decisions" IS 'What the trader decided: annotations, plans, rules switched. Append-only.';
--> statement-breakpoint
COMMENT ON COLUMN "decisions"."at" IS 'when';
--> statement-breakpoint
COMMENT ON COLUMN "decisions"."kind" IS 'annotate, rule ...';
--> statement-breakpoint
COMMENT ON COLUMN "decisions"."subject" IS 'the trade''s anchor or the rule''s id';
--> statement-breakpoint
COMMENT ON COLUMN "decisions"."body" IS 'what was decided';
--> statement-breakpoint
COMMENT ON TABLE "annotations" IS 'The trader''s words on a trade, folded from decisions.';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."anchor" IS 'account:conId:family of the opening execution; trade_id without its unit';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."strategy" IS 'name of the strategy';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."tags" IS 'free labels';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."note" IS 'free text';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."initial_stop" IS 'price of the first protective stop, for results in R';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."held" IS 'true: a long-term holding';
--> statement-breakpoint
COMMENT ON COLUMN "annotations"."updated_at" IS 'when last changed';
--> statement-breakpoint
COMMENT ON TABLE "rules" IS 'The alert rules, every version kept; the highest version of an id is the one in force.';
--> statement-breakpoint
COMMENT ON COLUMN "rules"."id" IS 'name of the rule';
--> statement-breakpoint
COMMENT ON COLUMN "rules"."version" IS 'counts from 1';
--> statement-breakpoint
COMMENT ON COLUMN "rules"."place" IS 'order in which rules are looked at and printed';
--> statement-breakpoint
COMMENT ON COLUMN "rules"."body" IS 'the rule as in INTERFACES (kind, pct, tiers ...)';
--> statement-breakpoint
COMMENT ON COLUMN "rules"."enabled" IS 'false: not looked at';
--> statement-breakpoint
COMMENT ON COLUMN "rules"."created_at" IS 'when this version was saved';
--> statement-breakpoint
COMMENT ON TABLE "alerts" IS 'What the rules raised. History: a rebuild re-judges an alert, it never deletes one.';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."id" IS 'hash of rule, tier and trade';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."number" IS 'order of raising';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."seq" IS 'rises with every change; given by the one writer';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."rule_id" IS 'the rule';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."rule_version" IS 'the version of the rule that fired';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."tier" IS 'tier of the rule, from 0';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."trade_id" IS 'the trade';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."unit" IS 'ORDER or ROUND_TRIP';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."account" IS 'the broker''s account id';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."con_id" IS 'the broker''s contract id';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."symbol" IS 'the broker''s symbol';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."at" IS 'market instant of the fact that raised it';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."price" IS 'the price then, in the contract''s currency';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."pct" IS 'mfe_pct for MFE_TARGET and TIME_STOP, the percentage now for the others';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."severity" IS 'info, warn or critical';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."opened_at" IS 'when the trade was opened';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."state" IS 'RAISED, LATE (older than 5 minutes at commit), ALREADY_BEYOND, WITHDRAWN or MISSED';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."raised_at" IS 'host instant of the commit';
--> statement-breakpoint
COMMENT ON COLUMN "alerts"."message" IS 'the text people read';
--> statement-breakpoint
COMMENT ON TABLE "reviews" IS 'The day''s reviews; account null is all accounts together.';
--> statement-breakpoint
COMMENT ON COLUMN "reviews"."day" IS 'market day, YYYY-MM-DD';
--> statement-breakpoint
COMMENT ON COLUMN "reviews"."account" IS 'the broker''s account id; null: all';
--> statement-breakpoint
COMMENT ON COLUMN "reviews"."body" IS 'the review''s numbers';
--> statement-breakpoint
COMMENT ON COLUMN "reviews"."card" IS 'the card as Markdown';
--> statement-breakpoint
COMMENT ON COLUMN "reviews"."path" IS 'where the card was written';
--> statement-breakpoint
COMMENT ON COLUMN "reviews"."created_at" IS 'host instant of the first';
--> statement-breakpoint
COMMENT ON COLUMN "reviews"."updated_at" IS 'host instant of the last';
--> statement-breakpoint
COMMENT ON TABLE "outbox" IS 'Effects to be carried out, committed with what caused them; a sweep hands them to the queue.';
--> statement-breakpoint
COMMENT ON COLUMN "outbox"."key" IS 'names the effect: inserting it twice is inserting it once';
--> statement-breakpoint
COMMENT ON COLUMN "outbox"."kind" IS 'which job';
--> statement-breakpoint
COMMENT ON COLUMN "outbox"."payload" IS 'what the job is told';
--> statement-breakpoint
COMMENT ON COLUMN "outbox"."created_at" IS 'host instant of the commit';
--> statement-breakpoint
COMMENT ON COLUMN "outbox"."taken_at" IS 'host instant at which a sweep last took it';
--> statement-breakpoint
COMMENT ON COLUMN "outbox"."takes" IS 'how often it was taken';
--> statement-breakpoint
COMMENT ON COLUMN "outbox"."done_at" IS 'host instant at which it was handed over; null: still waiting';
--> statement-breakpoint
COMMENT ON TABLE "audit" IS 'What was changed after the fact, before and after.';
--> statement-breakpoint
COMMENT ON COLUMN "audit"."at" IS 'when';
--> statement-breakpoint
COMMENT ON COLUMN "audit"."what" IS 'what was done';
--> statement-breakpoint
COMMENT ON COLUMN "audit"."subject" IS 'to what';
--> statement-breakpoint
COMMENT ON COLUMN "audit"."before" IS 'as it was';
--> statement-breakpoint
COMMENT ON COLUMN "audit"."after" IS 'as it is';
--> statement-breakpoint
COMMENT ON TABLE "refused_marks" IS 'Prices that were not accepted as marks, and why.';
--> statement-breakpoint
COMMENT ON COLUMN "refused_marks"."con_id" IS 'the broker''s contract id';
--> statement-breakpoint
COMMENT ON COLUMN "refused_marks"."at" IS 'the price''s instant';
--> statement-breakpoint
COMMENT ON COLUMN "refused_marks"."price" IS 'as told; null where it was not a number';
--> statement-breakpoint
COMMENT ON COLUMN "refused_marks"."reason" IS 'which rule of the mark filter refused it';
--> statement-breakpoint
COMMENT ON TABLE "meta" IS 'Single numbers the store must not forget.';
--> statement-breakpoint
COMMENT ON COLUMN "meta"."key" IS 'arrival: the last arrival given; seq: the last seq given';
--> statement-breakpoint
COMMENT ON COLUMN "meta"."value" IS 'the number';
