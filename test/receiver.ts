// A server that stands where Slack, Twilio or anybody's webhook would: keeps every request it gets, and answers (or does not) as a test says.
import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers one request; the default is 200 'ok'. A promise that never resolves is a receiver that hangs. */
export type Behaviour = (received: Received, answer: ServerResponse, count: number) => void | Promise<void>

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly Received[]
  behave(behaviour: Behaviour): void
}

export async function openReceiver(behaviour: Behaviour = ok, options: { readonly selfSigned?: boolean } = {}): Promise<Receiver> {
  const requests: Received[] = []
  const sockets = new Set<Socket>()
  let now = behaviour
  const listener: RequestListener = (request, answer) => {
    void read(request).then(
      (received) => {
        requests.push(received)
        return now(received, answer, requests.length)
      },
      () => {},
    )
  }
  const server = options.selfSigned === true ? createSecureServer(selfSigned(), listener) : createServer(listener)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${options.selfSigned === true ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    behave: (other) => {
      now = other
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const ok: Behaviour = (_, answer) => void answer.end('ok')

export function answers(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Behaviour {
  return (_, answer) => void answer.writeHead(status, headers).end(body)
}

/** Takes the request and never says a word. */
export const hang: Behaviour = () => {}

/** Takes the request and cuts the line. */
export const cut: Behaviour = (_, answer) => void answer.destroy()

async function read(request: IncomingMessage): Promise<Received> {
  let body = ''
  request.setEncoding('utf8')
  for await (const part of request) body += part
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  return { method: request.method ?? '', path: request.url ?? '', headers, body }
}

/** A certificate nobody vouches for but itself, made for this moment (X.509 in DER, by hand: its fields are few). */
function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = (tag: number, ...parts: Uint8Array[]) => {
    const body = Buffer.concat(parts)
    const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
    return Buffer.concat([Buffer.from([tag, ...length]), body])
  }
  const [sequence, set] = [0x30, 0x31]
  const name = der(sequence, der(set, der(sequence, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('127.0.0.1')))))
  const year = (offset: number) => der(0x17, Buffer.from(`${String((new Date().getUTCFullYear() + offset) % 100).padStart(2, '0')}0101000000Z`))
  const ecdsaWithSha256 = der(sequence, Buffer.from('06082a8648ce3d040302', 'hex'))
  const serial = Buffer.from('020101', 'hex')
  const body = der(sequence, serial, ecdsaWithSha256, name, der(sequence, year(0), year(1)), name, publicKey.export({ type: 'spki', format: 'der' }))
  const certificate = der(sequence, body, ecdsaWithSha256, der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)))
  const pem = certificate.toString('base64').replace(/.{64}/g, '$&\n')
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n` }
}
