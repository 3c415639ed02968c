ALTER TABLE "system_alerts" ADD COLUMN "paper" boolean DEFAULT false NOT NULL;--> statement-breakpoint
COMMENT ON COLUMN "system_alerts"."paper" IS 'of paper accounts alone: no real money';
