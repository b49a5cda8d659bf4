import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { storedCredentials } from '../client/stored-credentials.ts'
import { systemClock } from '../clock.ts'
import { openCredentialStore } from '../credentials/credential-store.ts'
import { createOsaClient } from '../index.node.ts'
import { createManualClock, fakeOsaServer, makeTemporaryDir, memoryStore } from '../testing/index.ts'
import { login, type Verification } from './login.ts'
import { logout } from './logout.ts'

function stopSoon(): AbortSignal {
  const stop = new AbortController()
  setTimeout(() => stop.abort('why'), 60)
  return stop.signal
}

/** Runs a login at a node that supports listeners, with a browser that never comes to the listener. */
async function loginWithoutVisit(more: object) {
  const opened: string[] = []
  const warned: string[] = []
  let url = ''
  const started = () => ({
    device_code: 'dc',
    user_code: 'BCDF-GHJK',
    verification_uri: `${url}/device`,
    verification_uri_complete: `${url}/device?user_code=BCDF-GHJK`,
    same_computer_uri: `${url}/device/same-computer?flow=f`,
    expires_in: 900,
    interval: 60,
    ...more,
  })
  await using node = await fakeOsaServer({ procedures: { 'device.start': { isPublic: true, answer: started } } })
  url = node.url
  const stop = new AbortController()
  const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal) }
  const ended = login({
    ...{ server: url, store: memoryStore(), clock, signal: stop.signal, onVerification: () => undefined },
    openBrowser: async (uri) => {
      opened.push(uri)
      if (opened.length === 2) stop.abort()
      return true
    },
    warn: (text) => {
      warned.push(text)
      stop.abort()
    },
  })
  await expect(ended).rejects.toMatchObject({ code: 'aborted' })
  return { opened, warned }
}

