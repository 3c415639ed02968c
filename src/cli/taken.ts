// When what was just said takes effect: at once where a service runs, else when one starts. Only says so.
import type { Database } from '#store/db.ts'
import { hasWriter } from '#store/lock.ts'
import { say } from './terminal.ts'

export async function sayWhenTaken(db: Database): Promise<void> {
  if (!(await hasWriter(db))) say('no service is running: it is stored, and taken in when one starts (excursion start)')
}
