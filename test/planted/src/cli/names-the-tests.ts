// Planted: The product does not import its tests.
// Expected: noRestrictedImports
import '#test/borders.test.ts'
