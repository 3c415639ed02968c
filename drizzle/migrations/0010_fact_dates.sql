COMMENT ON COLUMN "facts"."seen_at" IS 'When it became known: what the fact itself says, else the market''s time when the service heard it live; null where neither is known (imported).';
