// The socket under the client, which keeps it to itself: Node tells of every socket a process connects.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

const CONNECTING = 'net.client.socket'

/** The socket that `connect` opens, if it opens one before it returns. */
export function socketOf(connect: () => void): Socket | null {
  const opened: Socket[] = []
  const hear = (message: unknown) => void opened.push((message as { readonly socket: Socket }).socket)
  subscribe(CONNECTING, hear)
  try {
    connect()
  } finally {
    unsubscribe(CONNECTING, hear)
  }
  return opened[0] ?? null
}
