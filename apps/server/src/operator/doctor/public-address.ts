/** Checks the public address: its certificate, whether it leads to this node, and the headers that the proxy sets. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AuthStore } from '@osa/core'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { oauthPaths } from '../../oauth/metadata.ts'
import { isWithin } from '../../requester.ts'
import { examineCertificate } from './certificate.ts'
import { type Finding, fix, note, ok, skipped } from './finding.ts'

const timeoutMs = 10_000
type Store = Pick<AuthStore, 'listSigningKeys' | 'listAuditEvents'>

const unseen = skipped('proxy', 'the public address does not lead to this node')

/** `store` is null if the node's database is not available. */
export async function examinePublicAddress(config: Config, store: Store | null): Promise<Finding[]> {
  const publicUrl = config.publicUrl ?? new URL(`http://localhost:${config.port}`)
  const tls =
    publicUrl.protocol === 'https:'
      ? await examineCertificate(publicUrl)
      : skipped('tls', `the public address is ${publicUrl.origin}`)
  try {
    const address = await examineAnswer(publicUrl, store)
    const reached = address.status === 'ok'
    const proxy = reached ? await examineProxy(config, publicUrl, store) : unseen
    return [tls, address, proxy]
  } catch (error) {
    const found = `no answer at ${publicUrl.origin} (${reasonOf(error)})`
    return [
      tls,
      fix('address', found, 'Start the node and the proxy, and check that the name resolves to the proxy.'),
      unseen,
    ]
  }
}

const request = (url: URL, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs), ...init })

const serverDocument = z.object({ issuer: z.string(), version: z.string() })
const keySet = z.object({ keys: z.array(z.object({ kid: z.string() })) })

/** Parses a JSON body by a schema. Returns null if it does not match. */
async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T | null> {
  const text = await response.text()
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null // not JSON: the page of another server
  }
}

async function examineAnswer(publicUrl: URL, store: Store | null): Promise<Finding> {
  const check = 'address'
  const at = publicUrl.origin
  const answer = await request(new URL('/.well-known/osa', publicUrl))
  if (answer.status >= 502 && answer.status <= 504) {
    await answer.body?.cancel()
    return fix(
      check,
      `the proxy at ${at} cannot reach the node (${answer.status})`,
      'Start the node, and point the proxy at its HOST and PORT.',
    )
  }
  const document = await read(answer, serverDocument)
  if (document === null) {
    return fix(
      check,
      `the server at ${at} is not an OSA node (${answer.status})`,
      'Point the proxy at HOST and PORT of the node.',
    )
  }
  if (document.issuer !== at) {
    return fix(
      check,
      `the node at ${at} has the public address ${document.issuer}`,
      'Set the same OSA_PUBLIC_URL here and there.',
    )
  }
  if (store === null) return ok(check, `${at} answers, version ${document.version}`)
  const published = await read(await request(new URL(oauthPaths.jwks, publicUrl)), keySet)
  const own = new Set((await store.listSigningKeys()).map(({ kid }) => kid))
  return published?.keys.some(({ kid }) => own.has(kid))
    ? ok(check, `${at} answers and is this node, version ${document.version}`)
    : fix(check, `${at} leads to a node on another database`, 'Set the same DATABASE_URL here and there.')
}

/** Returns why a request failed: the error code of the system if there is one. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

/** A listener that does not exist and is never used: with `OSA_REMOTE_APPROVAL=never`, a node refuses starts without one. */
const noListener = { loopback_challenge: '0'.repeat(43), loopback_port: '65535' }

/** The forged client address: reserved for documentation (RFC 5737). */
const claimed = '192.0.2.77'
const check = 'proxy'

/**
 * Starts a sign-in through the public address with a forged `X-Forwarded-For`, then reads the address that the node recorded from the
 * audit. The code is discarded and expires.
 */
async function examineProxy(config: Config, publicUrl: URL, store: Store | null): Promise<Finding> {
  if (store === null) {
    return skipped(check, 'this needs the database, which is available beside a running node only on PostgreSQL')
  }
  const answer = await request(new URL(oauthPaths.deviceAuthorization, publicUrl), {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'osa-cli', device_name: 'osa-server doctor', ...noListener }),
    headers: { 'X-Forwarded-For': claimed },
  })
  await answer.body?.cancel()
  if (answer.status === 400 && publicUrl.protocol === 'https:') {
    return fix(
      check,
      'it tells the node that requests arrive over plain http',
      'Make it set X-Forwarded-Proto to the scheme that clients use.',
    )
  }
  const requestId = answer.headers.get('x-request-id')
  const recent = await store.listAuditEvents({ limit: 500, event: 'device.start' })
  const seen = recent.find((event) => event.requestId === requestId)?.ip
  if (!seen) return skipped(check, `the test sign-in could not be started (${answer.status})`)
  return verdict(seen, config, publicUrl)
}

async function verdict(seen: string, config: Config, publicUrl: URL): Promise<Finding> {
  const isProxy = isWithin(config.trustedProxies)
  const here = await addressTowards(publicUrl)
  if (isProxy(here)) {
    return skipped(
      check,
      `the address of this machine (${here}) is in OSA_TRUSTED_PROXIES, so its headers are trusted; run doctor on another machine`,
    )
  }
  if (seen === claimed) {
    return fix(
      check,
      'it passes on X-Forwarded-For from clients unchanged: anybody can choose their address',
      'Make it replace the header, or append to it.',
    )
  }
  if (isProxy(seen)) {
    return fix(
      check,
      `it does not forward client addresses: everybody appears to come from ${seen}`,
      'Make it set X-Forwarded-For.',
    )
  }
  if (seen === here) return ok(check, `a request from this machine (${here}) arrives with this address`)
  const found = `a request from this machine (${here}) appears to come from ${seen}`
  const trust = [...config.trustedProxies.map(([network, bits]) => `${network}/${bits}`), seen].join(',')
  return ipaddr.process(seen).range() === 'unicast'
    ? note(
        check,
        found,
        'This is right if your network has that public address. If it is a proxy, add it to OSA_TRUSTED_PROXIES.',
      )
    : fix(
        check,
        `${found}, not a public address: probably a proxy that is not trusted`,
        `Set OSA_TRUSTED_PROXIES=${trust}`,
      )
}

/** Returns the local address of a connection to the URL. */
async function addressTowards({ hostname, port, protocol }: URL): Promise<string> {
  const socket = connect({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) })
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
  await once(socket, 'connect')
  const address = socket.localAddress ?? ''
  socket.destroy()
  return ipaddr.process(address).toString()
}
