// Where a request comes from: this machine, a page it served itself, or a page of another origin. Pure.
// A browser sends any page's requests to 127.0.0.1; what gives such a page away is its Origin, or a Host of its own pointed here.
import type { IncomingHttpHeaders } from 'node:http'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i

/** Why the Host is none this machine has on its loopback, or null. */
export function refusesHost({ host }: IncomingHttpHeaders): string | null {
  const name = host === undefined ? null : hostNameOf(`http://${host}`)
  return name === null || !LOOPBACK.test(name) ? `expected Host to be this machine's loopback address, found '${host ?? ''}'` : null
}

/** Why the page may not ask, or null. A program that is no browser sends no Origin. */
export function refusesOrigin({ host, origin }: IncomingHttpHeaders, allowed: readonly string[]): string | null {
  if (origin === undefined) return null
  const given = origin.toLowerCase()
  const own = [`http://${host}`, `https://${host}`].some((one) => one.toLowerCase() === given)
  return own || allowed.includes(given) ? null : `expected no page of another origin, found '${origin}'; EXCURSION_CORS_ORIGINS names those that may ask`
}

/** A page this server served itself; only browsers say so of their own accord. */
export function isOwnPage({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return site === 'same-origin' || (origin !== undefined && [`http://${host}`, `https://${host}`].includes(origin.toLowerCase()))
}

/**
 * Why a GET may be a link or a picture in somebody's page, or null. Such a one cannot name a type of JSON, show a token or be a script's own request;
 * what a person typed into the address bar nobody else made.
 */
export function refusesBlindGet({ accept = '', authorization, 'sec-fetch-mode': mode, 'sec-fetch-site': site }: IncomingHttpHeaders): string | null {
  const deliberate =
    /\bjson\b/i.test(accept) || authorization !== undefined || mode === 'cors' || mode === 'same-origin' || site === 'same-origin' || site === 'none'
  return deliberate ? null : `expected a GET with 'Accept: application/json', which no link in a page can say, found '${accept}'; or send it by POST`
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || host === '::1'
}

function hostNameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null
}
