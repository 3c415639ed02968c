// A process by its number and by when it began: a number alone may belong to somebody else by now.
import { readFile } from 'node:fs/promises'

/** A process, told apart from a later one of the same number by when it began. */
export interface Being {
  readonly pid: number
  readonly began: string | null
}

export async function selfBeing(): Promise<Being> {
  return beingOf(process.pid)
}

export async function beingOf(pid: number): Promise<Being> {
  return { pid, began: await beganAt(pid) }
}

export async function isAlive(being: Being): Promise<boolean> {
  if (!isSignalled(being.pid)) return false
  const began = await beganAt(being.pid)
  return began !== 'zombie' && (being.began === null || began === null || began === being.began)
}

export function isSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began, in the kernel's own count, where the kernel tells; 'zombie' for one that is dead and not yet buried. */
async function beganAt(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (line === null) return null
  // The name stands in parentheses and may hold anything; what follows is plain: state, then the numbers; the 22nd field is the start.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? null)
}
