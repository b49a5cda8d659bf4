/** What people's browsers and terminals meet: the public address, its certificate, whether it leads to this node, and what the proxy says. */
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

/** `store` is null when the node's database cannot be asked. */
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
    return [tls, fix('address', found, 'Start the node and the proxy; does the name lead here?'), unseen]
  }
}

const request = (url: URL, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs), ...init })

const serverDocument = z.object({ issuer: z.string(), version: z.string() })
const keySet = z.object({ keys: z.array(z.object({ kid: z.string() })) })

/** A body as a schema has it; null when it is something else. */
async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T | null> {
  const text = await response.text()
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null // not JSON: another server's page
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
      `the proxy at ${at} reaches no node (${answer.status})`,
      'Start the node; point the proxy at HOST and PORT.',
    )
  }
  const document = await read(answer, serverDocument)
  if (document === null) {
    return fix(check, `what answers at ${at} is no OSA node (${answer.status})`, 'Point the proxy at HOST and PORT.')
  }
  if (document.issuer !== at) {
    return fix(check, `the node at ${at} calls itself ${document.issuer}`, 'Give both the same OSA_PUBLIC_URL.')
  }
  if (store === null) return ok(check, `${at} answers, version ${document.version}`)
  const published = await read(await request(new URL(oauthPaths.jwks, publicUrl)), keySet)
  const own = new Set((await store.listSigningKeys()).map(({ kid }) => kid))
  return published?.keys.some(({ kid }) => own.has(kid))
    ? ok(check, `${at} answers and is this node, version ${document.version}`)
    : fix(check, `${at} leads to a node on another database`, 'Check DATABASE_URL here and there.')
}

/** Why a request failed, as the system says it. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

/** A listener that nobody is sent to: without one, a node under `OSA_REMOTE_APPROVAL=never` starts nothing. */
const noListener = { loopback_challenge: '0'.repeat(43), loopback_port: '65535' }

/** What a client could claim to be: an address that is nobody's (RFC 5737). */
const claimed = '192.0.2.77'
const check = 'proxy'

/**
 * Starts a sign-in through the public address, claiming to be somebody else, and reads in the audit where the node took it to come from.
 * Nobody sees its code, and it expires.
 */
async function examineProxy(config: Config, publicUrl: URL, store: Store | null): Promise<Finding> {
  if (store === null) {
    return skipped(check, 'the database could not be asked; on PostgreSQL it can be, beside a running node')
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
      'it says that people come over plain http',
      'Let it set X-Forwarded-Proto to the scheme that people use.',
    )
  }
  const requestId = answer.headers.get('x-request-id')
  const recent = await store.listAuditEvents({ limit: 500, event: 'device.start' })
  const seen = recent.find((event) => event.requestId === requestId)?.ip
  if (!seen) return skipped(check, `no sign-in could be started to see by (${answer.status})`)
  return verdict(seen, config, publicUrl)
}

async function verdict(seen: string, config: Config, publicUrl: URL): Promise<Finding> {
  const isProxy = isWithin(config.trustedProxies)
  const here = await addressTowards(publicUrl)
  if (isProxy(here)) {
    return skipped(
      check,
      `this machine (${here}) is itself in OSA_TRUSTED_PROXIES, so it is believed; run doctor on another one`,
    )
  }
  if (seen === claimed) {
    return fix(
      check,
      'it passes X-Forwarded-For on as clients send it: anybody can choose their address',
      'Let it replace the header, or append to it.',
    )
  }
  if (isProxy(seen)) {
    return fix(
      check,
      `it does not say who it forwards for: everybody seems to come from ${seen}`,
      'Let it set X-Forwarded-For.',
    )
  }
  if (seen === here) return ok(check, `a request from here (${here}) seems to come from there`)
  const found = `a request from here (${here}) seems to come from ${seen}`
  const trust = [...config.trustedProxies.map(([network, bits]) => `${network}/${bits}`), seen].join(',')
  return ipaddr.process(seen).range() === 'unicast'
    ? note(
        check,
        found,
        'Right if this network is left by that address; if it is a proxy, add it to OSA_TRUSTED_PROXIES.',
      )
    : fix(check, `${found}, which is in no public network: a proxy that is not trusted`, `OSA_TRUSTED_PROXIES=${trust}`)
}

/** The address that this machine has on its way there. */
async function addressTowards({ hostname, port, protocol }: URL): Promise<string> {
  const socket = connect({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) })
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('it did not answer in time')))
  await once(socket, 'connect')
  const address = socket.localAddress ?? ''
  socket.destroy()
  return ipaddr.process(address).toString()
}
