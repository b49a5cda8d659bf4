/**
 * An identity provider for tests: a real `oidc-provider` over HTTP on loopback, with a login page. A proxy in front of it counts requests and
 * signs the ID tokens, so that it can also misbehave in ways that `oidc-provider` does not support.
 */
import { createServer, request as forwardRequest, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { type Lies, lyingAnswer, rewrite, type Upstreamed, type UpstreamKey } from './upstream-lies.ts'
import { identityProvider, type UpstreamPerson } from './upstream-provider.ts'

export const upstreamClient = { clientId: 'osa-node', clientSecret: 'upstream-secret-canary-4711' } as const

const endpoints = {
  '/.well-known/openid-configuration': 'discovery',
  '/auth': 'authorization',
  '/token': 'token',
  '/jwks': 'jwks',
} as const
export type UpstreamEndpoint = (typeof endpoints)[keyof typeof endpoints] | 'login' | 'other'

export interface UpstreamRequest {
  readonly endpoint: UpstreamEndpoint
  readonly method: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

/**
 * Starts a provider; `await using` stops it. It redirects only to addresses in `redirectUris`, which can be extended at any time. `behind` is
 * the public address of a TLS proxy in front of it, and the port that the proxy forwards to.
 */
export async function startUpstream({
  redirectUris = [],
  behind,
}: {
  redirectUris?: readonly string[]
  behind?: { url: string; port: number }
} = {}) {
  const allowed = new Set(redirectUris)
  const counts: Record<UpstreamEndpoint, number> = {
    discovery: 0,
    authorization: 0,
    token: 0,
    jwks: 0,
    login: 0,
    other: 0,
  }
  const seen: UpstreamRequest[] = []
  const issued: string[] = []
  const settings = {
    /** The person that the login page suggests, and that a silent provider signs in. */
    person: { subject: '0000-0002-1825-0097', name: 'Josiah Carberry' } as UpstreamPerson,
    /** Whether to redirect back at once without a page, as ORCID does for people who are signed in and have consented before. */
    silent: false,
    /** Whether to add `orcid` and `name` to the token response, as ORCID does. */
    orcidStyle: false,
    lies: {} as Lies,
  }
  let key = await newSigningKey('key-1')
  const decoy = await newSigningKey('key-1')
  const inner = createServer()

  const front = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', async () => {
      const body = Buffer.concat(chunks)
      const url = new URL(incoming.url ?? '/', issuer)
      const endpoint = endpointOf(url.pathname)
      counts[endpoint]++
      const { method = 'GET', headers } = incoming
      seen.push({ endpoint, method, query: url.searchParams, form: new URLSearchParams(body.toString()), headers })
      const lie = lyingAnswer(settings.lies, endpoint)
      if (lie === 'hang') return
      const context = { endpoint, issuer, issued, settings, key, decoy }
      const answer: Upstreamed =
        lie ?? (await rewrite(await forward({ port: portOf(inner), path: url, method, headers, body }), context))
      outgoing.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  const port = await listenOnLoopback(front, behind?.port)
  const issuer = behind?.url ?? `http://127.0.0.1:${port}`
  const provider = identityProvider({ issuer, ...upstreamClient, allowed, settings, signingKey: key })
  inner.on('request', provider)
  await listenOnLoopback(inner)

  return {
    issuer,
    ...upstreamClient,
    settings,
    counts,
    /** Every request, in order. */
    seen,
    /** Every issued code and token, which must appear nowhere else. */
    issued,
    allowRedirect: (uri: string) => void allowed.add(uri),
    /** Signs further tokens with a new key under a new id, and stops publishing the old key. */
    async rotateKeys() {
      key = await newSigningKey(`key-${Date.now()}`)
    },
    async [Symbol.asyncDispose]() {
      for (const server of [front, inner]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

export type Upstream = Awaited<ReturnType<typeof startUpstream>>

async function newSigningKey(kid: string): Promise<UpstreamKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const describe = async (half: CryptoKey) => ({ ...(await exportJWK(half)), kid, alg: 'RS256', use: 'sig' })
  return { kid, privateKey, privateJwk: await describe(privateKey), publicJwk: await describe(publicKey) }
}

function endpointOf(path: string): UpstreamEndpoint {
  if (path.startsWith('/login/')) return 'login'
  return path in endpoints ? endpoints[path as keyof typeof endpoints] : 'other'
}

const listenOnLoopback = (server: Server, port = 0): Promise<number> =>
  new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(portOf(server))))

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Forwards a request to the real provider, including Host. */
const forward = ({
  port,
  path,
  method,
  headers,
  body,
}: {
  port: number
  path: URL
  method: string
  headers: IncomingHttpHeaders
  body: Buffer
}): Promise<Upstreamed> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: `${path.pathname}${path.search}`, method, headers }
    const outgoing = forwardRequest(options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const { 'transfer-encoding': _, 'content-length': __, ...kept } = answer.headers
        resolve({ status: answer.statusCode ?? 500, headers: kept, body: Buffer.concat(chunks).toString() })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
