/** The SDK's client with a real node, as a tool on a person's machine uses it, from sign-in to the end of the session. */
import { createOsaClient, isOsaError, type OsaClient, OsaError } from '@osa/sdk'
import { login, logout, storedCredentials } from '@osa/sdk/node'
import { memoryStore } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { approve } from './approve.ts'
import { nodeForThisFile } from './on-postgres.ts'

const node = nodeForThisFile()

/** Signs in like a tool. Returns its clients and the paths of their requests. */
async function signIn() {
  const store = memoryStore()
  await login({
    server: node.url,
    store,
    deviceName: 'a lab tool',
    onVerification: ({ userCode }) => approve(node.url, userCode),
  })
  const sent: string[] = []
  const counting: typeof fetch = (input, init) => {
    sent.push(new URL(input instanceof Request ? input.url : input).pathname)
    return fetch(input, init)
  }
  const clientOf = (kept = store): OsaClient =>
    createOsaClient({ server: node.url, fetch: counting, auth: storedCredentials({ store: kept, fetch: counting }) })
  return { store, sent, clientOf }
}

/** Returns a store with a changed login, such as another access token or expiry. */
function withEntry(store: ReturnType<typeof memoryStore>, change: Record<string, unknown>) {
  const entry = store.snapshot()[node.url] as Record<string, unknown>
  return memoryStore({ [node.url]: { ...entry, ...change } })
}

test('after a login by call, me, session.list and server.info are sent in one request and fully typed', async () => {
  const { clientOf, sent } = await signIn()
  const osa = clientOf()
  const [me, sessions, info] = await Promise.all([osa.me.query(), osa.session.list.query(), osa.server.info.query()])
  expect(me.display_name).toBe('Josiah Carberry')
  const current = sessions.find((session) => session.current)
  expect(current?.device_name).toContain('a lab tool')
  expect(current?.created_at).toBeInstanceOf(Date)
  expect(info.issuer).toBe(node.url)
  expect(sent).toEqual(['/trpc/me,session.list,server.info'])
})

test.each([
  ['expired', { expires_at: 1 }, 1],
  ['refused by the node although it looks valid', { access_token: 'not-the-token' }, 2],
])('K33 eight parallel calls with a token that is %s need one refresh', async (_name, change, requests) => {
  const { store, clientOf, sent } = await signIn()
  const osa = clientOf(withEntry(store, change))
  const answers = await Promise.all(Array.from({ length: 8 }, () => osa.me.query()))
  expect(answers.map((me) => me.external_id)).toEqual(Array(8).fill('0000-0002-1825-0097'))
  expect(sent.filter((path) => path.startsWith('/trpc/session.refresh'))).toHaveLength(1)
  expect(sent.filter((path) => path.startsWith('/trpc/me'))).toHaveLength(requests)
})

test('calls in a session that was ended elsewhere fail with session_ended, and logging out removes the login', async () => {
  const { store, clientOf } = await signIn()
  const osa = clientOf()
  const current = (await osa.session.list.query()).find((session) => session.current)
  expect(await osa.session.revoke.mutate({ session_id: current?.id ?? '' })).toEqual({ revoked: true })
  const error = await osa.me.query().catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(OsaError)
  expect(isOsaError(error, 'session_ended')).toBe(true)
  expect(store.snapshot()).toHaveProperty([node.url])
  expect(await logout({ server: node.url, store })).toMatchObject({ removed: true })
})

test('an invalid input fails with usage and names the field, an unknown session with not_found', async () => {
  const { clientOf } = await signIn()
  const osa = clientOf()
  const revoked = (session_id: string) => osa.session.revoke.mutate({ session_id })
  await expect(revoked('not a uuid')).rejects.toMatchObject({
    code: 'usage',
    status: 400,
    message: 'The input is not valid: session_id: Invalid UUID',
    issues: [{ path: 'session_id', message: 'Invalid UUID' }],
    data: { issues: [{ path: 'session_id', message: 'Invalid UUID' }] },
  })
  await expect(revoked('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({
    code: 'not_found',
    status: 404,
  })
})

/** Starts a sign-in. Returns the input for watching it: the hash of its pending code. */
async function startWatched(osa: OsaClient) {
  const started = await osa.device.start.mutate({})
  if ('error' in started) throw new Error(started.error)
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(started.device_code))
  return { userCode: started.user_code, input: { device_code_hash: Buffer.from(digest).toString('base64url') } }
}

test('a subscription reports the decision, and its URL does not contain the token', async () => {
  const { clientOf, sent, store } = await signIn()
  const osa = clientOf()
  const { userCode, input } = await startWatched(osa)
  const events = osa.device.watch.subscribe(input)
  const first = events.next()
  await approve(node.url, userCode)
  expect((await first).value).toEqual({ status: 'decided' })
  expect((await events.next()).done).toBe(true)
  expect(sent.at(-1)).toBe('/trpc/device.watch')
  const { access_token } = store.snapshot()[node.url] as { access_token: string }
  expect(node.output()).not.toContain(access_token)
})

test('a refused subscription ends with the error of the node', async () => {
  const { clientOf } = await signIn()
  const refused = clientOf().device.watch.subscribe({ device_code_hash: 'too short' })
  await expect(refused.next()).rejects.toMatchObject({ code: 'usage', status: 400 })
})

test('a subscription ends when its caller aborts it and when its client is closed', async () => {
  const { clientOf } = await signIn()
  const osa = clientOf()
  const { input } = await startWatched(osa)
  const stop = new AbortController()
  const isOpen = (options: { signal?: AbortSignal }) =>
    new Promise<string>((ended) => {
      const error = ({ code }: { code?: string }) => ended(code ?? 'no code')
      osa.device.watch.subscribe(input, {
        ...options,
        onStarted: () => stop.abort(),
        onData: () => ended('data'),
        onError: (failure) => error(failure as { code?: string }),
        onComplete: () => ended('complete'),
      })
    })
  expect(await isOpen({ signal: stop.signal })).toBe('aborted')
  const closed = isOpen({})
  osa.$close()
  expect(await closed).toBe('aborted')
})
