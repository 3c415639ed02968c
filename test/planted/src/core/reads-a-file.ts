// Planted: The core does no input or output.
// Expected: noRestrictedImports
import 'node:fs'
