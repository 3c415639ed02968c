// Rows in the binary form of COPY: a third less work for the server than the same as text, for it reads no date and no decimal anew. Knows the form
// (PostgreSQL's manual, 'COPY', 'Binary Format'), no table: whoever writes a row writes its columns in their order and of their types.
import { decimal, plain } from '#core/decimal.ts'
import type { Instant } from '#core/time.ts'

/** Where the values of a row are written, one after another; null is null. */
export interface RowWriter {
  bigint(value: number | null | undefined): void
  /** The shortest decimal that is this double, exactly. */
  numeric(value: number | null | undefined): void
  instant(at: Instant | null | undefined): void
  text(text: string | null | undefined): void
}

/** The first bytes leave soon, so that the server begins while the rest is made. */
const FIRST_BYTES = 8 * 1024
const CHUNK_BYTES = 64 * 1024

/** The rows of so many columns, in chunks of bytes. */
export function* copyRows<Row>(rows: Iterable<Row>, columns: number, write: (row: Row, to: RowWriter) => void): Iterable<Uint8Array> {
  const bytes = new Bytes()
  bytes.begin()
  let enough = FIRST_BYTES
  for (const row of rows) {
    bytes.row(columns)
    write(row, bytes)
    if (bytes.length < enough) continue
    yield bytes.take()
    enough = CHUNK_BYTES
  }
  bytes.end()
  yield bytes.take()
}

const SIGNATURE = Uint8Array.from('PGCOPY\n\xff\r\n\0', (char) => char.charCodeAt(0))
const LENGTH = 4
const NULL = -1
const NEGATIVE = 0x4000
const EPOCH = Date.UTC(2000, 0, 1)
const TWO_32 = 2 ** 32
const ZERO = 48

class Bytes implements RowWriter {
  #bytes = new Uint8Array(CHUNK_BYTES + FIRST_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  /** Texts repeat from row to row. */
  readonly #texts = new Map<string, Uint8Array>()

  get length(): number {
    return this.#at
  }

  begin(): void {
    this.#put(SIGNATURE)
    // No flags, no extension.
    this.#int32(0)
    this.#int32(0)
  }

  row(columns: number): void {
    this.#room(2)
    this.#int16(columns)
  }

  end(): void {
    this.#room(2)
    this.#int16(-1)
  }

  /** What was written; writing goes on in bytes of its own. */
  take(): Uint8Array {
    const taken = Buffer.from(this.#bytes.buffer, 0, this.#at)
    this.#bytes = new Uint8Array(CHUNK_BYTES + FIRST_BYTES)
    this.#view = new DataView(this.#bytes.buffer)
    this.#at = 0
    return taken
  }

  bigint(value: number | null | undefined): void {
    this.#room(LENGTH + 8)
    if (value === null || value === undefined) return this.#int32(NULL)
    this.#int32(8)
    this.#int64(value)
  }

  instant(at: Instant | null | undefined): void {
    this.#room(LENGTH + 8)
    if (at === null || at === undefined) return this.#int32(NULL)
    this.#int32(8)
    const microseconds = (at - EPOCH) * 1000
    if (Number.isSafeInteger(microseconds)) return this.#int64(microseconds)
    this.#view.setBigInt64(this.#at, BigInt(at - EPOCH) * 1000n)
    this.#at += 8
  }

  /** Four decimal digits to a digit: those before the point from the right, those after it from the left. */
  numeric(value: number | null | undefined): void {
    if (value === null || value === undefined) {
      this.#room(LENGTH)
      return this.#int32(NULL)
    }
    const text = digitsOf(value)
    const point = text.indexOf('.') === -1 ? text.length : text.indexOf('.')
    const scale = Math.max(0, text.length - point - 1)
    const whole = (point + 3) >> 2
    const digits = whole + ((scale + 3) >> 2)
    this.#room(LENGTH + 8 + 2 * digits)
    this.#int32(8 + 2 * digits)
    this.#int16(digits)
    this.#int16(whole - 1)
    this.#int16(value < 0 ? NEGATIVE : 0)
    this.#int16(scale)
    for (let digit = 0, place = 0; digit < digits; digit++) {
      if (digit === whole) place = point + 1
      const end = digit < whole ? point - (whole - 1 - digit) * 4 : place + 4
      let sum = 0
      for (; place < end; place++) sum = sum * 10 + (place < text.length ? text.charCodeAt(place) - ZERO : 0)
      this.#int16(sum)
    }
  }

  text(text: string | null | undefined): void {
    if (text === null || text === undefined) {
      this.#room(LENGTH)
      return this.#int32(NULL)
    }
    let bytes = this.#texts.get(text)
    if (bytes === undefined) {
      bytes = Buffer.from(text)
      this.#texts.set(text, bytes)
    }
    this.#room(LENGTH + bytes.length)
    this.#int32(bytes.length)
    this.#put(bytes)
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return
    const larger = new Uint8Array(2 * this.#bytes.length + length)
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }

  #put(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #int16(value: number): void {
    this.#view.setInt16(this.#at, value)
    this.#at += 2
  }

  #int32(value: number): void {
    this.#view.setInt32(this.#at, value)
    this.#at += 4
  }

  #int64(value: number): void {
    this.#view.setInt32(this.#at, Math.floor(value / TWO_32))
    this.#view.setUint32(this.#at + 4, value >>> 0)
    this.#at += 8
  }
}

function digitsOf(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`expected a number to store, found ${value}`)
  const text = String(Math.abs(value))
  return text.includes('e') ? plain(decimal(text)) : text
}
