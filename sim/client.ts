// A client of the gateway, as its requests and their answers see it.
import type { Line } from './ticks.ts'
import type { Tokens } from './wire.ts'

/** One client as its requests see it: what it has asked to be told. */
export interface Client {
  readonly clientId: number
  readonly lines: Map<number, Line>
  wantsPositions: boolean
  wantsOrders: boolean
  /** The account whose portfolio it follows. */
  followsAccount: string | null
  readonly pnlSingles: Map<number, { account: string; conId: number }>
  /** Requests of account results, by account. */
  readonly pnls: Map<number, string>
  send(...frames: readonly Tokens[]): void
  /** It has asked for data: the tape may start. */
  becomeReady(): void
  linesChanged(): void
  log(line: string): void
}
