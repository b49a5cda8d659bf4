/** All places of a request for a text or a document of any size: forms, JSON, tRPC, queries and headers. */
import { annotations, documents, manifests, type OfSize, texts } from './costly-shapes.ts'
import type { LiveValues } from './fields.ts'
import type { RawRequest } from './raw-request.ts'
import { type FuzzedRoute, fuzzedRoutes, plainNames, secretNames } from './routes.ts'

type Sent = Omit<RawRequest, 'from'>
/** Builds a request of about `bytes` bytes. */
export interface CostlyCase {
  readonly name: string
  readonly request: (bytes: number) => Sent
  /** The limit of the wire. */
  readonly maxBytes: number
}
/** A place for any text. */
export type Place = (shape: string, text: OfSize) => CostlyCase

const [bodyBytes, addressBytes, headerBytes, deployBytes] = [60_000, 7_600, 15_000, 256_000]
const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
/** Every field that a route reads, except those that must be valid for a request to be accepted. */
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

/** Returns fields as raw text; `inAddress` escapes the characters that a query cannot contain. */
function pairs(text: OfSize, bytes: number): string {
  const value = text(bytes / names.length)
  return names.map((name) => `${name}=${value}`).join('&')
}

const forms = (live: LiveValues, origin: string): Place[] =>
  routesOf('form', 'POST').map((route) => (shape, text) => ({
    name: `${shape} in the form of ${route.path}`,
    maxBytes: bodyBytes,
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
    maxBytes: bodyBytes,
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
    maxBytes: addressBytes,
    request: (bytes) => {
      const ofSize = (n: number) => (route.speaks === 'trpc' ? `input={"json":${jsonFields(text, n)}}` : pairs(text, n))
      return send(route, { headers: [bearer(live)], query: fitted(ofSize, bytes) })
    },
  }))
/**
 * Returns a query with all of its fields that is at most `bytes` long when escaped. A truncated query would get another answer, whose cost could
 * not be compared with that of a query four times as long.
 */
function fitted(query: OfSize, bytes: number): string {
  let size = bytes
  let escaped = inAddress(query(size))
  // a text has at least one unit, so it cannot become shorter than that
  while (escaped.length > bytes && size > 1) {
    size *= (0.95 * bytes) / escaped.length
    escaped = inAddress(query(size))
  }
  return escaped
}
/** Escapes only characters that a URL cannot contain. Percent signs are kept. */
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
          maxBytes: headerBytes,
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
      maxBytes: bodyBytes,
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
  maxBytes: deployBytes,
  request: (bytes) => send({ method: 'POST', path }, { headers: [asJson, bearer(live)], body: body(bytes) }),
})

/** Every shape in every place where it fits. */
export const costlyCases = (live: LiveValues, origin: string): CostlyCase[] => [
  ...placesOf(live, origin).flatMap((place) => Object.entries(texts).map(([shape, text]) => place(shape, text))),
  ...ofDocuments(live),
  ...ofDeploys(live),
]
