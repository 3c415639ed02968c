// How a page in Notion is written: in which language, and what of it may leave this machine.
import type { ColourCustom } from '#charts/palette.ts'
import type { Words } from './templates.ts'

export interface PageStyle {
  readonly language: 'en' | 'zh'
  readonly words: Words
  readonly privacy: 'full' | 'percent'
  /** Account id → the name that stands for it. */
  readonly aliases: Readonly<Record<string, string>>
  readonly colours?: ColourCustom
}

/** What an account goes by where it leaves this machine. */
export function aliasOf(account: string, { aliases }: Pick<PageStyle, 'aliases'>): string {
  return Object.hasOwn(aliases, account) ? (aliases[account] ?? account) : account
}
