// One order that two sources number differently, known by an execution that both told. Pure.
import type { Execution, SameOrder } from './facts.ts'

/** One execution told by two sources: its order's number in `one` is what `other` calls so. Null where they call it the same, or say too little. */
export function sameOrderOf(one: Execution, other: Execution): SameOrder | null {
  const { account, permId } = one
  if (!isSet(permId) || account !== other.account || other.permId === permId) return null
  if (isSet(other.permId)) return { kind: 'sameOrder', account, permId, asPermId: other.permId }
  if (!isSet(other.orderId)) return null
  return { kind: 'sameOrder', account, permId, asOrderId: other.orderId, ...(other.clientId === undefined ? {} : { asClientId: other.clientId }) }
}

function isSet(id: string | undefined): id is string {
  return id !== undefined && Number(id) > 0
}
