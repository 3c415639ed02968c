// Who asks, and what of it they may see: a token's scopes and accounts bound everything. Pure; door.ts finds out who it is.
import type { AlertFilter, TradeFilter } from '#core/query.ts'
import type { Rule } from '#core/rules.ts'
import { allows, SCOPES, type Scope } from '#core/scope.ts'
import type { DeliveryFilter } from '#store/deliveries.ts'
import type { DifferenceFilter } from '#store/differences.ts'
import type { BrokerStatus } from '#src/bus.ts'
import { apiError } from './errors.ts'

export interface Caller {
  /** What stands in the audit log and is counted by: 'loopback', or the token's id and name. */
  readonly name: string
  /** Null for this machine itself. */
  readonly tokenId: string | null
  readonly scopes: readonly Scope[]
  /** null: every account. */
  readonly accounts: readonly string[] | null
}

/** This machine: whoever can reach its loopback can read its files, too. */
export const LOOPBACK: Caller = { name: 'loopback', tokenId: null, scopes: SCOPES, accounts: null }

/** Who was asked for no token and shows none: may know that something is, of no account. */
export const NOBODY: Caller = { name: 'nobody', tokenId: null, scopes: [], accounts: [] }

/** Throws FORBIDDEN where the caller's token has not this scope. */
export function demand(caller: Caller, scope: Scope): void {
  if (!allows(caller.scopes, scope)) throw apiError('FORBIDDEN', `expected a token with the scope '${scope}', found ${caller.scopes.join(', ')}`)
}

export function sees({ accounts }: Caller, account: string): boolean {
  return accounts === null || accounts.includes(account)
}

/** A trade's id names its account. */
export function seesTrade(caller: Caller, tradeId: string): boolean {
  return caller.accounts === null || sees(caller, tradeId.split(':')[1] ?? '')
}

/** The filter, asking for no account the caller may not see. */
export function within<F extends TradeFilter | AlertFilter | DeliveryFilter | DifferenceFilter>({ accounts }: Caller, filter: F): F {
  if (accounts === null) return filter
  return { ...filter, accounts: filter.accounts === undefined ? accounts : filter.accounts.filter((account) => accounts.includes(account)) }
}

/** A rule belongs to the accounts its scope names; one without such a scope is everybody's to see. */
export function seesRule(caller: Caller, { scope }: Pick<Rule, 'scope'>): boolean {
  return caller.accounts === null || scope.accounts === undefined || scope.accounts.every((account) => sees(caller, account))
}

/** Who is bound to accounts may only write rules that are bound to them too. */
export function mayWriteRule(caller: Caller, rule: Pick<Rule, 'scope'>): boolean {
  return caller.accounts === null || (rule.scope.accounts !== undefined && seesRule(caller, rule))
}

/** The session as this caller may know it: other accounts are not named, not even in its words. */
export function statusFor(caller: Caller, status: BrokerStatus): BrokerStatus {
  if (caller.accounts === null) return status
  const hidden = status.accounts.filter((account) => !sees(caller, account))
  const reason = hidden.reduce((text, account) => text.replaceAll(account, '…'), status.reason)
  return { ...status, reason, accounts: status.accounts.filter((account) => sees(caller, account)) }
}
