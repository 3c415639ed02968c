// Configuration: what an empty environment means, and what a wrong value says. Never reads the environment of the machine the test runs on.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DRIVERS } from '#notify/channels.ts'
import { isLoopback, readConfig as readWith, VARIABLE_NAMES } from '#src/config.ts'
import { ConfigInvalid } from '#src/errors.ts'

const NAMES = [...VARIABLE_NAMES, ...DRIVERS.flatMap(({ variables }) => Object.keys(variables))]
const readConfig = (env: Readonly<Record<string, string>>) => readWith(env, DRIVERS)

test('nothing set: everything has a value that works on one machine', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    home: join(homedir(), '.excursion'),
    host: '127.0.0.1',
    port: 4000,
    language: 'en',
    markFilter: 'default',
    keepMarksDays: 90,
    databaseUrl: null,
    broker: 'tws',
    tws: { host: '127.0.0.1', port: 4002, clientId: 0, readOnly: true, lines: 100 },
    privacy: 'full',
    warnings: [],
  })
})

test('an empty value is an absent one', () => {
  expect(readConfig(Object.fromEntries(NAMES.map((name) => [name, ' '])))).toEqual(readConfig({}))
})

test.each([
  ['TWS_PORT', 'abc', "TWS_PORT: expected a whole number from 1 to 65535, found 'abc'; correct it or leave it empty"],
  ['TWS_PORT', '70000', "TWS_PORT: expected a whole number from 1 to 65535, found '70000'; correct it or leave it empty"],
  ['EXCURSION_PORT', '-1', "EXCURSION_PORT: expected a whole number from 0 to 65535, found '-1'; correct it or leave it empty"],
  ['EXCURSION_PORT', '4e3', "EXCURSION_PORT: expected a whole number from 0 to 65535, found '4e3'; correct it or leave it empty"],
  ['EXCURSION_LANG', 'de', "EXCURSION_LANG: expected en or zh, found 'de'; correct it or leave it empty"],
  ['EXCURSION_TZ', 'Mars/Olympus', "EXCURSION_TZ: expected an IANA time zone like 'America/New_York', found 'Mars/Olympus'; correct it or leave it empty"],
  ['TWS_LINES', '0', "TWS_LINES: expected a whole number from 1 to 10000, found '0'; correct it or leave it empty"],
  ['TWS_READ_ONLY', 'maybe', "TWS_READ_ONLY: expected true or false, found 'maybe'; correct it or leave it empty"],
  ['BROKER', 'ib', "BROKER: expected tws or client-portal, found 'ib'; correct it or leave it empty"],
  ['SMS_TO', '0177', "SMS_TO: expected a telephone number like '+14155550123', found '0177'; correct it or leave it empty"],
  ['ACCOUNT_ALIASES', 'U1', "ACCOUNT_ALIASES: expected pairs like 'U123:main,U456:retirement', found 'U1'; correct it or leave it empty"],
])('%s=%s is one line that names it, what was found and what is allowed', (name, value, line) => {
  expect(linesOf({ [name]: value })).toEqual([line])
})

test('all wrong values are told at once, a line each', () => {
  expect(linesOf({ TWS_PORT: 'x', BROKER: 'x', PRIVACY: 'x', TWS_HOST: 'fine' })).toHaveLength(3)
})

test('a wrong secret is not printed, nor is a password inside an address', () => {
  const lines = linesOf({ DATABASE_URL: 'mysql://me:hunter2@db/x', NOTION_TOKEN: 'hunter2 hunter2', NOTION_BASE_URL: 'me:hunter2@proxy' })
  expect(lines).toHaveLength(3)
  expect(lines.join()).not.toContain('hunter2')
})

test.each(['SLACK_WEBHOOK_URL', 'WEBHOOK_URL', 'HEARTBEAT_URL', 'REDIS_URL', 'DATABASE_URL'])(
  '%s that cannot be read as an address is told here, not thrown with all of it where it is used',
  (name) => {
    const scheme = { REDIS_URL: 'redis', DATABASE_URL: 'postgres' }[name] ?? 'https'
    for (const wrong of [`${scheme}://h:99999/hunter2`, `${scheme}://[hunter2`]) {
      expect(linesOf({ [name]: wrong })).toHaveLength(1)
      expect(linesOf({ [name]: wrong }).join()).not.toContain('hunter2')
    }
  },
)

test('law: whatever is set, either the whole of it is accepted or each line names one variable', () => {
  const anything = fc.dictionary(
    fc.constantFrom(...NAMES),
    fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom('true', 'tws', 'https://x.y/', 'en')),
  )
  fc.assert(
    fc.property(anything, (env) => {
      const lines = linesOf(env)
      expect(new Set(lines.map((line) => line.split(':')[0])).size).toBe(lines.length)
      for (const line of lines) expect(NAMES).toContain(line.split(':')[0])
    }),
  )
})

test('a misspelt name is answered with the nearest one and does not stop the start', () => {
  expect(warned({ EXCURSION_PROT: '4001', OTHER_PORT: '1' })).toEqual([
    'EXCURSION_PROT: expected a variable that .env.example lists, found an unknown one that is ignored; did you mean EXCURSION_PORT?',
  ])
})

