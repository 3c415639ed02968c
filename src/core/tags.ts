// Tags and mistakes, the short words by which a trader sorts trades: what may be one. Pure.

const WORDS_MAX = 50
const LENGTH_MAX = 50

/** What is expected of such words; null: they are fine. */
export function troubleOfWords(name: string, words: readonly string[]): string | null {
  const isFine = words.length <= WORDS_MAX && words.every((word) => word.trim() !== '' && word.length <= LENGTH_MAX)
  return isFine ? null : `expected at most ${WORDS_MAX} ${name} of 1 to ${LENGTH_MAX} characters`
}
