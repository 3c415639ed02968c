// Planted: The contract knows the list of jobs, none of their work.
// Expected: noRestrictedImports
import '#jobs/queues.ts'
import '#jobs/review.ts'
