// Stands where the Flex Web Service would, and behaves as its documentation says: two steps, a pace it enforces, codes for what is wrong,
// 'in progress' until a statement is made. Keeps what it was asked, so that a test can look.
import { openReceiver, type Received } from '#test/receiver.ts'

export const TOKEN = '123456789012345678901234'
export const QUERY = '987654'

export interface FlexServer extends AsyncDisposable {
  readonly url: string
  /** 'SendRequest' and 'GetStatement' in the order they came. */
  readonly asked: readonly { readonly step: string; readonly params: URLSearchParams; readonly headers: Received['headers'] }[]
  /** What the query's next statements hold, one after the other; the last for ever. */
  holds(...xml: readonly string[]): void
  /** So many times 'in progress' before a statement is there. */
  takes(turns: number): void
  /** This code is answered to the next requests of a step, so many times. */
  fails(step: string, code: number, message: string, times?: number): void
  /** Where the first step says that the statement is fetched; by default here. */
  sendsTo(url: string): void
}

export async function openFlexServer(): Promise<FlexServer> {
  const asked: { step: string; params: URLSearchParams; headers: Received['headers'] }[] = []
  const failures: { step: string; code: number; message: string; times: number }[] = []
  const waiting = new Map<string, number>()
  let held: readonly string[] = ['']
  let turns = 1
  let named: string | null = null
  const nextHeld = () => {
    const [xml = '', ...others] = held
    if (others.length > 0) held = others
    return xml
  }
  const receiver = await openReceiver(({ method, path, headers }, answer) => {
    const url = new URL(path, receiver.url)
    const step = url.pathname.replace(/^.*\//, '')
    asked.push({ step, params: url.searchParams, headers })
    const failing = failures.find((failure) => failure.step === step && failure.times-- > 0)
    const q = url.searchParams.get('q') ?? ''
    const reply = (body: string) => void answer.writeHead(200, { 'content-type': 'text/xml;charset=utf-8' }).end(body)
    if (method !== 'GET' || headers['user-agent'] === undefined) return void answer.writeHead(403).end()
    if (failing !== undefined) return reply(refusal(failing.code, failing.message))
    if (url.searchParams.get('v') !== '3') return reply(refusal(1020, 'Invalid request or unable to validate request.'))
    if (url.searchParams.get('t') !== TOKEN) return reply(refusal(1015, `Token is invalid. (${url.searchParams.get('t')})`))
    if (step === 'SendRequest') {
      if (q !== QUERY) return reply(refusal(1014, 'Query is invalid.'))
      const reference = String(1_234_567_890 + waiting.size)
      waiting.set(reference, turns)
      return reply(
        `<FlexStatementResponse timestamp="28 August, 2012 10:37 AM EDT">\n<Status>Success</Status>\n<ReferenceCode>${reference}</ReferenceCode>\n<Url>${named ?? `${receiver.url}/GetStatement`}</Url>\n</FlexStatementResponse>`,
      )
    }
    const left = waiting.get(q)
    if (left === undefined) return reply(refusal(1017, 'Reference code is invalid.'))
    waiting.set(q, left - 1)
    return left > 0 ? reply(refusal(1019, 'Statement generation in progress. Please try again shortly.')) : reply(nextHeld())
  })
  return {
    url: receiver.url,
    asked,
    holds: (...others) => {
      held = others
    },
    takes: (other) => {
      turns = other
    },
    fails: (step, code, message, times = Number.POSITIVE_INFINITY) => void failures.push({ step, code, message, times }),
    sendsTo: (url) => {
      named = url
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}

function refusal(code: number, message: string): string {
  return `<?xml version="1.0"?><FlexStatementResponse timestamp="28 August, 2012 10:37 AM EDT"><Status>${code === 1019 ? 'Warn' : 'Fail'}</Status><ErrorCode>${code}</ErrorCode><ErrorMessage>${message}</ErrorMessage></FlexStatementResponse>`
}

/** A statement with these rows of Trade. */
export function statementOf(...rows: readonly Readonly<Record<string, string>>[]): string {
  const trades = rows.map(
    (row) =>
      `<Trade ${Object.entries(row)
        .map(([name, value]) => `${name}="${value}"`)
        .join(' ')} />`,
  )
  return `<FlexQueryResponse queryName="nightly" type="AF"><FlexStatements count="1"><FlexStatement accountId="U1" period="LastBusinessDay"><Trades>${trades.join('')}</Trades></FlexStatement></FlexStatements></FlexQueryResponse>`
}

/** One execution on it; only what a test says differs. */
export function tradeRow(differs: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    accountId: 'U1',
    currency: 'USD',
    assetCategory: 'STK',
    symbol: 'ABC',
    conid: '77',
    multiplier: '1',
    dateTime: '20260717;120440',
    quantity: '40',
    tradePrice: '10',
    ibCommission: '-1.25',
    ibCommissionCurrency: 'USD',
    ibOrderID: '900',
    ibExecID: '0000a.0000b.01.01',
    tradeID: '5',
    transactionType: 'ExchTrade',
    levelOfDetail: 'EXECUTION',
    ...differs,
  }
}
