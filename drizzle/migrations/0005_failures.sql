ALTER TABLE "deliveries" ADD COLUMN "failure" text;--> statement-breakpoint
CREATE INDEX "deliveries_state" ON "deliveries" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "deliveries_channel" ON "deliveries" USING btree ("channel","id");--> statement-breakpoint
CREATE INDEX "deliveries_message" ON "deliveries" USING btree ("message_id");--> statement-breakpoint
COMMENT ON COLUMN "deliveries"."failure" IS 'retry, permanent or ambiguous: whether the last attempt that failed may have arrived; null: none failed, or the next one did not';
