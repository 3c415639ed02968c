// Planted: Two files that import each other cannot be read top-down.
// Expected: noImportCycles
import { there } from './circle-there.ts'
export const here = () => there
