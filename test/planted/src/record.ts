// Planted: The one path of the facts knows the broker's port, no adapter.
// Expected: noRestrictedImports
import '#broker/port.ts'
import '#broker/tws.ts'
