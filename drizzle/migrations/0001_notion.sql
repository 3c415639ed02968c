CREATE TABLE "notion_pages" (
	"data_source_id" text NOT NULL,
	"key" text NOT NULL,
	"page_id" text,
	"container_id" text,
	"block_ids" jsonb NOT NULL,
	"sent" jsonb NOT NULL,
	"content_hash" text,
	"blocks_hash" text,
	"known_until" timestamp (3) with time zone,
	"attempted_at" timestamp (3) with time zone,
	"gone" text,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notion_pages_pkey" PRIMARY KEY("data_source_id","key")
);
--> statement-breakpoint
CREATE TABLE "notion_sources" (
	"role" text PRIMARY KEY NOT NULL,
	"data_source_id" text NOT NULL,
	"database_id" text NOT NULL,
	"properties" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
COMMENT ON TABLE "notion_sources" IS 'Where pages go in Notion.';
--> statement-breakpoint
COMMENT ON COLUMN "notion_sources"."role" IS 'days or trades';
--> statement-breakpoint
COMMENT ON COLUMN "notion_sources"."data_source_id" IS 'the data source pages are put into';
--> statement-breakpoint
COMMENT ON COLUMN "notion_sources"."database_id" IS 'the database it belongs to';
--> statement-breakpoint
COMMENT ON COLUMN "notion_sources"."properties" IS 'our name of a property: its id, so that one the user renamed is still found';
--> statement-breakpoint
COMMENT ON COLUMN "notion_sources"."updated_at" IS 'host instant of the last set-up';
--> statement-breakpoint
COMMENT ON TABLE "notion_pages" IS 'The pages we made in Notion, and what of ours is on them.';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."data_source_id" IS 'the data source the page is in';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."key" IS 'what the page stands for; the same text is a property of the page';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."page_id" IS 'null: none was seen yet';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."container_id" IS 'the block ours live in; null: none was seen yet';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."block_ids" IS 'the blocks in it that are ours';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."sent" IS 'property id: hash of the value last sent';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."content_hash" IS 'of all that was written; null: something is still to be written';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."blocks_hash" IS 'of the blocks alone';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."known_until" IS 'up to when what the page says was known';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."attempted_at" IS 'host instant of a create that was not answered';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."gone" IS 'page or blocks: what the user threw away and is not made again';
--> statement-breakpoint
COMMENT ON COLUMN "notion_pages"."updated_at" IS 'host instant of the last write';
