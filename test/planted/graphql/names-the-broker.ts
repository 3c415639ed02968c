// Planted: The contract reads what is stored; it never asks the broker.
// Expected: noRestrictedImports
import '#broker/port.ts'
