// Seeded chance: the same seed gives the same numbers on every machine. Never the host's randomness.

export interface Chance {
  /** From 0, below 1. */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  /** Bell-shaped around 0 with a deviation of 1. */
  bell(): number
}

/** Mulberry32: 32 bits of state, plenty for prices and packet sizes. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    // The sum of twelve even chances: no logarithm, whose last digit differs between machines.
    bell: () => {
      let sum = -6
      for (let i = 0; i < 12; i++) sum += next()
      return sum
    },
  }
}
