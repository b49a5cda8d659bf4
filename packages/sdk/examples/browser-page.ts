/**
 * A web page of a tool. It stores no token: the tool's server gives it a short-lived token of the signed-in person. That server also forwards
 * `/trpc` to the node, because a node does not answer pages of other origins. Works with any bundler: the `browser` build of `@osa/sdk` uses no
 * Node built-ins.
 */
import { createOsaClient, isOsaError } from '@osa/sdk'

function show(text: string): void {
  document.body.append(Object.assign(document.createElement('output'), { textContent: text }))
}

const osa = createOsaClient({
  server: document.body.dataset.server ?? location.origin,
  auth: { getToken: async () => (await fetch('/osa-token')).text() },
})

try {
  const [me, sessions] = await Promise.all([osa.me.query(), osa.session.list.query()])
  const since = sessions.find(({ current }) => current)?.created_at
  show(`${me.display_name} since ${since?.getUTCFullYear()}`)
} catch (error) {
  if (!isOsaError(error)) throw error
  show(error.code)
}
