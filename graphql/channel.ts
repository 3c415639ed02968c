// Subscriptions that ask for the same are run once: one execution and one text for each event, however many follow it. Each follower keeps a
// place and a mailbox of its own, so that a slow one, or one that still catches up from the store, holds up nobody and costs little.
import { createSourceEventStream, type DocumentNode, type ExecutionArgs, type ExecutionResult, execute, getOperationAST, Kind } from 'graphql'
import { follow, type Following, isFollowed, type Told } from './follow.ts'
import { type Mailbox, OVERFLOW, openMailbox } from './mailbox.ts'
import { type Meter, openMeter } from './meter.ts'

/** Where a follower's texts go. */
export interface Wire {
  /** Bytes that were sent and have not left this machine yet. */
  readonly backlog: number
  send(text: string): void
  /** Calls back whenever the backlog has left. Returns the function that stops it. */
  onDrain(listener: () => void): () => void
}

export interface Joining {
  readonly args: ExecutionArgs
  /** The same for all who may be told the same: what bounds the caller. */
  readonly audience: string
  readonly source: string
  readonly id: string
  readonly wire: Wire
}

export interface Channels {
  /** Follows until `return`; what is wrong with the subscription itself is answered instead. Nothing is ever yielded: texts go to the wire. */
  join(joining: Joining): Promise<AsyncGenerator<never, void, void> | ExecutionResult>
  readonly size: number
}

/** Events that wait for one follower before it has to read them again from the store. */
const MAILBOX_LIMIT = 1000
/** Bytes on the way to one follower before events wait in its mailbox, where newer ones take the place of older ones. */
const BACKLOG_MAX = 256 * 1024

export function openChannels(meter: Meter, print: (result: ExecutionResult) => string): Channels {
  const channels = new Map<string, Channel>()
  let unshared = 0

  return {
    get size() {
      return channels.size
    },
    async join({ args, audience, source, id, wire }) {
      const stream = await createSourceEventStream(args)
      if (!isFollowed(stream)) return stream as ExecutionResult
      const { plan } = stream
      await stream.return()
      const key = plan.shared === false ? `${++unshared}` : keyOf(args, audience, source)
      let channel = channels.get(key)
      if (channel === undefined) {
        channel = new Channel(
          plan,
          (told) => printed(args, told, print),
          () => channels.delete(key),
        )
        channels.set(key, channel)
      }
      const member = new Member({ channel, plan, id, wire, meter })
      channel.add(member)
      return generatorOf(member)
    },
  }
}

interface Delivery {
  readonly told: Told<unknown>
  readonly text: string
}

type Print = (told: Told<unknown>) => string | Promise<string>

/** One execution of an event for everybody. */
class Channel {
  readonly print: Print
  readonly #members = new Set<Member>()
  readonly #source: AsyncGenerator<Told<unknown>, void, void>
  readonly #onEmpty: () => void

  constructor(plan: Following<unknown>, print: Print, onEmpty: () => void) {
    this.print = print
    this.#onEmpty = onEmpty
    this.#source = follow({ ...plan, sinceSeq: null, meter: openMeter() })
    this.#run().catch((error: unknown) => {
      for (const member of [...this.#members]) member.fail(error)
    })
  }

  add(member: Member): void {
    this.#members.add(member)
  }

  remove(member: Member): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return
    this.#onEmpty()
    void this.#source.return()
  }

  async #run(): Promise<void> {
    for await (const told of this.#source) {
      const text = told.value === null ? '' : this.print(told)
      const delivery = { told, text: typeof text === 'string' ? text : await text }
      for (const member of this.#members) member.offer(delivery)
    }
  }
}

/** One follower: what it has seen, and what waits for it. */
class Member {
  readonly done = Promise.withResolvers<void>()
  readonly #channel: Channel
  readonly #plan: Following<unknown>
  readonly #wire: Wire
  readonly #meter: Meter
  readonly #head: string
  readonly #mailbox: Mailbox<Delivery>
  readonly #stopDrain: () => void
  /** The highest seq handed out; for those who came without one, the one before the first that was heard. */
  #seen: number | null
  /** True where an event may go straight to the wire: nothing waits and nothing is being read. */
  #free = false
  #left = false
  #drained: PromiseWithResolvers<void> | null = null

