// What the server counts of itself, for GET /metrics. Plain numbers; nobody decides anything by them.
export interface Meter {
  /** Subscriptions that are running now. */
  subscriptions: number
  /** Mailboxes that overflowed since the start. */
  overflows: number
  /** Events handed to subscribers since the start. */
  deliveries: number
}

export function openMeter(): Meter {
  return { subscriptions: 0, overflows: 0, deliveries: 0 }
}
