// The frames of the TWS socket: four bytes of length, then texts that each end with NUL.
// Pure but for the reader's own buffer; it knows lengths and NULs, never what a message means.

/** The fields of one message, the message's number first. */
export type Tokens = readonly string[]

/** The longest frame TWS and its clients accept. */
const FRAME_BYTES_MAX = 0xffffff
const GREETING = 'API\0'

export function encodeFrame(tokens: Tokens): Buffer {
  const body = `${tokens.join('\0')}\0`
  const length = Buffer.byteLength(body)
  const frame = Buffer.allocUnsafe(4 + length)
  frame.writeUInt32BE(length)
  frame.write(body, 4)
  return frame
}

/** The last text of a body may lack its NUL: the client's version range does. */
function decodeBody(body: Buffer): Tokens {
  const tokens = body.toString('utf8').split('\0')
  if (tokens.at(-1) === '') tokens.pop()
  return tokens
}

/** Told bytes as they come, however they were cut, it gives back the frames that are whole. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)
  #greets: boolean

  /** `greets`: the stream opens with 'API' and a NUL, as a client's does. */
  constructor(options: { greets: boolean }) {
    this.#greets = options.greets
  }

  read(chunk: Buffer): Tokens[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (this.#greets && !this.#readGreeting()) return []
    const frames: Tokens[] = []
    let start = 0
    while (this.#rest.length - start >= 4) {
      const length = this.#rest.readUInt32BE(start)
      if (length > FRAME_BYTES_MAX) throw new Error(`expected a frame of at most ${FRAME_BYTES_MAX} bytes, found ${length}; is the other side a TWS client?`)
      if (this.#rest.length - start - 4 < length) break
      frames.push(decodeBody(this.#rest.subarray(start + 4, start + 4 + length)))
      start += 4 + length
    }
    this.#rest = this.#rest.subarray(start)
    return frames
  }

  #readGreeting(): boolean {
    if (this.#rest.length < GREETING.length) return false
    const found = this.#rest.toString('latin1', 0, GREETING.length)
    if (found !== GREETING) throw new Error(`expected the greeting 'API', found '${found}'; is the other side a TWS client?`)
    this.#rest = this.#rest.subarray(GREETING.length)
    this.#greets = false
    return true
  }
}

/** The highest version both sides know, or null. The client offers 'v100..193' or 'v193', sometimes with options after a space. */
export function commonVersion(offer: string, ours: number): number | null {
  const found = /^v(\d+)(?:\.\.(\d+))?(?:\s|$)/.exec(offer)
  if (found === null) return null
  const lowest = Number(found[1])
  const highest = Number(found[2] ?? found[1])
  return lowest <= ours && highest >= 100 ? Math.min(highest, ours) : null
}
