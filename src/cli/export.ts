// `export tape`: the facts and marks of the database as NDJSON. What `replay` reads back, and the backup.
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { AnyFact } from '#core/facts.ts'
import { printFact } from '#core/tape.ts'
import { type Instant, LATEST, parseInstant } from '#core/time.ts'
import { clock } from '#src/clock.ts'
import { loadEnv, readConfig } from '#src/config.ts'
import { TapeInvalid, UsageError } from '#src/errors.ts'
import { openDatabase } from '#store/db.ts'
import { heldAnchors } from '#store/decisions.ts'
import { factsOf } from '#store/facts.ts'
import { marksOf } from '#store/marks.ts'
import { verb } from './arguments.ts'
import { logTo } from './log.ts'
import { progressLine, say } from './terminal.ts'

export const exportTape = verb({
  usage: 'export tape [--from D] [--until D] [--account A] [--out FILE]',
  summary: 'the facts and marks as a tape: what replay reads back, and the backup',
  flags: {
    from: { value: 'D', help: 'a day or an instant (UTC): nothing before it' },
    until: { value: 'D', help: 'a day or an instant (UTC): nothing at or after it' },
    account: { value: 'A', help: 'executions of this account only' },
    out: { value: 'FILE', help: 'where it is written; stdout by default' },
  },
  async run({ flags, rest }) {
    if (rest[0] !== 'tape') throw new UsageError(`export: expected 'export tape', found '${rest.join(' ')}'`)
    const from = instantFlag('from', flags.from)
    const until = instantFlag('until', flags.until)
    const config = readConfig(loadEnv())
    await using db = await openDatabase({ url: config.databaseUrl, home: config.home, log: logTo(clock) })
    const out: Writable = flags.out === undefined ? process.stdout : createWriteStream(flags.out, { flags: 'w' })
    let broken: Error | null = null
    out.on('error', (error) => {
      broken = error
    })
    const progress = progressLine(clock)
    let lines = 0
    const write = async (fact: AnyFact) => {
      lines++
      if (!out.write(`${printFact(fact)}\n`)) await Promise.race([once(out, 'drain'), once(out, 'error')])
      if (broken !== null) throw new TapeInvalid(`expected to write the tape to ${flags.out ?? 'stdout'}, found: ${broken.message}`)
      progress.show(`${lines.toLocaleString('en')} lines`)
    }
    const facts = await factsOf(db, {
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
      ...(flags.account === undefined ? {} : { account: flags.account }),
    })
    const firstFill = new Map<number, Instant>()
    for (const { fact, raw: _ } of facts) {
      await write(fact)
      if (fact.kind === 'execution') firstFill.set(fact.conId, Math.min(firstFill.get(fact.conId) ?? fact.at, fact.at))
    }
    for (const anchor of await heldAnchors(db)) await write({ kind: 'hold', executionId: anchor.split(':').slice(2).join(':') })
    for (const [conId, first] of firstFill) {
      for await (const marks of marksOf(db, conId, from ?? first, until ?? LATEST)) {
        for (const { arrival: _, ...mark } of marks) await write(mark)
      }
    }
    if (out !== process.stdout) {
      out.end()
      await once(out, 'close')
    }
    progress.clear()
    say(`${lines.toLocaleString('en')} lines${flags.out === undefined ? '' : ` in ${flags.out}`}`)
  },
})

export function instantFlag(name: string, text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined
  const found = parseInstant(text)
  if (found === null) throw new UsageError(`--${name}: expected a day (2026-11-20) or an instant (2026-11-20T14:30:00Z), found '${text}'`)
  return found
}
