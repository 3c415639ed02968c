// The nightly statement: what the broker's books say of executions, costs, corrections and busts that its socket never tells. Fetched, read, appended as facts;
// the one writer folds them and has the cards of the days they changed made again. Safe to run twice: what is known is left out.
import { newsOf, parseFlex } from '#broker/flex.ts'
import { type FlexPatience, openFlexWeb } from '#broker/flex-web.ts'
import type { Fact } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { FlexFailed, TapeInvalid } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { appendFacts, factsOf, rememberStatement } from '#store/facts.ts'

export interface FlexRoom {
  readonly db: Database
  readonly clock: Clock
  readonly baseUrl: string
  readonly token: string
  readonly queryIds: readonly string[]
  readonly patience?: Partial<FlexPatience>
  log(line: string): void
}

/** The room as the configuration wants it; null: no statement is fetched. */
export function flexRoomOf({ flex: { token, queryIds, baseUrl } }: Config, { db, clock, log }: Pick<FlexRoom, 'db' | 'clock' | 'log'>): FlexRoom | null {
  return token === null || queryIds.length === 0 ? null : { db, clock, log, baseUrl, token, queryIds }
}

export interface TakenStatement {
  readonly accounts: readonly string[]
  /** Facts of the statement, by kind. */
  readonly read: Readonly<Partial<Record<Fact['kind'], number>>>
  readonly fresh: number
  /** Why rows were passed over, and how many. */
  readonly leftOut: ReadonlyMap<string, number>
}

/** Fetches the statement of every query and takes it in. A query that fails keeps no other from being fetched. */
export async function fetchStatements(room: FlexRoom): Promise<readonly TakenStatement[]> {
  const web = openFlexWeb(room)
  const taken: TakenStatement[] = []
  const failures: (FlexFailed | TapeInvalid)[] = []
  for (const queryId of room.queryIds) {
    const name = `query ${queryId}`
    try {
      taken.push(await takeStatement(room.db, await web.statement(queryId), name))
    } catch (error) {
      if (!(error instanceof FlexFailed || error instanceof TapeInvalid)) throw error
      room.log(error instanceof TapeInvalid ? `flex: ${error.message}` : `flex: ${name}: ${error.message}`)
      failures.push(error)
    }
  }
  const worst = failures.find((failure) => failure instanceof FlexFailed && failure.again) ?? failures[0]
  if (worst !== undefined) throw worst
  await rememberStatement(room.db, room.clock.now())
  return taken
}

/** A statement's news into the log of facts; the same for a file and for one that was fetched. */
export async function takeStatement(db: Database, xml: string, name: string): Promise<TakenStatement> {
  const statement = parseFlex(xml)
  if ('refused' in statement) throw new TapeInvalid(`${name}: ${statement.refused}`)
  const { facts, accounts } = statement
  const known = (await factsOf(db)).map(({ fact }) => fact)
  const { facts: news, leftOut } = newsOf(statement, known)
  const fresh = await appendFacts(db, news)
  const read: Partial<Record<Fact['kind'], number>> = {}
  for (const { kind } of facts) read[kind] = (read[kind] ?? 0) + 1
  return { accounts, read, fresh: fresh.length, leftOut }
}

const KINDS = { execution: 'executions', commission: 'commissions', settlement: 'settlements', adopt: 'deliveries', cancel: 'cancellations' } as const

/** 'U1: 24 executions, …; 3 facts are new'. */
export function sayStatement({ accounts, read, fresh, leftOut }: TakenStatement): string {
  const counts = Object.entries(KINDS).map(([kind, many]) => `${read[kind as keyof typeof KINDS] ?? 0} ${many}`)
  const passed = [...leftOut].map(([reason, rows]) => `; not imported: ${rows} ${rows === 1 ? 'row' : 'rows'}: ${reason}`)
  return `${accounts.join(', ')}: ${counts.join(', ')}; ${fresh === 1 ? '1 fact is' : `${fresh} facts are`} new${passed.join('')}`
}

/** Whether the last statement is older than a night: a machine that was off makes up for it. */
export function isStatementDue(last: Instant | null, now: Instant): boolean {
  return last === null || now - last > DAY_MS
}

const DAY_MS = 86_400_000
