// PostgreSQL's own plan for every statement that some work sends, so that a test can say what may not be in it.
import type { Database } from '#store/db.ts'

/** The plans of what `work` asks, in order, each by its lines. The statements are sent as they are, and explained afterwards. */
export async function plansOf({ pool }: Database, work: () => Promise<unknown>): Promise<readonly (readonly string[])[]> {
  const asked: { text: string; values: unknown[] }[] = []
  const query = pool.query.bind(pool)
  pool.query = ((given: { text: string; values?: unknown[] }, values?: unknown[]) => {
    asked.push({ text: typeof given === 'string' ? given : given.text, values: values ?? given.values ?? [] })
    return query(given as never, values as never)
  }) as typeof pool.query
  try {
    await work()
  } finally {
    pool.query = query
  }
  const plans: string[][] = []
  for (const { text, values } of asked) {
    const { rows } = await query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    plans.push(rows.map((row) => row['QUERY PLAN']))
  }
  return plans
}
