// Planted: Only decimal.ts names the decimal library.
// Expected: noRestrictedImports
import 'big.js'
