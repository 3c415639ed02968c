// A heap of what waits for a price level or an instant: the least key first. Pure.

/** Entries leave when they are taken or when `isStale` says they no longer stand. */
export class Watch<T> {
  #keys: number[] = []
  #items: T[] = []

  /** The least key that waits; +∞ where none does. */
  get next(): number {
    return this.#keys[0] ?? Number.POSITIVE_INFINITY
  }

  get size(): number {
    return this.#keys.length
  }

  add(key: number, item: T): void {
    let hole = this.#keys.length
    this.#keys.push(key)
    this.#items.push(item)
    while (hole > 0) {
      const above = (hole - 1) >> 1
      if ((this.#keys[above] as number) <= key) break
      this.#move(above, hole)
      hole = above
    }
    this.#keys[hole] = key
    this.#items[hole] = item
  }

  /** Takes the entry with the least key. */
  take(): T | undefined {
    const first = this.#items[0]
    const key = this.#keys.pop()
    const item = this.#items.pop()
    if (key === undefined || item === undefined || this.#keys.length === 0) return first
    let hole = 0
    for (;;) {
      let below = 2 * hole + 1
      if (below >= this.#keys.length) break
      if (below + 1 < this.#keys.length && (this.#keys[below + 1] as number) < (this.#keys[below] as number)) below++
      if ((this.#keys[below] as number) >= key) break
      this.#move(below, hole)
      hole = below
    }
    this.#keys[hole] = key
    this.#items[hole] = item
    return first
  }

  /** Keeps only what still stands. */
  sweep(stands: (item: T) => boolean): void {
    const kept = this.#items.map((item, i) => [this.#keys[i] as number, item] as const).filter(([, item]) => stands(item))
    this.#keys = []
    this.#items = []
    for (const [key, item] of kept) this.add(key, item)
  }

  #move(from: number, to: number): void {
    this.#keys[to] = this.#keys[from] as number
    this.#items[to] = this.#items[from] as T
  }
}
