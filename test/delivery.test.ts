// Who is told what and when, without a clock or a network; and the recorder's own troubles, told once each.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { channelsOf, effectsOf, goesTo, type Manners, plan, quietEnd, type Told, type Waiting } from '#core/delivery.ts'
import { ALERT_STATES, type StoredAlert } from '#core/stored.ts'
import { blindFor, NOTHING_WATCHED, type SystemAlert, type Trouble, watch } from '#core/system-alert.ts'
import { at, ibm, nvda } from '#test/example-day.ts'
import { anAlert } from '#test/rows.ts'

const SLACK: Manners = { kind: 'slack', least: 'info', prompt: 'warn', quiet: true }
const SMS: Manners = { kind: 'sms', least: 'critical', prompt: 'critical', quiet: true }
const HOOK: Manners = { kind: 'webhook', least: 'info', prompt: 'info', quiet: false }
const NOW = Date.UTC(2026, 10, 20, 15)
const HOLDS = { lateMs: 30_000, passedMs: 150_000, calmMs: 300_000 }

let lastId = 0
function waiting(n: number, more: Partial<StoredAlert> = {}, delivery: Partial<Waiting> = {}): Waiting {
  const alert = anAlert(n, 0, 1, { at: NOW, severity: 'warn', conId: 1000 + n, ...more })
  return {
    id: ++lastId,
    createdAt: NOW,
    dueAt: NOW,
    attempts: 0,
    messageId: null,
    about: { kind: 'alert', alert, side: 'LONG', snooze: null },
    ...delivery,
  }
}

const planned = (list: readonly Waiting[], more: Partial<Parameters<typeof plan>[0]> = {}) =>
  plan({ manners: SLACK, waiting: list, told: [], now: NOW, quietHours: null, holds: HOLDS, ...more })

describe('orders committed with alerts', () => {
  test('one for each alert that is told at all, by a key that makes it once for ever; withdrawn and missed ones make none', () => {
    const alerts = ALERT_STATES.map((state, n) => anAlert(n, 0, n, { state }))
    expect(effectsOf(alerts)).toEqual(
      ['alert-0-0', 'alert-1-0', 'alert-2-0'].map((alertId) => ({ key: `alert:${alertId}`, kind: 'alert', payload: { alertId } })),
    )
  })

  test.each([
    [SMS, 'critical', 'RAISED', undefined, true],
    [SMS, 'warn', 'RAISED', undefined, false],
    [SMS, 'warn', 'RAISED', ['sms'], false],
    [SMS, 'critical', 'ALREADY_BEYOND', undefined, false],
    [SLACK, 'info', 'RAISED', undefined, true],
    [SLACK, 'critical', 'RAISED', ['sms', 'webhook'], false],
    [HOOK, 'info', 'LATE', ['webhook'], true],
  ] as const)('%o: %s %s of a rule for %o: %s', (manners, severity, state, channels, expected) => {
    expect(goesTo(manners, { severity, state }, channels)).toBe(expected)
  })

  test('the channels a rule names are read from its own text', () => {
    expect(channelsOf({ id: 'x', channels: ['sms'] })).toEqual(['sms'])
    expect(channelsOf({ id: 'x' })).toBeUndefined()
    expect(channelsOf(null)).toBeUndefined()
  })
})

