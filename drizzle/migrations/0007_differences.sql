CREATE TABLE "differences" (
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "differences_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"con_id" bigint,
	"symbol" text,
	"measure" text NOT NULL,
	"subject" text NOT NULL,
	"source" text NOT NULL,
	"ours" numeric,
	"theirs" numeric,
	"currency" text,
	"causes" text[] NOT NULL,
	"stale_seconds" integer,
	"severity" text NOT NULL,
	"remedy" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "differences_open" ON "differences" USING btree ("account",coalesce(con_id, 0),"measure","subject") WHERE until is null;--> statement-breakpoint
CREATE INDEX "differences_since" ON "differences" USING btree ("since");