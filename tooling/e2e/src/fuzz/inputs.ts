/** Generates requests that are close enough to valid ones to pass the first checks, and then wrong in one or more ways. */
import * as fc from 'fast-check'
import { body, escaped, formText, trpcText } from './bodies.ts'
import { fields, type LiveValues, secret } from './fields.ts'
import type { RawRequest } from './raw-request.ts'
import { type FuzzedRoute, fuzzedRoutes } from './routes.ts'

const types = {
  form: 'application/x-www-form-urlencoded',
  json: 'application/json',
  trpc: 'application/json',
  query: '',
}
const oddTypes = [
  '',
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/json;charset=utf-16',
]
const typeHeader = (route: FuzzedRoute) =>
  fc
    .oneof(
      { weight: 8, arbitrary: fc.constant(types[route.speaks]) },
      fc.constantFrom(...oddTypes, ...Object.values(types)),
    )
    .map((value): [string, string][] => (value === '' ? [] : [['Content-Type', value]]))

/** Removes the characters that would end a header line. */
const headerText = (value: string) => value.replace(/[\r\n\0]/g, '').toWellFormed()
const oddHeader = (live: LiveValues): fc.Arbitrary<[string, string]> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: secret(live).map((value): [string, string] => ['Authorization', `Bearer ${headerText(value)}`]),
    },
    { weight: 3, arbitrary: fc.constant<[string, string]>(['Authorization', `Bearer ${live.accessToken}`]) },
    { weight: 2, arbitrary: secret(live).map(basicHeader) },
    { weight: 3, arbitrary: fc.constant<[string, string]>(['Cookie', live.cookie]) },
    {
      weight: 2,
      arbitrary: secret(live).map((value): [string, string] => ['Cookie', `osa_session=${headerText(value)}; =; %`]),
    },
    { weight: 1, arbitrary: fc.constantFrom(...strangeHeaders) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(8_000, 15_000, 17_000).map((n): [string, string] => ['X-Long', 'x'.repeat(n)]),
    },
  )
const bearer = ({ accessToken }: LiveValues): [string, string] => ['Authorization', `Bearer ${accessToken}`]
const basicHeader = (value: string): [string, string] => [
  'Authorization',
  `Basic ${Buffer.from(`osa-cli:${value}`).toString('base64')}`,
]
const strangeHeaders: [string, string][] = [
  ['Authorization', ''],
  ['Authorization', 'Basic %%%'],
  ['Authorization', 'DPoP x'],
  ['Accept', 'text/html'],
  ['Accept', '\u0001'],
  ['Origin', 'null'],
  ['Sec-Fetch-Site', 'cross-site'],
  ['Content-Encoding', 'gzip'],
  ['Transfer-Encoding', 'chunked'],
  ['Transfer-Encoding', 'gzip, chunked'],
  ['Content-Length', '-1'],
  ['Content-Length', '3'],
  ['Expect', '100-continue'],
  ['Upgrade', 'websocket'],
  ['Host', 'evil.example/%'],
  ['X-Forwarded-For', '203.0.113.9, ,::,%'],
  ['Forwarded', 'for="[2001:db8::1]'],
  ['Last-Event-Id', '__proto__'],
  ['trpc-accept', 'application/jsonl'],
  ['x-trpc-source', '\u00ff'],
  ['User-Agent', '\u202e\ud83d'],
  ['__proto__', 'x'],
]

function target(route: FuzzedRoute, live: LiveValues): fc.Arbitrary<string> {
  const query = fc.tuple(fields(live), trpcText(live), fc.boolean()).map(([pairs, input, batched]) => {
    const read = route.speaks === 'trpc' ? [`input=${escaped(input)}`, ...(batched ? ['batch=1'] : [])] : []
    return [...read, formText(pairs, false)].join('&')
  })
  const suffix = fc.oneof(
    { weight: 8, arbitrary: fc.constant('') },
    fc.constantFrom('/', '/x', '%00', '/%zz', '%2f..', ',me', '.', '/__proto__', ';a=b'),
  )
  const asked =
    route.speaks === 'query' || route.method === 'GET' ? query : fc.oneof(fc.constant(''), fc.constant(''), query)
  return fc.tuple(suffix, asked).map(([end, search]) => `${route.path}${end}${search === '' ? '' : `?${search}`}`)
}

const oddMethods = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'QUERY', 'PURGE', 'get', 'FOO']

/** Generates requests to any route, with `live` values mixed in. Each comes from its own address. */
export const anyRequest = (live: LiveValues): fc.Arbitrary<RawRequest> =>
  fc.constantFrom(...fuzzedRoutes).chain((route) =>
    fc
      .record({
        method: fc.oneof({ weight: 9, arbitrary: fc.constant(route.method) }, fc.constantFrom(...oddMethods)),
        target: target(route, live),
        type: typeHeader(route),
        more: fc.array(oddHeader(live), { maxLength: 2 }),
        signedIn: fc.constant(route.path.includes('conventions') && route.method === 'POST'),
        from: fc.array(fc.integer({ min: 1, max: 254 }), { minLength: 3, maxLength: 3 }),
        body: route.method === 'GET' ? fc.constant(new Uint8Array()) : body(route, live),
      })
      .map(({ method, target: path, type, more, signedIn, from, body: bytes }) => ({
        from: `127.${from.join('.')}`,
        method,
        target: path,
        headers: [['Host', 'localhost'], ...type, ...(signedIn && more.length < 2 ? [bearer(live)] : []), ...more],
        body: bytes,
      })),
  )
