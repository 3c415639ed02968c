// A server that stands where Slack, Twilio or anybody's webhook would: keeps every request it gets, and answers (or does not) as a test says.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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

/** A certificate nobody trusts, made for this moment. */
function selfSigned(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'excursion-tls-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '1', ...subject], { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
