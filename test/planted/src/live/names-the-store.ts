// Planted: What holds the session tells the writer, and stores nothing itself.
// Expected: noRestrictedImports x2
import '#store/facts.ts'
import '#record/books.ts'
