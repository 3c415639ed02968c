-- Written by drizzle-kit from drizzle/schema.ts; by hand: the comment.
DROP INDEX "facts_execution";--> statement-breakpoint
CREATE UNIQUE INDEX "facts_execution" ON "facts" USING btree ("execution_id","account") WHERE kind = 'execution';--> statement-breakpoint
COMMENT ON INDEX "facts_execution" IS 'An execution is told once in its account: accounts of one order may share its id.';
