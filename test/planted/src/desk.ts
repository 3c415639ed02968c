// Planted: A room is entered by its border, even where everything is allowed.
// Expected: noRestrictedImports
import '#store/db.ts'
import './store/db.ts'