  constructor({ channel, plan, id, wire, meter }: { channel: Channel; plan: Following<unknown>; id: string; wire: Wire; meter: Meter }) {
    const { keyOf } = plan
    this.#channel = channel
    this.#plan = plan
    this.#wire = wire
    this.#meter = meter
    this.#seen = plan.sinceSeq
    this.#head = `{"id":${JSON.stringify(id)},"type":"next","payload":`
    this.#mailbox = openMailbox<Delivery>({
      limit: plan.limit ?? MAILBOX_LIMIT,
      onOverflow: () => {
        meter.overflows++
      },
      ...(keyOf === undefined ? {} : { keyOf: ({ told }: Delivery) => (told.value === null ? null : keyOf(told.value)) }),
    })
    this.#stopDrain = wire.onDrain(() => {
      this.#drained?.resolve()
      this.#drained = null
      this.#pump()
    })
    meter.subscriptions++
    if (plan.sinceSeq === null) this.#free = true
    else this.#busy(() => this.#read())
  }

  offer(delivery: Delivery): void {
    const { told } = delivery
    if (told.value !== null) this.#seen ??= told.seq - 1
    if (this.#free && told.value !== null && this.#mailbox.size === 0 && this.#wire.backlog < BACKLOG_MAX) return this.#deliver(told.seq, delivery.text)
    this.#mailbox.put(delivery)
    this.#pump()
  }

  leave(): void {
    if (this.#left) return
    this.#left = true
    this.#free = false
    this.#meter.subscriptions--
    this.#stopDrain()
    this.#mailbox.close()
    this.#drained?.resolve()
    this.#channel.remove(this)
    this.done.resolve()
  }

  fail(error: unknown): void {
    this.done.reject(error)
    this.leave()
  }

  #pump(): void {
    while (this.#free && this.#wire.backlog < BACKLOG_MAX) {
      const found = this.#mailbox.poll()
      if (found === null || typeof found === 'symbol') {
        if (found === OVERFLOW) this.#busy(() => this.#resync().then(() => this.#read()))
        return
      }
      if (found.told.value === null) return this.#busy(() => this.#resync())
      this.#deliver(found.told.seq, found.text)
    }
  }

  /** Nothing else is delivered until `work` is done. */
  #busy(work: () => Promise<void>): void {
    this.#free = false
    work().then(
      () => {
        this.#free = !this.#left
        this.#pump()
      },
      (error: unknown) => this.fail(error),
    )
  }

  /** Never a number that was not handed out with its row: whoever is cut off now resumes from this one. */
  async #resync(): Promise<void> {
    const text = await this.#channel.print({ seq: this.#seen ?? 0, value: null })
    if (!this.#left) this.#send(text)
  }

  async #read(): Promise<void> {
    for (;;) {
      const page = this.#seen === null ? [] : await this.#plan.stored(this.#seen)
      if (page.length === 0 || this.#left) return
      for (const told of page) {
        const text = await this.#channel.print(told)
        await this.#room()
        if (this.#left) return
        this.#deliver(told.seq, text)
      }
    }
  }

  async #room(): Promise<void> {
    if (this.#wire.backlog < BACKLOG_MAX || this.#left) return
    this.#drained = Promise.withResolvers()
    await this.#drained.promise
  }

  #deliver(seq: number, text: string): void {
    if (this.#seen !== null && seq <= this.#seen) return
    this.#seen = seq
    this.#send(text)
  }

  #send(text: string): void {
    this.#meter.deliveries++
    this.#wire.send(`${this.#head}${text}}`)
  }
}

function generatorOf(member: Member): AsyncGenerator<never, void, void> {
  const end = async (): Promise<IteratorResult<never, void>> => {
    member.leave()
    return { done: true, value: undefined }
  }
  return {
    next: () => member.done.promise.then(() => ({ done: true as const, value: undefined })),
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      member.leave()
    },
  }
}

function printed(args: ExecutionArgs, told: Told<unknown>, print: (result: ExecutionResult) => string): string | Promise<string> {
  const result = execute({ ...args, rootValue: told })
  return 'then' in result ? result.then(print) : print(result)
}

/** What is asked, by whom; from where on it is asked makes no other channel. */
function keyOf({ document, operationName, variableValues }: ExecutionArgs, audience: string, source: string): string {
  const variables = { ...variableValues }
  for (const name of resumeVariables(document, operationName)) delete variables[name]
  return JSON.stringify([audience, operationName ?? null, variables, source])
}

function resumeVariables(document: DocumentNode, operationName: string | null | undefined): string[] {
  const selections = getOperationAST(document, operationName)?.selectionSet.selections ?? []
  return selections.flatMap((field) =>
    field.kind !== Kind.FIELD
      ? []
      : (field.arguments ?? []).flatMap(({ name, value }) => (name.value === 'sinceSeq' && value.kind === Kind.VARIABLE ? [value.name.value] : [])),
  )
}
