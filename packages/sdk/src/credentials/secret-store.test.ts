import { expect, test, vi } from 'vitest'
import { storedCredentials } from '../client/stored-credentials.ts'
import { createOsaClient } from '../index.node.ts'
import { login } from '../login/login.ts'
import { logout } from '../login/logout.ts'
import { fakeOsaServer } from '../testing/index.ts'
import { secretStore } from './secret-store.ts'

/** A secret manager that a test can inspect and switch off. */
function vault(content: Record<string, unknown> | null = null) {
  const secret = {
    content,
    isDown: false,
    saves: 0,
    load: async () => secret.content && structuredClone(secret.content),
    save: async (logins: Record<string, unknown>) => {
      if (secret.isDown) throw new Error('403 permission denied')
      secret.saves++
      secret.content = structuredClone(logins)
    },
  }
  return secret
}

test("login, renewal and logout work with a program's own storage", async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1, accessTtl: 1 })
  const secret = vault()
  const store = secretStore({ load: secret.load, save: secret.save })
  await login({ server: node.url, store, onVerification: () => undefined })
  const before = structuredClone(secret.content)
  const osa = createOsaClient({ server: node.url, auth: storedCredentials({ store }) })
  expect((await osa.me.query()).display_name).toBe('Josiah Carberry')
  expect(node.calls.refresh).toBe(1)
  expect(Object.keys(secret.content ?? {})).toEqual([node.url])
  expect(secret.content).not.toEqual(before)
  expect(await logout({ server: node.url, store })).toMatchObject({ removed: true, revoked: true })
  expect(secret.content).toEqual({})
})

test('if nothing can be saved, nothing is renewed, and the old token is used until it expires', async () => {
  await using node = await fakeOsaServer()
  const secret = vault({ [node.url]: node.issue({ expiresInSeconds: 30 }) })
  const store = secretStore({ load: secret.load, save: secret.save, name: 'the vault' })
  const osa = createOsaClient({ server: node.url, auth: storedCredentials({ store }), retry: false })
  secret.isDown = true
  expect((await osa.me.query()).display_name).toBe('Josiah Carberry')
  expect(node.calls.refresh).toBe(0)
  node.expireAccess()
  await expect(osa.me.query()).rejects.toMatchObject({
    code: 'store_unwritable',
    message: 'The login cannot be saved: the vault failed',
  })
  expect(node.calls.refresh).toBe(0)
  secret.isDown = false
  expect((await osa.me.query()).display_name).toBe('Josiah Carberry')
  expect(node.calls.refresh).toBe(1)
})

test('commitUnlessChanged does not overwrite a login that was saved meanwhile', async () => {
  await using node = await fakeOsaServer()
  const secret = vault({ [node.url]: node.issue() })
  const store = secretStore({ load: secret.load, save: secret.save })
  const reservation = await store.reserve(node.url)
  const newer = { [node.url]: node.issue() }
  secret.content = newer
  const credential = { accessToken: 'at', refreshToken: 'rt', expiresAt: null, obtainedAt: null, user: null }
  expect(await reservation.commitUnlessChanged(credential)).toBe(false)
  expect(secret.content).toEqual(newer)
})

test('concurrent logins to two archives are both kept, although they are saved as one object', async () => {
  await using one = await fakeOsaServer({ approveAtPoll: 1 })
  await using two = await fakeOsaServer({ approveAtPoll: 1 })
  const secret = vault()
  const store = secretStore({ load: secret.load, save: secret.save })
  const logIn = ({ url }: { url: string }) => login({ server: url, store, onVerification: () => undefined })
  const both = [await store.reserve(one.url), await store.reserve(two.url)]
  const credential = { accessToken: 'at', refreshToken: 'rt', expiresAt: null, obtainedAt: null, user: null }
  await Promise.all(both.map((reservation) => reservation.commit(credential)))
  expect((await store.list()).map(({ server }) => server).toSorted()).toEqual([one.url, two.url].toSorted())
  await Promise.all([store.remove(one.url), store.remove(two.url)])
  expect(secret.content).toEqual({})
  await Promise.all([logIn(one), logIn(two)])
  expect(await store.list()).toHaveLength(2)
})

test("a renewal takes and releases the program's lock", async () => {
  await using node = await fakeOsaServer()
  const secret = vault({ [node.url]: node.issue({ expired: true }) })
  const release = vi.fn(async () => undefined)
  const lock = vi.fn(async () => ({ release }))
  const auth = storedCredentials({ store: secretStore({ load: secret.load, save: secret.save, lock }) })
  await createOsaClient({ server: node.url, auth }).me.query()
  expect(lock.mock.calls).toEqual([[node.url, expect.objectContaining({ timeoutMs: expect.any(Number) })]])
  expect(release).toHaveBeenCalledOnce()
})

test('storage that cannot be read is store_unavailable', async () => {
  await using node = await fakeOsaServer()
  const load = () => {
    throw new Error('vault is sealed')
  }
  const auth = storedCredentials({ store: secretStore({ load, save: () => undefined }) })
  await expect(createOsaClient({ server: node.url, auth }).me.query()).rejects.toMatchObject({
    code: 'store_unavailable',
  })
  expect(node.calls.me).toBe(0)
})
