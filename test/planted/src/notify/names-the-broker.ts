// Planted: A channel delivers what it is given.
// Expected: noRestrictedImports
import '#broker/port.ts'
