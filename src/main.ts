// START HERE: the command line. Finds the verb, reads what it was given, runs it, and says in one line what went wrong.
// Never does a verb's work: each has a file in cli/.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { helpOf, readArguments, type Verb, wrapped } from './cli/arguments.ts'
import { print, say } from './cli/terminal.ts'
import { nearest } from './config.ts'
import { ExcursionError, UsageError } from './errors.ts'

/** Every verb, loaded when it is asked for. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  start: async () => (await import('./cli/start.ts')).start,
  demo: async () => (await import('./cli/demo.ts')).demo,
  simulate: async () => (await import('./cli/simulate.ts')).simulate,
  replay: async () => (await import('./cli/replay.ts')).replay,
  export: async () => (await import('./cli/export.ts')).exportTape,
  trades: async () => (await import('./cli/trades.ts')).trades,
  watch: async () => (await import('./cli/watch.ts')).watch,
  rules: async () => (await import('./cli/rules.ts')).rules,
  stop: async () => (await import('./cli/annotate.ts')).stop,
  tag: async () => (await import('./cli/annotate.ts')).tag,
  hold: async () => (await import('./cli/annotate.ts')).hold,
  snooze: async () => (await import('./cli/snooze.ts')).snooze,
  review: async () => (await import('./cli/review.ts')).review,
  token: async () => (await import('./cli/token.ts')).token,
  notion: async () => (await import('./cli/notion.ts')).notion,
  'test-alert': async () => (await import('./cli/test-alert.ts')).testAlert,
  import: async () => (await import('./cli/import.ts')).importHistory,
  backfill: async () => (await import('./cli/backfill.ts')).backfillTrades,
  rebuild: async () => (await import('./cli/rebuild.ts')).rebuild,
  reconcile: async () => (await import('./cli/reconcile.ts')).reconcile,
  doctor: async () => (await import('./cli/doctor.ts')).doctor,
}

async function main(given: readonly string[]): Promise<void> {
  const [name = '--help', ...rest] = given
  if (name === '--help' || name === '-h' || name === 'help') {
    print(await overview())
    return
  }
  if (name === '--version') {
    print((JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }).version)
    return
  }
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (load === undefined)
    throw new UsageError(`expected a verb, found '${name}'; did you mean ${nearest(name, Object.keys(VERBS))}? (excursion --help lists them)`)
  const verb = await load()
  if (rest.includes('--help') || rest.includes('-h')) print(helpOf(name, verb))
  else await verb.run(readArguments(name, verb, rest))
}

async function overview(): Promise<string> {
  const width = Math.max(...Object.keys(VERBS).map((name) => name.length)) + 2
  const lines = (
    await Promise.all(Object.entries(VERBS).map(async ([name, load]) => wrapped(`  ${name.padEnd(width)}`, (await load()).summary, width + 2)))
  ).flat()
  return ['excursion: a live flight recorder for trades', '', ...lines, '', 'excursion VERB --help says more of each; --version says which this is.'].join('\n')
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof ExcursionError)) throw error
  // The code is what the README explains; wrong usage explains itself.
  say(error.code === 'EXC_USAGE' ? error.message : `${error.message} (${error.code})`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
