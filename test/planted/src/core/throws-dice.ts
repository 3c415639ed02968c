// Planted: Chance is an argument.
// Expected: plugin
export const dice = Math.random()