describe('messages', () => {
  test('many rules on one trade at one mark are one message', () => {
    const list = ['hard-stop', 'trail', 'giveback'].map((ruleId) => waiting(1, { ruleId }))
    expect(planned(list).messages).toEqual([{ kind: 'alert', messageId: null, deliveries: list }])
  })

  test('scale-ins within a minute share one; of different positions, sides or a minute later they do not', () => {
    const [first, second] = [waiting(1, { conId: 7 }), waiting(2, { conId: 7, at: NOW + 20_000, openedAt: anAlert(1, 0, 1).openedAt + 30_000 })]
    expect(planned([first, second]).messages).toMatchObject([{ deliveries: [{ id: first.id }, { id: second.id }] }])
    const later = waiting(2, { conId: 7, openedAt: anAlert(1, 0, 1).openedAt + 61_000 })
    expect(planned([first, later]).messages).toHaveLength(2)
    const short = { ...second, about: { ...second.about, side: 'SHORT' } } as Waiting
    expect(planned([first, short]).messages).toHaveLength(2)
  })

  test('a scale-in whose sibling was told a moment ago is told by it; another rule of the same mark is not', () => {
    const sibling = waiting(1, { conId: 7 })
    const told: Told[] = [{ messageId: 'm1', alert: (sibling.about as { alert: StoredAlert }).alert, side: 'LONG' }]
    const scaleIn = waiting(2, { conId: 7, openedAt: anAlert(1, 0, 1).openedAt + 10_000, at: NOW + 10_000 })
    expect(planned([scaleIn], { told })).toMatchObject({ messages: [], shared: [{ id: scaleIn.id, messageId: 'm1' }] })
    const other = waiting(1, { conId: 7, ruleId: 'hard-stop' })
    expect(planned([other], { told })).toMatchObject({ messages: [{ deliveries: [{ id: other.id }] }], shared: [] })
  })

  test('two hundred at once are one digest', () => {
    const list = Array.from({ length: 200 }, (_, n) => waiting(n))
    expect(planned(list).messages).toEqual([{ kind: 'digest', messageId: null, deliveries: list }])
    expect(planned(list.slice(0, 3)).messages.map(({ kind }) => kind)).toEqual(['alert', 'alert', 'alert'])
  })

  test('late and already beyond: only in a digest, once there was time for all of them; info likewise, but not for machines', () => {
    const list = [waiting(1, { state: 'LATE', severity: 'critical' }), waiting(2, { state: 'ALREADY_BEYOND' }), waiting(3, { severity: 'info' })]
    expect(planned(list)).toMatchObject({ messages: [], nextAt: NOW + HOLDS.lateMs })
    expect(planned(list, { now: NOW + HOLDS.lateMs }).messages).toMatchObject([{ kind: 'digest', deliveries: list }])
    expect(planned(list.slice(2), { manners: HOOK }).messages).toMatchObject([{ kind: 'alert' }])
    // What is urgent does not wait for them.
    const urgent = waiting(4, { severity: 'critical' })
    expect(planned([...list, urgent]).messages).toMatchObject([{ kind: 'alert', deliveries: [{ id: urgent.id }] }])
  })

  test('what was passed in the dark waits for the message that we see again, longer than what is late', () => {
    const list = [waiting(1, { state: 'MISSED', severity: 'critical' })]
    expect(planned(list, { now: NOW + HOLDS.lateMs })).toMatchObject({ messages: [], nextAt: NOW + HOLDS.passedMs })
    expect(planned(list, { now: NOW + HOLDS.passedMs }).messages).toMatchObject([{ kind: 'digest', deliveries: list }])
    const alerts = [anAlert(0, 0, 1, { state: 'MISSED' }), anAlert(1, 0, 1, { state: 'MISSED' })]
    expect(effectsOf(alerts, new Set(['alert-1-0'])).map(({ key }) => key)).toEqual(['alert:alert-1-0'])
  })

  test('in quiet hours only the critical goes through; the rest is a digest in the morning', () => {
    const quietHours = { from: '22:00', until: '07:00', timeZone: 'America/New_York' }
    const night = at('23:30:00')
    const [warn, critical] = [waiting(1, {}, { createdAt: night, dueAt: night }), waiting(2, { severity: 'critical' }, { createdAt: night, dueAt: night })]
    expect(planned([warn, critical], { now: night, quietHours })).toMatchObject({
      messages: [{ deliveries: [{ id: critical.id }] }],
      nextAt: at('07:00:00', '2026-11-21'),
    })
    expect(planned([warn], { now: at('07:00:00', '2026-11-21'), quietHours }).messages).toHaveLength(1)
    expect(planned([warn], { now: night, quietHours, manners: HOOK }).messages).toHaveLength(1)
  })

  test('the recorder’s own troubles wake nobody either, but for the critical: nor does their end', () => {
    const quietHours = { from: '22:00', until: '07:00', timeZone: 'America/New_York' }
    const night = at('23:30:00')
    const trouble = (kind: SystemAlert['kind'], turn: 'raised' | 'over'): Waiting => {
      const system = { id: 1, kind, subject: '', since: night, until: null, details: [], paper: false }
      return { ...waiting(1, {}, { createdAt: night, dueAt: night }), about: { kind: 'system', system, turn } }
    }
    const [odds, agreed, blind] = [trouble('BROKER_DISAGREES', 'raised'), trouble('BROKER_DISAGREES', 'over'), trouble('BLIND', 'raised')]
    const morning = at('07:00:00', '2026-11-21')
    expect(planned([odds, agreed, blind], { now: night, quietHours })).toMatchObject({ messages: [{ deliveries: [{ id: blind.id }] }], nextAt: morning })
    expect(planned([odds, agreed], { now: morning, quietHours }).messages).toHaveLength(2)
    expect(planned([odds], { now: night, quietHours, manners: HOOK }).messages).toHaveLength(1)
  })

  test('in quiet hours what failed before them is not tried again either, but for the critical, which it does not hold up', () => {
    const quietHours = { from: '22:00', until: '07:00', timeZone: 'America/New_York' }
    const [evening, night, morning] = [at('21:59:58'), at('22:00:02'), at('07:00:00', '2026-11-21')]
    const failed = (n: number, severity: 'warn' | 'critical', messageId: string) =>
      waiting(n, { severity }, { createdAt: evening, dueAt: night, attempts: 1, messageId })
    const [warn, critical] = [failed(1, 'warn', 'm1'), failed(2, 'critical', 'm2')]
    const news = waiting(1, { severity: 'critical', ruleId: 'hard-stop', at: NOW + 1 }, { createdAt: night, dueAt: night })
    expect(planned([warn, critical, news], { now: night, quietHours })).toMatchObject({
      messages: [{ messageId: 'm2' }, { messageId: null, deliveries: [{ id: news.id }] }],
      nextAt: morning,
    })
    expect(planned([warn], { now: morning, quietHours }).messages).toMatchObject([{ messageId: 'm1' }])
    expect(planned([warn], { now: night, quietHours, manners: HOOK }).messages).toMatchObject([{ messageId: 'm1' }])
    // One message of both is one message.
    expect(planned([warn, { ...critical, messageId: 'm1' }], { now: night, quietHours }).messages).toMatchObject([{ deliveries: [{ id: warn.id }, {}] }])
  })

  test.each([
    ['22:00', '07:00', at('21:59:59'), null],
    ['22:00', '07:00', at('22:00:00'), at('07:00:00', '2026-11-21')],
    ['22:00', '07:00', at('06:59:00'), at('07:00:00')],
    ['12:00', '13:00', at('12:30:00'), at('13:00:00')],
    ['12:00', '13:00', at('13:00:00'), null],
  ])('quiet from %s until %s', (from, until, now, expected) => {
    expect(quietEnd(now, { from, until, timeZone: 'America/New_York' })).toBe(expected)
  })

  test('a message that is being tried again keeps its rows and its id, and goes before whatever else its trade has to say', () => {
    const failed = waiting(1, {}, { messageId: 'm1', attempts: 1, dueAt: NOW + 5_000 })
    const next = waiting(1, { ruleId: 'hard-stop', at: NOW + 1 })
    const other = waiting(2)
    expect(planned([failed, next, other])).toMatchObject({ messages: [{ deliveries: [{ id: other.id }] }], nextAt: NOW + 5_000 })
    expect(planned([failed, next], { now: NOW + 5_000 }).messages).toMatchObject([{ messageId: 'm1', deliveries: [{ id: failed.id }] }])
  })

  describe('of a trade that was snoozed', () => {
    const until = NOW + 3_600_000
    const snoozed = (severity: 'warn' | 'critical', knew: boolean, more: Partial<Waiting> = {}) => {
      const delivery = waiting(1, { severity }, more)
      return { ...delivery, about: { ...delivery.about, snooze: { until, knew } } } as Waiting
    }

    test.each([
      ['warn', false],
      ['warn', true],
      ['critical', true],
    ] as const)('%s, known before: %s: nothing goes out until then', (severity, knew) => {
      const list = [snoozed(severity, knew)]
      expect(planned(list)).toMatchObject({ messages: [], nextAt: until })
      // Nor does a digest of others take it along.
      const late = waiting(2, { state: 'LATE' }, { createdAt: NOW - HOLDS.lateMs })
      expect(planned([...list, late]).messages).toMatchObject([{ deliveries: [{ id: late.id }] }])
      expect(planned(list, { now: until }).messages).toMatchObject([{ kind: 'digest' }])
    })

    test('what failed before it was snoozed is not tried again until then; what is critical and news is', () => {
      const failed = { attempts: 1, messageId: 'm1' }
      expect(planned([snoozed('warn', true, failed)])).toMatchObject({ messages: [], nextAt: until })
      expect(planned([snoozed('warn', true, failed)], { now: until }).messages).toMatchObject([{ messageId: 'm1' }])
      expect(planned([snoozed('critical', false, failed)]).messages).toMatchObject([{ messageId: 'm1' }])
    })

    test('what is critical and news goes through at once', () => {
      expect(planned([snoozed('critical', false)]).messages).toMatchObject([{ kind: 'alert' }])
    })

    test('what comes after it is as if nobody had snoozed', () => {
      expect(planned([snoozed('warn', true, { createdAt: until + 1, dueAt: until + 1 })], { now: until + 1 }).messages).toMatchObject([{ kind: 'alert' }])
    })
  })

  test('law: everything that waits is in exactly one message, shared, or waits for an instant to come', () => {
    const one = fc.record({
      n: fc.integer({ min: 1, max: 5 }),
      ruleId: fc.constantFrom('hard-stop', 'trail'),
      severity: fc.constantFrom('info', 'warn', 'critical'),
      state: fc.constantFrom('RAISED', 'LATE', 'ALREADY_BEYOND'),
      messageId: fc.constantFrom(null, null, 'm1', 'm2'),
      dueIn: fc.integer({ min: -1000, max: 1000 }),
      ago: fc.integer({ min: 0, max: 400_000 }),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.constantFrom(SLACK, SMS, HOOK), (list, manners) => {
        let rows = list.map(({ n, ruleId, severity, state, messageId, dueIn, ago }) =>
          waiting(n, { ruleId, severity: severity as 'info', state: state as 'LATE' }, { messageId, dueAt: NOW + dueIn, createdAt: NOW - ago }),
        )
        // Whoever sends all that is due, and looks again when told to, has told everything and nothing twice.
        const told = new Set<number>()
        let now = NOW
        for (let turns = 0; rows.length > 0; turns++) {
          expect(turns).toBeLessThan(60)
          const { messages, shared, nextAt } = planned(rows, { manners, now })
          for (const { id } of [...messages.flatMap(({ deliveries }) => deliveries), ...shared]) {
            expect(told.has(id)).toBe(false)
            told.add(id)
          }
          rows = rows.filter(({ id }) => !told.has(id))
          if (messages.length > 0) continue
          if (rows.length > 0) {
            expect(nextAt).toBeGreaterThan(now)
            now = nextAt as number
          }
        }
      }),
    )
  })
})

