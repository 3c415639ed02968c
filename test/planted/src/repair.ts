// Planted: What is missing is asked for through the port.
// Expected: noRestrictedImports
import '#broker/tws.ts'
