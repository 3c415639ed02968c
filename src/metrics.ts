// What the process counts of itself, for Prometheus. Whoever does the work counts it here; nobody decides anything by these numbers.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  /** Prices that were taken as marks, and those that were refused. */
  ticks(taken: number, refused?: number): void
  /** Facts that were committed, by kind. */
  fact(kind: string, count?: number): void
  /** How far what was committed last lies behind the market's clock. */
  lag(milliseconds: number): void
  /** How many jobs of a queue wait. */
  queue(name: string, waiting: number): void
  /** A message to a channel, and what became of it. */
  delivery(channel: string, outcome: string): void
  /** A GraphQL operation: its kind, the name its caller gave it, and how it ended. */
  operation(kind: string, name: string | null, outcome: 'ok' | 'error' | 'refused', milliseconds: number): void
  /** Values that are looked up when they are asked for. */
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
  const lag = new Gauge({ name: 'excursion_lag_seconds', help: 'How far the last commit lies behind the market.', registers })
  const queue = new Gauge({ name: 'excursion_queue_waiting', help: 'Jobs that wait.', labelNames: ['queue'], registers })
  const deliveries = new Counter({ name: 'excursion_deliveries_total', help: 'Messages to channels.', labelNames: ['channel', 'outcome'], registers })
  const labelNames = ['kind', 'operation', 'outcome'] as const
  const operations = new Counter({ name: 'excursion_graphql_operations_total', help: 'GraphQL operations.', labelNames, registers })
  const seconds = new Histogram({ name: 'excursion_graphql_seconds', help: 'How long operations took.', labelNames: ['kind'], buckets: SECONDS, registers })
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
    lag: (milliseconds) => lag.set(milliseconds / 1000),
    queue: (name, waiting) => queue.set({ queue: name }, waiting),
    delivery: (channel, outcome) => deliveries.inc({ channel, outcome }),
    operation(kind, name, outcome, milliseconds) {
      operations.inc({ kind, operation: known(name), outcome })
      seconds.observe({ kind }, milliseconds / 1000)
    },
    watch(name, help, read) {
      let gauge: Gauge | null = null
      const collect = async () => {
        const readings = await read()
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
