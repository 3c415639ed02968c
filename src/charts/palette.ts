// The colours of every picture: middle tones that read on white and on black, told apart by the colour-blind (blue and orange),
// and never the only sign: a shape or a word always says the same.
export const BLUE = '#2b82c9'
export const ORANGE = '#d9731a'
export const GREY = '#7c7c7c'
/** Fills: neither of the two sides, and not lost on the price's own line. */
export const VIOLET = '#a065c8'
