// Cuts and joins outgoing bytes at seeded random places, as a network may. It never loses, adds or reorders a byte.
import type { Socket } from 'node:net'
import { chanceOf } from './chance.ts'

/** Where a session's bytes go. */
export interface Outlet {
  write(bytes: Buffer): void
  /** Says goodbye after everything written. */
  end(): void
}

/** Gathers what it is given and lets it go in pieces of a few bytes up to several frames, one piece a turn of the event loop. */
export function segmentedOutlet(socket: Socket, seed: number): Outlet {
  const chance = chanceOf(seed)
  let waiting: Buffer[] = []
  let scheduled = false
  let ending = false

  function letGo(): void {
    scheduled = false
    const [first = Buffer.alloc(0)] = waiting
    const bytes = waiting.length === 1 ? first : Buffer.concat(waiting)
    const piece = chance.next() < 0.3 ? chance.whole(1, 7) : chance.whole(8, 4096)
    waiting = bytes.length > piece ? [bytes.subarray(piece)] : []
    if (!socket.destroyed) socket.write(bytes.subarray(0, piece))
    if (waiting.length > 0) schedule()
    else if (ending) socket.end()
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(letGo)
  }

  return {
    write(bytes) {
      waiting.push(bytes)
      schedule()
    },
    end() {
      ending = true
      schedule()
    },
  }
}
