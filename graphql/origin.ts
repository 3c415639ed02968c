// Who may speak to a server without tokens: programs on this machine, and pages it served itself. Pure.
// A browser sends any page's requests to 127.0.0.1; what gives such a page away is its Origin, or a Host of its own pointed here.
import type { IncomingHttpHeaders } from 'node:http'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i

/** Why a request is refused, or null. A program that is no browser sends no Origin. */
export function refuseStranger({ host, origin }: IncomingHttpHeaders): string | null {
  const name = host === undefined ? null : hostNameOf(`http://${host}`)
  if (name === null || !LOOPBACK.test(name)) return `expected Host to be this machine's loopback address, found '${host ?? ''}'`
  if (origin === undefined) return null
  return origin.toLowerCase() === `http://${host}`.toLowerCase() ? null : `expected no page of another origin, found '${origin}'`
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || host === '::1'
}

function hostNameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null
}
