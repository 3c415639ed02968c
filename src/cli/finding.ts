// One thing the doctor looked at: how it stands, and what to do about it.
export interface Finding {
  readonly what: string
  readonly state: 'ok' | 'off' | 'fault'
  readonly found: string
  /** What to do about it. */
  readonly remedy?: string
}
