// Planted: Configuration may read the environment, not the rooms it configures.
// Expected: noRestrictedImports
import '#broker/port.ts'
export const home = process.env.HOME
