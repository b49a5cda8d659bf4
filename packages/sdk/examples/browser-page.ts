/**
 * A page of a tool. It keeps no token: its own server hands it a short-lived one of whoever is signed in there, and passes `/trpc` on to the
 * node, because a node answers no other origin. Bundle it with anything: the `browser` build of `@osa/sdk` has no Node built-ins.
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
