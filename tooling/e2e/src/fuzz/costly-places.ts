/** Where a text or a document of any size can stand, on every wire: forms, JSON, the typed wire, queries and headers. */
import { annotations, documents, manifests, type OfSize, texts } from './costly-shapes.ts'
import type { LiveValues } from './fields.ts'
import type { RawRequest } from './raw-request.ts'
import { type FuzzedRoute, fuzzedRoutes, plainNames, secretNames } from './routes.ts'

type Sent = Omit<RawRequest, 'from'>
/** A request of about `bytes` bytes. */
export interface CostlyCase {
  readonly name: string
  readonly request: (bytes: number) => Sent
  /** What the wire lets through. */
  readonly mostBytes: number
}
/** A place for any text. */
export type Place = (shape: string, text: OfSize) => CostlyCase

const [bodyBytes, addressBytes, headerBytes, deployBytes] = [60_000, 7_600, 15_000, 256_000]
const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
/** Every field that some route reads, but for those that let a request in. */
const names = [...secretNames, ...plainNames].filter((name) => !/^(client_id|grant_type|form_token)$/.test(name))

const send = (
  { method, path }: Pick<FuzzedRoute, 'method' | 'path'>,
  { query, body = '', headers = [] }: { query?: string; body?: string; headers?: (readonly [string, string])[] },
): Sent => ({
  method,
  target: query === undefined ? path : `${path}?${query}`,
  headers: [['Host', 'localhost'], ...headers],
  body: new TextEncoder().encode(body),
})
const routesOf = (speaks: FuzzedRoute['speaks'], method: FuzzedRoute['method']) =>
  fuzzedRoutes.filter((route) => route.speaks === speaks && route.method === method)
const asJson = ['Content-Type', 'application/json'] as const
const bearer = ({ accessToken }: LiveValues) => ['Authorization', `Bearer ${accessToken}`] as const

/** As raw text; what is no character of a query is escaped, as any client must. */
function pairs(text: OfSize, bytes: number): string {
  const value = text(bytes / names.length)
  return names.map((name) => `${name}=${value}`).join('&')
}

const forms = (live: LiveValues, origin: string): Place[] =>
  routesOf('form', 'POST').map((route) => (shape, text) => ({
    name: `${shape} in the form of ${route.path}`,
    mostBytes: bodyBytes,
    request: (bytes) =>
      send(route, {
        headers: [
          ['Content-Type', 'application/x-www-form-urlencoded'],
          ['Cookie', live.cookie],
          ['Origin', origin],
        ],
        body: `client_id=osa-cli&grant_type=${grantType}&form_token=${live.formToken}&${pairs(text, bytes)}`,
      }),
  }))

function jsonFields(text: OfSize, bytes: number): string {
  const value = text(bytes / names.length)
  return JSON.stringify({ client_id: 'osa-cli', ...Object.fromEntries(names.map((name) => [name, value])) })
}
const jsonBodies = (live: LiveValues): Place[] =>
  [...routesOf('json', 'POST'), ...routesOf('trpc', 'POST')].map((route) => (shape, text) => ({
    name: `${shape} in the JSON of ${route.path}`,
    mostBytes: bodyBytes,
    request: (bytes) => {
      const fields = jsonFields(text, bytes)
      return send(route, {
        headers: [asJson, bearer(live)],
        body: route.speaks === 'trpc' ? `{"json":${fields}}` : fields,
      })
    },
  }))

const addresses = (live: LiveValues): Place[] =>
  [...routesOf('query', 'GET'), ...routesOf('trpc', 'GET')].map((route) => (shape, text) => ({
    name: `${shape} in the query of ${route.path}`,
    mostBytes: addressBytes,
    request: (bytes) => {
      const ofSize = (n: number) => (route.speaks === 'trpc' ? `input={"json":${jsonFields(text, n)}}` : pairs(text, n))
      return send(route, { headers: [bearer(live)], query: fitted(ofSize, bytes) })
    },
  }))
/**
 * A query that is at most `bytes` long once it is escaped, with all of its fields: without the last of them, or with JSON that ends early, a route
 * answers something else, and its cost says nothing about the cost of four times as much.
 */
function fitted(query: OfSize, bytes: number): string {
  let size = bytes
  let escaped = inAddress(query(size))
  // a text is at least one unit long: below that, nothing gets shorter
  while (escaped.length > bytes && size > 1) {
    size *= (0.95 * bytes) / escaped.length
    escaped = inAddress(query(size))
  }
  return escaped
}
/** Only what an address cannot carry is escaped: percent signs stay as they are. */
const inAddress = (text: string): string =>
  text.replace(/[^!-~]|["<>\\^`{|}#]/gu, (character) => encodeURIComponent(character.toWellFormed()))

const headerNames = [
  'Cookie',
  'Authorization',
  'Accept',
  'Accept-Language',
  'Content-Type',
  'User-Agent',
  'Origin',
  'Referer',
]
const headers = (): Place[] =>
  [...headerNames, 'X-Forwarded-For', 'Sec-Fetch-Site', 'If-None-Match', 'Last-Event-Id'].flatMap((header) =>
    ['/device', '/trpc/device.start', '/oauth/token', '/api/v1/auth/me'].map(
      (path): Place =>
        (shape, text) => ({
          name: `${shape} in ${header} of ${path}`,
          mostBytes: headerBytes,
          request: (bytes) => {
            const method = path.startsWith('/oauth') || path.startsWith('/trpc') ? 'POST' : 'GET'
            const scheme = header === 'Authorization' ? (path === '/oauth/token' ? 'Basic ' : 'Bearer ') : ''
            return send({ method, path }, { headers: [[header, `${scheme}${text(bytes)}`]] })
          },
        }),
    ),
  )

/** Every place for a text. */
export const placesOf = (live: LiveValues, origin: string): Place[] => [
  ...forms(live, origin),
  ...jsonBodies(live),
  ...addresses(live),
  ...headers(),
]

const ofDocuments = (live: LiveValues): CostlyCase[] =>
  [...routesOf('json', 'POST'), ...routesOf('trpc', 'POST')].flatMap((route) => {
    const isTyped = route.speaks === 'trpc'
    const whole = Object.entries(documents).map(
      ([shape, document]) => [shape, isTyped ? (n: number) => `{"json":${document(n)}}` : document] as const,
    )
    return [...whole, ...(isTyped ? Object.entries(annotations) : [])].map(([shape, document]) => ({
      name: `${shape} at ${route.path}`,
      mostBytes: bodyBytes,
      request: (bytes: number) => send(route, { headers: [asJson, bearer(live)], body: document(bytes) }),
    }))
  })

const ofDeploys = (live: LiveValues): CostlyCase[] =>
  Object.entries(manifests).flatMap(([shape, manifest]) => [
    deploy(live, `${shape} at /api/v1/conventions`, '/api/v1/conventions', manifest),
    deploy(
      live,
      `${shape} at conventions.deploy`,
      '/trpc/conventions.deploy',
      (n) => `{"json":{"conventions":[${manifest(n)}]}}`,
    ),
  ])
const deploy = (live: LiveValues, name: string, path: string, body: OfSize): CostlyCase => ({
  name,
  mostBytes: deployBytes,
  request: (bytes) => send({ method: 'POST', path }, { headers: [asJson, bearer(live)], body: body(bytes) }),
})

/** Every shape at every place where it belongs. */
export const costlyCases = (live: LiveValues, origin: string): CostlyCase[] => [
  ...placesOf(live, origin).flatMap((place) => Object.entries(texts).map(([shape, text]) => place(shape, text))),
  ...ofDocuments(live),
  ...ofDeploys(live),
]