describe('troubles of the recorder itself', () => {
  const login: Trouble = { kind: 'LOGIN_NEEDED', subject: '', details: ['nothing listening'] }
  const blind: Trouble = { kind: 'BLIND', subject: '', details: ['NVDA'] }
  const active = (trouble: Trouble, since: number): SystemAlert => ({ id: 1, until: null, paper: false, ...trouble, since })

  test('one message when it begins, none while it lasts, one when it is over', () => {
    let { watched, changes } = watch(NOTHING_WATCHED, [], [{ ...login, since: NOW - 200_000 }], NOW)
    expect(changes).toMatchObject({ began: [{ kind: 'LOGIN_NEEDED', since: NOW - 200_000 }], over: [] })
    const told = [active(login, NOW)]
    for (let turn = 1; turn < 5; turn++) {
      ;({ watched, changes } = watch(watched, told, [login], NOW + turn * 5_000))
      expect(changes).toEqual({ began: [], over: [] })
    }
    ;({ changes } = watch(watched, told, [], NOW + 25_000))
    expect(changes).toMatchObject({ began: [], over: [{ id: 1, until: NOW + 20_000 }] })
  })

  test('a login that takes a moment is no trouble', () => {
    const { watched, changes } = watch(NOTHING_WATCHED, [], [{ ...login, since: NOW - 1_000 }], NOW)
    expect(changes.began).toEqual([])
    expect(watch(watched, [], [login], NOW + 200_000).changes.began).toHaveLength(1)
    expect(watch(watch(watched, [], [], NOW + 10_000).watched, [], [login], NOW + 200_000).changes.began).toEqual([])
  })

  test('a contract that trades once a minute and a half makes one trouble, not one a minute', () => {
    let watched = watch(NOTHING_WATCHED, [], [blind], NOW).watched
    for (let seconds = 5; seconds < 900; seconds += 5) {
      const silent = seconds % 90 >= 60
      const next = watch(watched, [active(blind, NOW)], silent ? [blind] : [], NOW + seconds * 1000)
      expect(next.changes.over).toEqual([])
      watched = next.watched
    }
    expect(watch(watched, [active(blind, NOW)], [], NOW + 1_100_000).changes.over).toHaveLength(1)
  })

  test('blind: a minute of the session without a price, of what is held; before the open and after the close nobody expects one', () => {
    const held = (clock: string) => [
      { symbol: 'NVDA', hours: nvda, lastHeardAt: at(clock) },
      { symbol: 'IBM', hours: ibm, lastHeardAt: at('12:00:00') },
    ]
    expect(blindFor(held('11:59:30'), at('12:00:29'))).toBeNull()
    expect(blindFor(held('11:59:00'), at('12:00:00'))).toMatchObject({ kind: 'BLIND', since: at('11:59:00'), details: ['NVDA'] })
    expect(blindFor(held('11:00:00'), at('12:01:00'))).toMatchObject({ details: ['IBM', 'NVDA'] })
    expect(blindFor(held('11:00:00'), at('16:00:00'))).toBeNull()
    expect(blindFor([{ symbol: 'NVDA', hours: nvda, lastHeardAt: at('16:00:00', '2026-11-19') }], at('09:30:59'))).toBeNull()
    expect(blindFor([{ symbol: 'NVDA', hours: nvda, lastHeardAt: at('16:00:00', '2026-11-19') }], at('09:31:00'))).not.toBeNull()
  })
})
