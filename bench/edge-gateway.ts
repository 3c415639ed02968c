// The gateway of bench/edge.ts, in a process of its own: to whoever asks for prices it sends so many trades as fast as they are read, made before
// they are asked for. `node bench/edge-gateway.ts TICKS`; it says its port on its first line.
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import * as messages from '#sim/messages.ts'
import { encodeFrame, FrameReader, type Tokens } from '#sim/wire.ts'
import { pricesOf } from '#test/ticks.ts'

const TICKS = Number(process.argv[2] ?? 200_000)
const SERVER_VERSION = 193
const SECONDS = 1_790_000_000
/** The lowest id a client may ask with has as many digits as any: frames are made once, the id is written into them. */
const PIECE_TICKS = 2_000
const { prices } = pricesOf(TICKS)

function piecesOf(requestId: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let from = 0; from < TICKS; from += PIECE_TICKS) {
    const frames = Array.from({ length: Math.min(PIECE_TICKS, TICKS - from) }, (_, i) =>
      encodeFrame(messages.tickString(requestId, messages.TICK.rtTradeVolume, `${prices[from + i]};1;${SECONDS * 1000 + from + i};1;1;true`)),
    )
    pieces.push(Buffer.concat(frames))
  }
  return pieces
}

/** Made ahead for the few ids that clients begin with. */
const made = new Map<number, Buffer[]>()

async function pour(socket: Socket, requestId: number): Promise<void> {
  const pieces = made.get(requestId) ?? piecesOf(requestId)
  made.set(requestId, pieces)
  for (const piece of pieces) if (!socket.write(piece) && !socket.destroyed) await new Promise((resolve) => socket.once('drain', resolve))
}

const server = createServer((socket) => {
  const reader = new FrameReader({ greets: true })
  const send = (...frames: Tokens[]) => {
    for (const frame of frames) socket.write(encodeFrame(frame))
  }
  let greeted = false
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    for (const frame of reader.read(chunk)) {
      if (!greeted) {
        greeted = true
        send(messages.welcome(SERVER_VERSION, messages.wireTime(SECONDS * 1000, 'US/Eastern')))
        continue
      }
      const [id = '', , second = ''] = frame
      if (id === '71') send(messages.managedAccounts(['DU1']), messages.nextValidId(1))
      else if (id === '49') send(messages.currentTime(SECONDS))
      else if (id === '7') send(messages.execDetailsEnd(Number(second)))
      else if (id === '61') send(messages.positionEnd())
      else if (id === '9') send(messages.contractDetailsEnd(Number(second)))
      else if (id === '1') void pour(socket, Number(second))
    }
  })
})
for (let requestId = 1; requestId <= 4; requestId++) made.set(requestId, piecesOf(requestId))
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
