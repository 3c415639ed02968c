// Planted: The other half of the circle.
// Expected: noImportCycles
import { here } from './circle-here.ts'
export const there = () => here
