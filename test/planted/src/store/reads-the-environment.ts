// Planted: Only config.ts reads the environment.
// Expected: noProcessEnv
export const url = process.env.DATABASE_URL
