import { defineConfig } from 'drizzle-kit'

// `drizzle-kit generate` writes the next migration from drizzle/schema.ts. What it cannot say (partitions, comments, collations) is
// added by hand to the SQL file it wrote; the snapshot beside stays as generated.
export default defineConfig({ dialect: 'postgresql', schema: './drizzle/schema.ts', out: './drizzle/migrations' })
