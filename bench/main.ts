// Every claim about speed and memory, measured now: `npm run bench`. Each bench is a process of its own, so that none profits or suffers from another.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { HEADER } from './report.ts'

const BENCHES = ['parse', 'fold', 'crowd', 'rules', 'memory', 'surface', 'pushes', 'alert-latency', 'edge']

console.log(HEADER)
for (const bench of BENCHES) {
  const file = fileURLToPath(new URL(`${bench}.ts`, import.meta.url))
  const table = execFileSync(process.execPath, ['--expose-gc', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  process.stdout.write(table.slice(HEADER.length + 1))
}
