// What a token allows, in the trader's words. Pure: it knows neither tokens nor requests.

/** read: see; annotate: say something of a trade; rules: write rules; admin: all of it, and the tools for people. */
export const SCOPES = ['read', 'annotate', 'rules', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Whoever may write may also see what came of it; admin may do everything. */
export function allows(scopes: readonly Scope[], wanted: Scope): boolean {
  return scopes.includes(wanted) || scopes.includes('admin') || (wanted === 'read' && scopes.length > 0)
}
