DROP INDEX "deliveries_waiting";--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "urgency" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "deliveries_waiting" ON "deliveries" USING btree ("channel","urgency" DESC NULLS FIRST,"id") WHERE state in ('WAITING', 'SENDING');--> statement-breakpoint
UPDATE "deliveries" SET "urgency" = 3 WHERE "state" = 'WAITING' AND "system_alert_id" IS NOT NULL;--> statement-breakpoint
UPDATE "deliveries" SET "urgency" = CASE "alerts"."severity" WHEN 'critical' THEN 2 WHEN 'warn' THEN 1 ELSE 0 END FROM "alerts" WHERE "deliveries"."state" = 'WAITING' AND "alerts"."id" = "deliveries"."alert_id";--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."urgency" IS 'which waiting ones are read first: 3 the recorder''s own troubles, then by severity: 2 critical, 1 warn, 0 info';