describe('login', () => {
  test('shows the code, waits for the approval and saves the login for storedCredentials', async () => {
    await using node = await fakeOsaServer()
    const store = memoryStore()
    const shown: Verification[] = []
    const done = await login({
      server: node.url,
      store,
      clock: createManualClock(Date.now()),
      deviceName: 'bench tool',
      onVerification: (verification) => {
        shown.push(verification)
        node.approve()
      },
    })
    expect(done).toMatchObject({ server: node.url, user: { display_name: 'Josiah Carberry' } })
    expect(shown).toMatchObject([{ userCode: 'BCDF-GHJK', verificationUri: `${node.url}/device`, server: node.url }])
    expect(node.seen('device')[0]?.body).toContain('bench tool')
    const osa = createOsaClient({ server: node.url, auth: storedCredentials({ store }) })
    expect(await osa.me.query()).toMatchObject({ id: 'u1' })
  })

  test('saves the login where osa does, in a file that only this user can read', async () => {
    await using folder = await makeTemporaryDir()
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    const at = { configDir: folder.path, storage: 'file', clock: createManualClock(Date.now()) } as const
    await login({ server: node.url, onVerification: () => undefined, ...at })
    const auth = storedCredentials({ configDir: folder.path })
    expect(await createOsaClient({ server: node.url, auth }).me.query()).toMatchObject({ id: 'u1' })
    expect(await logout({ server: node.url, configDir: folder.path })).toMatchObject({ removed: true, revoked: true })
    expect(node.families[0]?.revoked).toBe(true)
  })

  test('a denial is login_denied, an expired code is login_expired, and nothing is saved', async () => {
    for (const [end, code] of [
      ['deny', 'login_denied'],
      ['expireCode', 'login_expired'],
    ] as const) {
      await using node = await fakeOsaServer()
      const store = memoryStore()
      const started = login({
        server: node.url,
        store,
        clock: createManualClock(Date.now()),
        onVerification: () => node[end](),
      })
      await expect(started).rejects.toMatchObject({ code })
      expect(store.snapshot()).toEqual({})
    }
  })

  test('a signal cancels it with aborted', async () => {
    await using node = await fakeOsaServer()
    const stop = new AbortController()
    const started = login({
      server: node.url,
      store: memoryStore(),
      signal: stop.signal,
      onVerification: () => stop.abort(),
    })
    await expect(started).rejects.toMatchObject({ code: 'aborted' })
  })

  test.each([
    ['before it starts', 'aborted', 'why', () => AbortSignal.abort('why')],
    ['while it waits', 'aborted', 'why', stopSoon],
    ['at a deadline while it waits', 'timeout', { name: 'TimeoutError' }, () => AbortSignal.timeout(60)],
  ] as const)('a signal %s ends it with %s and its reason, and saves nothing', async (_name, code, cause, signalOf) => {
    await using node = await fakeOsaServer()
    const store = memoryStore()
    const started = login({ server: node.url, store, signal: signalOf(), onVerification: () => undefined })
    await expect(started).rejects.toMatchObject({ code, cause })
    expect(store.snapshot()).toEqual({})
  })

  test('a signal that fires after the tokens have arrived still saves nothing, and revokes them', async () => {
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    const store = memoryStore()
    const stop = new AbortController()
    const stopping: typeof fetch = (url, init) => {
      if (String(url).includes('/me?')) stop.abort('enough')
      return fetch(url, init)
    }
    const clock = createManualClock(Date.now())
    const options = { server: node.url, store, clock, fetch: stopping, signal: stop.signal }
    const started = login({ ...options, onVerification: () => undefined })
    await expect(started).rejects.toMatchObject({ code: 'aborted', cause: 'enough' })
    expect(store.snapshot()).toEqual({})
    expect(node.families.map(({ revoked }) => revoked)).toEqual([true])
  })

  test('an error of onVerification ends the login with that error', async () => {
    await using node = await fakeOsaServer({ intervalSeconds: 60 })
    const reason = new Error('no screen')
    const onVerification = () => Promise.reject(reason)
    await expect(login({ server: node.url, store: memoryStore(), onVerification })).rejects.toBe(reason)
  })

  test('if the server does not support listeners, or the browser is elsewhere, the browser opens the printed address', async () => {
    for (const isBrowserElsewhere of [false, true]) {
      await using node = await fakeOsaServer()
      const opened: string[] = []
      const openBrowser = async (uri: string) => {
        opened.push(uri)
        node.approve()
        return true
      }
      const shown: Verification[] = []
      await login({
        ...{ server: node.url, store: memoryStore(), openBrowser, isBrowserElsewhere },
        onVerification: (verification) => void shown.push(verification),
      })
      expect(opened).toEqual([`${node.url}/device?user_code=BCDF-GHJK`])
      expect(shown).toMatchObject([{ sameComputerUri: null, isSameComputerRequired: false }])
      expect(node.seen('device')[0]?.body.includes('loopback_port')).toBe(!isBrowserElsewhere)
    }
  })

  test('if no browser has come to the listener after 8 seconds, the printed address is opened', async () => {
    const { opened, warned } = await loginWithoutVisit({})
    expect(opened).toEqual(
      [/\/device\/same-computer\?flow=f$/, /\/device\?user_code=BCDF-GHJK$/].map((address) =>
        expect.stringMatching(address),
      ),
    )
    expect(warned).toEqual([])
  })

  test('if no other browser may approve, there is a warning instead', async () => {
    const { opened, warned } = await loginWithoutVisit({ same_computer_required: true })
    expect(opened).toHaveLength(1)
    expect(warned).toEqual([expect.stringContaining('No browser on this computer')])
  })

  test('an archive that requires a listener refuses a login without one at once', async () => {
    const refusal = { error: 'access_denied', error_description: 'This archive lets in …' }
    await using node = await fakeOsaServer({
      procedures: { 'device.start': { isPublic: true, answer: () => refusal } },
    })
    const started = login({ server: node.url, store: memoryStore(), onVerification: () => undefined })
    await expect(started).rejects.toMatchObject({ code: 'same_computer_required', hint: expect.any(String) })
  })

  test('nothing is sent if nothing can be saved, and a session that cannot be saved after all is revoked', async () => {
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    const full = new Error('disk full')
    const store = memoryStore()
    const clock = createManualClock(Date.now())
    const options = { server: node.url, store, clock, onVerification: () => undefined }
    const reserve = vi.spyOn(store, 'reserve').mockRejectedValueOnce(full)
    await expect(login(options)).rejects.toBe(full)
    expect(node.requests).toEqual([])
    reserve.mockRestore()
    const proof = await store.reserve(node.url)
    vi.spyOn(store, 'reserve').mockResolvedValueOnce(proof).mockRejectedValueOnce(full)
    await expect(login(options)).rejects.toBe(full)
    expect(node.families.map(({ revoked }) => revoked)).toEqual([true])
  })

  test('a login that is replaced is ended at the server', async () => {
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    const store = memoryStore({ [node.url]: node.issue() })
    const clock = createManualClock(Date.now())
    await login({ server: node.url, store, clock, onVerification: () => undefined })
    expect(node.families.map(({ revoked }) => revoked)).toEqual([true, false])
  })
})

test('logout removes the login even if the server is unreachable, and reports that', async () => {
  await using node = await fakeOsaServer()
  const store = memoryStore({ [node.url]: node.issue() })
  node.down()
  expect(await logout({ server: node.url, store })).toMatchObject({
    removed: true,
    revoked: false,
    failure: { code: 'connection_failed' },
  })
  expect(store.snapshot()).toEqual({})
  expect(await logout({ server: node.url, store })).toMatchObject({ removed: false, revoked: false })
})

test('K32 K36 logout waits for a renewal in progress, and ends the renewed session', async () => {
  await using node = await fakeOsaServer()
  await using folder = await makeTemporaryDir()
  const issued = node.issue()
  const store = openCredentialStore({ dir: join(folder.path, 'osa'), clock: systemClock })
  const save = async (entry: typeof issued) =>
    (await store.reserve(node.url)).commit({
      ...{ accessToken: entry.access_token, refreshToken: entry.refresh_token },
      ...{ expiresAt: 2e9, obtainedAt: 1.9e9, user: null },
    })
  await save(issued)
  const lock = await store.lockRefresh(node.url, { timeoutMs: 1000 })
  const ended = logout({ server: node.url, store })
  await save(node.issue())
  await lock.release()
  expect(await ended).toMatchObject({ removed: true, revoked: true })
  expect(node.families.map(({ revoked }) => revoked)).toEqual([false, true])
  expect(await store.list()).toEqual([])
})