describe('a service that is only half set up is told in one line, by whichever of its variables it was begun, and does not stop the start', () => {
  const SMS = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'hunter2', TWILIO_FROM: '+14155550100', SMS_TO: '+14155550123' }

  test.each(Object.keys(SMS) as (keyof typeof SMS)[])('SMS, begun with %s', (name) => {
    const others = Object.keys(SMS).filter((other) => other !== name)
    const list = `${others.slice(0, -1).join(', ')} and ${others.at(-1)}`
    const line = `SMS: expected ${list} beside ${name}, found nothing; SMS is not used; set them too, or leave ${name} empty`
    expect(warned({ [name]: SMS[name] })).toEqual([line])
  })

  test('SMS, with one missing', () => {
    const { TWILIO_FROM: _, ...rest } = SMS
    expect(warned(rest)).toEqual([expect.stringMatching(/^SMS: expected TWILIO_FROM beside TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and SMS_TO, found nothing; /)])
    expect(warned(rest).join()).not.toContain('hunter2')
    expect(readConfig(rest).channels['sms']).toBe(null)
    expect(warned(SMS)).toEqual([])
    expect(readConfig(SMS).channels['sms']).toEqual({ ...SMS, TWILIO_BASE_URL: 'https://api.twilio.com' })
  })

  test.each([
    [
      { WEBHOOK_SECRET: 'hunter2' },
      'webhook: expected WEBHOOK_URL beside WEBHOOK_SECRET, found nothing; webhook is not used; set it too, or leave WEBHOOK_SECRET empty',
    ],
    [
      { NOTION_TOKEN: 'hunter2' },
      'Notion: expected NOTION_PARENT beside NOTION_TOKEN, found nothing; Notion is not used; set it too, or leave NOTION_TOKEN empty',
    ],
    [{ FLEX_QUERY_ID: '2' }, 'Flex: expected FLEX_TOKEN beside FLEX_QUERY_ID, found nothing; Flex is not used; set it too, or leave FLEX_QUERY_ID empty'],
  ])('%o', (env, line) => {
    expect(warned(env)).toEqual([line])
  })

  test('a setting that has a value anyway begins nothing', () => {
    expect(
      warned({ TWILIO_BASE_URL: 'https://proxy.example', ALLOW_PRIVATE_WEBHOOKS: 'true', WEBHOOK_URL: 'https://x.y', SLACK_WEBHOOK_URL: 'https://x.y' }),
    ).toEqual([])
  })
})

test('the language is the one of the system unless it is set', () => {
  expect(readConfig({ LANG: 'zh_CN.UTF-8' }).language).toBe('zh')
  expect(readConfig({ LANG: 'de_DE.UTF-8' }).language).toBe('en')
  expect(readConfig({ LANG: 'zh_CN.UTF-8', EXCURSION_LANG: 'en' }).language).toBe('en')
})

test('folders are absolute, and ~ is the home folder', () => {
  expect(readConfig({ EXCURSION_HOME: '/srv/x', NOTES_DIR: '~/vault' })).toMatchObject({ home: '/srv/x', notesDir: join(homedir(), 'vault') })
  expect(readConfig({ EXCURSION_HOME: '/srv/x' }).notesDir).toBe('/srv/x/notes')
})

test('.env of the current folder is read, and what is already set wins', () => {
  const folder = mkdtempSync(join(tmpdir(), 'excursion-env-'))
  try {
    writeFileSync(join(folder, '.env'), 'EXCURSION_PORT=4100\nTWS_PORT=7497\n')
    const program = `import { loadEnv, readConfig } from '${new URL('../src/config.ts', import.meta.url)}'
      const { port, tws } = readConfig(loadEnv())
      process.stdout.write(port + ' ' + tws.port)`
    const started = { cwd: folder, env: { EXCURSION_PORT: '4200' }, encoding: 'utf8' } as const
    expect(execFileSync(process.execPath, ['--input-type=module', '--eval', program], started)).toBe('4200 7497')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the value is frozen through and through', () => {
  const config = readConfig({ ACCOUNT_ALIASES: 'U123:main, U456:the other' })
  expect(config.accountAliases).toEqual({ U123: 'main', U456: 'the other' })
  for (const part of [config, config.tws, config.accountAliases, config.warnings]) expect(Object.isFrozen(part)).toBe(true)
})

test('only this machine reaches a loopback address', () => {
  expect(['127.0.0.1', '127.1.2.3', 'localhost', '::1'].filter(isLoopback)).toHaveLength(4)
  expect(['0.0.0.0', '::', '192.168.1.2', '127.0.0.1.example.com', 'localhost.example.com'].filter(isLoopback)).toEqual([])
})

function warned(env: Readonly<Record<string, string>>): readonly string[] {
  return readConfig(env).warnings.map(({ what, found, remedy }) => `${what}: ${found}; ${remedy}`)
}

function linesOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.lines
    throw error
  }
}
