// `test-alert`: sends one message through a channel and prints what came back. Needs no database, and tells nobody else.
import { randomUUID } from 'node:crypto'
import { readTemplates } from '#notes/templates.ts'
import { testMessage } from '#notify/channel.ts'
import { CHANNELS, DRIVERS, openChannel } from '#notify/channels.ts'
import { TIMEOUT_MS } from '#notify/post.ts'
import { clock } from '#src/clock.ts'
import { listed, nearest } from '#src/config.ts'
import { ChannelFailed, UsageError } from '#src/errors.ts'
import { metaOf, neededOf } from '#src/variables.ts'
import { join } from 'node:path'
import { verb } from './arguments.ts'
import { configured } from './configured.ts'
import { print } from './terminal.ts'

export const testAlert = verb({
  usage: `test-alert ${CHANNELS.join('|')}`,
  summary: 'sends one message through a channel and prints what came back',
  flags: {},
  words: [1, 1],
  more: DRIVERS.map(({ kind, variables }) => ({
    name: kind,
    lines: Object.entries(variables).map(([name, schema]) => [name, String(metaOf(schema)['description'] ?? '')] as const),
  })),
  async run({ rest: [kind = ''] }) {
    const driver = DRIVERS.find((one) => one.kind === kind)
    if (driver === undefined)
      throw new UsageError(`test-alert: expected a channel (${CHANNELS.join(', ')}), found '${kind}'; did you mean ${nearest(kind, CHANNELS)}?`)
    const config = configured()
    const channel = openChannel(driver, config, clock)
    if (channel === null) throw new ChannelFailed(kind, 'no configuration', `set ${listed(neededOf(driver.variables))}`)
    const { words } = await readTemplates(config.language, join(config.home, 'templates'))
    const started = clock.monotonic()
    const took = () => `${Math.round(clock.monotonic() - started)} ms`
    try {
      const message = testMessage(`msg_${randomUUID()}`, clock.now(), `excursion: ${words.test}`)
      const { status, said } = await channel.send(channel.render(message), AbortSignal.timeout(TIMEOUT_MS))
      print(`${kind}: accepted after ${took()}, answered ${status}${said === '' ? '' : `: ${said}`}`)
    } catch (error) {
      const advice = ADVICE[channel.classify(error)]
      throw new ChannelFailed(kind, `${error instanceof Error ? error.message : String(error)} after ${took()}`, advice)
    }
  },
})

const ADVICE = {
  retry: 'a real alert would be tried again; look whether the receiver is up',
  ambiguous: 'a real alert would be sent again; look whether this one arrived',
  permanent: 'a real alert would become a dead letter; look at the address and the secret',
} as const
