// What the process counts of itself, for Prometheus. Whoever does the work counts it here; nobody decides anything by these numbers.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  /** Prices that were committed as marks, and those that were refused; one that repeats the last is neither. */
  ticks(taken: number, refused?: number): void
  /** Facts that were committed, by kind. */
  fact(kind: string, count?: number): void
  /** From the first row of a batch to its commit. */
  lag(milliseconds: number): void
  /** Prices that were left out because more came than could be taken. */
  conflated(prices: number): void
  /** A price whose date cannot be: so far ahead of the broker's clock. */
  misdated(): void
  /** An attempt to send a message through a channel; `waitedMs`: since its alert was stored, null for what is held back on purpose. */
  delivery(channel: string, outcome: string, waitedMs: number | null): void
  /** A GraphQL operation: its kind, the name its caller gave it, how it ended, and how long it took; null: it lasts as long as its caller wants. */
  operation(kind: string, name: string | null, outcome: 'ok' | 'error', milliseconds: number | null): void
  /** Values that are looked up when they are asked for; what cannot be looked up then is left out, and nothing else with it. */
  watch(name: string, help: string, read: () => Promise<readonly Reading[]> | readonly Reading[]): void
  /** Prometheus' text format. */
  text(): Promise<string>
  readonly contentType: string
}

export interface Reading {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** Callers name their operations; so many names are told apart, the rest is 'other'. */
const NAMES_MAX = 100
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** A registry of its own: two servers in one process do not count each other. */
export function openMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const ticks = new Counter({ name: 'excursion_ticks_total', help: 'Prices that came in.', labelNames: ['judged'], registers })
  const facts = new Counter({ name: 'excursion_facts_total', help: 'Facts that were committed.', labelNames: ['kind'], registers })
  const lag = new Histogram({ name: 'excursion_lag_seconds', help: 'From the first row of a batch to its commit.', buckets: SECONDS, registers })
  const conflated = new Counter({ name: 'excursion_ticks_conflated_total', help: 'Prices left out because more came than could be taken.', registers })
  const misdated = new Counter({ name: 'excursion_ticks_misdated_total', help: "Prices dated far ahead of the broker's clock.", registers })
  const labelNames = ['kind', 'operation', 'outcome'] as const
  const operations = new Counter({ name: 'excursion_graphql_operations_total', help: 'GraphQL operations.', labelNames, registers })
  const seconds = new Histogram({ name: 'excursion_graphql_seconds', help: 'How long operations took.', labelNames: ['kind'], buckets: SECONDS, registers })
  const attempts = new Counter({ name: 'excursion_delivery_attempts_total', help: 'Messages tried.', labelNames: ['channel', 'outcome'], registers })
  const toldSeconds = new Histogram({
    ...{ name: 'excursion_delivery_seconds', help: 'From an alert that is told at once to its acceptance by the receiver.', labelNames: ['channel'] },
    ...{ buckets: [...SECONDS, 5, 10, 30, 60, 300, 3600], registers },
  })
  const names = new Set<string>()
  const watched: (() => Promise<void>)[] = []

  const known = (name: string | null): string => {
    if (name === null) return ''
    if (names.size < NAMES_MAX) names.add(name)
    return names.has(name) ? name : 'other'
  }

  return {
    ticks(taken, refused = 0) {
      ticks.inc({ judged: 'taken' }, taken)
      if (refused > 0) ticks.inc({ judged: 'refused' }, refused)
    },
    fact: (kind, count = 1) => facts.inc({ kind }, count),
    lag: (milliseconds) => lag.observe(milliseconds / 1000),
    conflated: (prices) => conflated.inc(prices),
    misdated: () => misdated.inc(),
    delivery(channel, outcome, waitedMs) {
      attempts.inc({ channel, outcome })
      if (outcome === 'sent' && waitedMs !== null) toldSeconds.observe({ channel }, waitedMs / 1000)
    },
    operation(kind, name, outcome, milliseconds) {
      operations.inc({ kind, operation: known(name), outcome })
      if (milliseconds !== null) seconds.observe({ kind }, milliseconds / 1000)
    },
    watch(name, help, read) {
      let gauge: Gauge | null = null
      const collect = async () => {
        const readings = await readOr(read, [])
        gauge?.reset()
        for (const { labels = {}, value } of readings) {
          gauge ??= new Gauge({ name, help, labelNames: Object.keys(labels), registers })
          gauge.set({ ...labels }, value)
        }
      }
      watched.push(collect)
    },
    async text() {
      for (const collect of watched) await collect()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

async function readOr<T>(read: () => Promise<T> | T, otherwise: T): Promise<T> {
  try {
    return await read()
  } catch {
    return otherwise
  }
}
