-- Written by drizzle-kit from drizzle/schema.ts; by hand: the comments at the end, for whoever looks with an SQL client.
CREATE TABLE "deliveries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deliveries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"subject" text NOT NULL,
	"channel" text NOT NULL,
	"alert_id" text COLLATE "C",
	"system_alert_id" bigint,
	"state" text DEFAULT 'WAITING' NOT NULL,
	"message_id" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"possible_duplicates" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"attempted_at" timestamp (3) with time zone,
	"sent_at" timestamp (3) with time zone,
	"trouble" text,
	CONSTRAINT "deliveries_subject" UNIQUE("subject","channel")
);
--> statement-breakpoint
CREATE TABLE "system_alerts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "system_alerts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE INDEX "deliveries_waiting" ON "deliveries" USING btree ("channel","id") WHERE state in ('WAITING', 'SENDING');--> statement-breakpoint
CREATE INDEX "deliveries_alert" ON "deliveries" USING btree ("alert_id");--> statement-breakpoint
CREATE INDEX "deliveries_attempted" ON "deliveries" USING btree ("channel","attempted_at");--> statement-breakpoint
CREATE UNIQUE INDEX "system_alerts_active" ON "system_alerts" USING btree ("kind","subject") WHERE until is null;--> statement-breakpoint
COMMENT ON TABLE "deliveries" IS 'What is to be told to whom: one row an alert and channel. History; never deleted.';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."subject" IS 'alert:<id>, system:<id>:raised or system:<id>:over; told once to each channel';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."channel" IS 'slack, sms, webhook ...';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."alert_id" IS 'the alert';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."system_alert_id" IS 'the system alert';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."state" IS 'WAITING, SENDING, SENT, SHARED (an earlier message had told it) or DEAD';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."message_id" IS 'the message it went out with, the same over all attempts; rows of one message share it';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."attempts" IS 'how often sending was begun';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."possible_duplicates" IS 'attempts repeated without knowing whether the one before had arrived, where the channel cannot tell';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."due_at" IS 'not before this host instant';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."created_at" IS 'host instant at which it was handed over';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."attempted_at" IS 'host instant of the last attempt';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."sent_at" IS 'host instant of the acknowledgement';
--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."trouble" IS 'what the last attempt met; never an address or a secret';
--> statement-breakpoint
COMMENT ON TABLE "system_alerts" IS 'What was wrong with the recorder itself, from when until when.';
--> statement-breakpoint
COMMENT ON COLUMN "system_alerts"."kind" IS 'BLIND, LOGIN_NEEDED, BROKER_DISAGREES or DELIVERY_FAILING';
--> statement-breakpoint
COMMENT ON COLUMN "system_alerts"."subject" IS 'which broker or channel; empty where there is only one';
--> statement-breakpoint
COMMENT ON COLUMN "system_alerts"."since" IS 'host instant from which it holds';
--> statement-breakpoint
COMMENT ON COLUMN "system_alerts"."until" IS 'host instant until which it held; null: still';
--> statement-breakpoint
COMMENT ON COLUMN "system_alerts"."details" IS 'symbols, the broker''s words: what the text is made of';
