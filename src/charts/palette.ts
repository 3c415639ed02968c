// The colours of every picture: middle tones that read on white and on black, told apart by the colour-blind, and never the only sign:
// a shape, a dash or a word always says the same. Which colour is 'up' is a custom: blue in the West, red in China.
export const GREY = '#7c7c7c'
/** Fills: neither of the two sides, and not lost on the price's own line. */
export const VIOLET = '#a065c8'

export interface Colours {
  readonly favourable: string
  readonly adverse: string
}

export const COLOURS = {
  /** Blue and orange rather than green and red: both kinds of red-green blindness tell them apart. */
  western: { favourable: '#2b82c9', adverse: '#d9731a' },
  /** Red is good; the other side is a green with enough blue in it to stay apart from red. */
  chinese: { favourable: '#d9483b', adverse: '#168f86' },
} as const satisfies Record<string, Colours>

export type ColourCustom = keyof typeof COLOURS
