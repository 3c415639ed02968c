// One transaction whose statements leave one after another without waiting for the answers in between: what a batch has to say takes one way there and
// back instead of one for each. For statements whose answer nobody needs but that it was done.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { undoing } from './sql.ts'

export interface OneGo {
  /** Leaves with whatever is said next. With a name its plan is kept by the connection: for texts that never change. */
  say(text: string, values?: unknown[], name?: string): void
  /** Rows by COPY, after everything said so far is done: its lines, or the bytes of its binary form. */
  copy(text: string, rows: Iterable<string | Uint8Array>): Promise<void>
}

/** Begun by `begin`; a statement that fails undoes all of it and is thrown on. */
export async function inOneGo(pool: pg.Pool, begin: string, work: (go: OneGo) => Promise<void>): Promise<void> {
  await undoing(pool, async (client) => {
    const go = new Connection(client)
    go.say(begin)
    await work(go)
    go.say('commit')
    await go.done()
  })
}

class Connection implements OneGo {
  readonly #client: pg.PoolClient
  #said: pg.QueryConfig[] = []

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  say(text: string, values?: unknown[], name?: string): void {
    this.#said.push({ text, ...(values === undefined ? {} : { values }), ...(name === undefined ? {} : { name }) })
  }

  async copy(text: string, rows: Iterable<string | Uint8Array>): Promise<void> {
    // What has no values can be said in the same breath.
    const texts = this.#said.every(({ values }) => values === undefined) ? this.#said.splice(0).map((statement) => statement.text) : []
    await this.done()
    await pipeline(Readable.from(rows), this.#client.query(copyFrom([...texts, text].join('; '))))
  }

  /** The first that failed is the reason: those after it only say that the transaction is lost, and a commit then undoes it. */
  async done(): Promise<void> {
    const said = this.#said
    this.#said = []
    if (said.length === 0) return
    // Pools have it for all their connections or for none, and a COPY cannot be sent so: it is switched while nothing is under way.
    const client = this.#client as { pipeline: boolean } & pg.PoolClient
    client.pipeline = true
    try {
      const answers = await Promise.allSettled(said.map((statement) => client.query(statement)))
      for (const answer of answers) if (answer.status === 'rejected') throw answer.reason
    } finally {
      client.pipeline = false
    }
  }
}
