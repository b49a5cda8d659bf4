/** Proxies from HTTPS_PROXY and similar variables. Used for https only, through CONNECT, so that the proxy never sees a secret (K40). */
import { nodeNetworkError, type ProxyInUse } from '@osa/sdk/internal'
import { type Environment, OsaError } from '@osa/sdk/node'

function firstSet(env: Environment, names: readonly string[]): { value: string; variable: string } | null {
  for (const variable of names) {
    const value = env[variable]
    if (value) return { value, variable }
  }
  return null
}

/** Whether NO_PROXY exempts a host: `*`, a host, or a domain with or without its dot; a port must match if given. */
const isExempt = (url: URL, noProxy: string): boolean =>
  noProxy.split(/[\s,]+/).some((entry) => {
    const bare = /^[^[]*:.*:/.test(entry) ? `[${entry}]` : entry
    const [, name = '', port] = /^\*?\.?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bare.toLowerCase()) ?? []
    if (entry === '*') return true
    if (name === '' || (port && port !== (url.port || '443'))) return false
    return url.hostname === name || url.hostname.endsWith(`.${name}`)
  })

/** Returns the proxy for a request; null for none. Lower-case variables win, empty ones count as unset. `url` has no password. */
export function proxyFor(env: Environment, url: URL): (ProxyInUse & { connectUrl: string }) | null {
  if (url.protocol !== 'https:') return null
  const found = firstSet(env, ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])
  if (!found || isExempt(url, env.no_proxy || env.NO_PROXY || '')) return null
  const text = found.value.includes('://') ? found.value : `http://${found.value}`
  if (!URL.canParse(text)) return { url: '(unreadable address)', variable: found.variable, connectUrl: text }
  const { protocol, host } = new URL(text)
  return { url: `${protocol}//${host}`, variable: found.variable, connectUrl: text }
}

/** Refuses proxies that are not used through CONNECT. Undici would try SOCKS and print a warning about it. */
function refuseOtherKinds({ url, variable }: ProxyInUse): void {
  if (/^https?:/.test(url)) return
  throw new OsaError('proxy', `Can't use the proxy ${url} (${variable}): it must be an http:// or https:// address`, {
    hint: `Check ${variable} / NO_PROXY`,
  })
}

/** Returns the dispatcher for a proxy, for certificates that this Node accepts in no other way, or for both. */
async function dispatcherFor(proxy: { connectUrl: string } | null, ca: readonly string[] | null) {
  const { Agent, ProxyAgent } = await import('undici')
  const tls = ca ? { ca: [...ca] } : {}
  return proxy ? new ProxyAgent({ uri: proxy.connectUrl, requestTls: tls }) : new Agent({ connect: tls })
}

/** Node's own `fetch` can be told to use proxies for plain http too (NODE_USE_ENV_PROXY), which would show them the tokens. */
const mayUseProxy = (env: Environment): boolean =>
  firstSet(env, ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) !== null

/** Turns an error into one about the proxy. A timeout stays as it is: the deadline reports it. */
function throughProxy(error: unknown, url: URL, { url: shown, variable }: ProxyInUse): unknown {
  const failed = { error, server: url.origin, timeoutMs: 0, timedOut: false, moreTime: '--timeout 120' }
  const told = nodeNetworkError({ ...failed, proxy: { url: shown, variable } })
  return told.code === 'timeout' ? error : told
}

/**
 * Returns a `fetch` that uses the proxies of the environment and trusts the `authorities` (null: Node's default). Loads undici only if it is
 * needed.
 */
export function createProxiedFetch(
  env: Environment,
  authorities: () => Promise<readonly string[] | null> = async () => null,
): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const proxy = proxyFor(env, url)
    const ca = url.protocol === 'https:' ? await authorities() : null
    if (!proxy && !ca && !mayUseProxy(env)) return await fetch(input, init)
    if (proxy) refuseOtherKinds(proxy)
    const undici = await import('undici')
    const dispatcher = await dispatcherFor(proxy, ca)
    try {
      const response = await undici.fetch(String(input), { ...(init as object), dispatcher })
      // close() waits for the body. Without it an idle tunnel would keep the process alive.
      void dispatcher.close()
      return response as unknown as Response
    } catch (error) {
      // Otherwise undici would keep connecting to a proxy that closes the connection.
      await dispatcher.destroy()
      throw proxy && !init?.signal?.aborted ? throughProxy(error, url, proxy) : error
    }
  }
}
