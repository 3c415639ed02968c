// The market data farms: which of them a contract's prices come from, and what is said of one. TWS names the farm, never its contracts.
import type { Instrument } from '#core/facts.ts'

export const FARMS = ['usfarm', 'usfuture', 'usopt', 'cashfarm'] as const
/** Where most prices come from. */
export const USUAL_FARM = FARMS[0]

const BY_TYPE: Readonly<Record<string, (typeof FARMS)[number]>> = { FUT: 'usfuture', FOP: 'usfuture', OPT: 'usopt', CASH: 'cashfarm' }

export function farmOf({ secType }: Pick<Instrument, 'secType'>): string {
  return BY_TYPE[secType] ?? USUAL_FARM
}

export const FARM_BROKEN = 2103
export const FARM_OK = 2104

export function sayFarm(farm: string, isBroken: boolean): readonly [code: number, text: string] {
  return isBroken ? [FARM_BROKEN, `Market data farm connection is broken:${farm}`] : [FARM_OK, `Market data farm connection is OK:${farm}`]
}
