// What a person can do when no TWS or IB Gateway answers: which of the usual ports do, and where the API is switched on. Never connects as a client.
import { connect } from 'node:net'

/** The ports TWS and IB Gateway listen on unless somebody changed them. */
const USUAL_PORTS: readonly (readonly [number, string])[] = [
  [4001, 'IB Gateway, live'],
  [4002, 'IB Gateway, paper'],
  [7496, 'TWS, live'],
  [7497, 'TWS, paper'],
]
const PROBE_MS = 300

export async function adviceOnTws(host: string, port: number): Promise<string> {
  const open = await Promise.all(USUAL_PORTS.map(([usual]) => answers(host, usual)))
  const answering = USUAL_PORTS.filter((_, index) => open[index])
  const others = answering.filter(([usual]) => usual !== port)
  return [
    answering.length === 0
      ? `of the usual ports at ${host} (4001, 4002, 7496, 7497) none answers`
      : `of the usual ports at ${host} answer: ${answering.map(([usual, name]) => `${usual} (${name})`).join(', ')}`,
    ...others.map(([usual, name]) => `if ${name} is what you want: TWS_PORT=${usual}`),
    'TWS: File > Global Configuration > API > Settings > Enable ActiveX and Socket Clients',
    'IB Gateway: Configure > Settings > API > Settings (the API is on; look at the socket port and the trusted IPs)',
    "leave 'Read-Only API' ticked: nothing here ever places or changes an order",
  ].join('\n')
}

/** Whether something accepts a connection there, within a moment. */
export function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const settle = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.setTimeout(PROBE_MS, () => settle(false))
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
