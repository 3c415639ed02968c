// Planted: The simulated gateway must not share the mistakes of the client it tests.
// Expected: noRestrictedImports x3
import '#broker/tws-parse.ts'
import '@stoqey/ib'
import '#store/db.ts'
