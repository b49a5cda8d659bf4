/** Waiting for a decision on the memory store: outcomes, refusals, and that polls are not affected. */
import { expect, test } from 'vitest'
import { memoryAuthStore, testAuth, testRequester } from '../testing/index.ts'
import { builtInClients, type Client } from './client.ts'
import { defaultPolicy } from './policy.ts'
import { type DeviceCode, sha256 } from './secret.ts'

const [cli] = builtInClients

function world(...overrides: Parameters<typeof testAuth>) {
  const node = testAuth(...overrides)
  const watch = (deviceCode: string, options: { client?: Client; source?: string; signal?: AbortSignal } = {}) =>
    node.auth.watchDeviceAuthorization({
      clients: [options.client ?? cli],
      deviceCodeHash: sha256(deviceCode as DeviceCode),
      requester: { ...testRequester, source: options.source ?? testRequester.source },
      signal: options.signal ?? new AbortController().signal,
    })
  return { ...node, watch }
}

/** Whether a watch is still waiting after all pending work of the memory store is done. */
async function isWaiting(watching: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setTimeout(resolve, 50, 'waiting'))
  return (await Promise.race([watching, turn])) === 'waiting'
}

test.each(['approve', 'deny'] as const)(
  'the watch reports only that the person has decided when they %s',
  async (decision) => {
    const { start, watch, decide } = world()
    const started = await start()
    const watching = watch(started.device_code)
    expect(await isWaiting(watching)).toBe(true)
    await decide(started.user_code, decision)
    expect(await watching).toEqual({ status: 'decided' })
  },
)

test('B02 a poll directly after the watch has ended does not get slow_down', async () => {
  const { start, watch, decide, poll, clock } = world()
  const started = await start()
  const watching = watch(started.device_code)
  expect(await poll(started.device_code)).toMatchObject({ error: 'authorization_pending' })
  clock.advance({ seconds: 1 })
  await decide(started.user_code)
  await watching
  expect(await poll(started.device_code)).toHaveProperty('access_token')
})

test('B02 B03 a watch changes neither the interval nor the time of the last poll', async () => {
  const { start, watch, poll, clock } = world()
  const started = await start()
  const leaving = new AbortController()
  await poll(started.device_code)
  clock.advance({ seconds: 4 })
  const watching = watch(started.device_code, { signal: leaving.signal })
  expect(await isWaiting(watching)).toBe(true)
  clock.advance({ seconds: 1 })
  expect(await poll(started.device_code)).toMatchObject({ error: 'authorization_pending' })
  leaving.abort()
  expect(await watching).toBeNull()
})

test('a watch ends at once if the code was decided before or has expired', async () => {
  const { start, watch, decide, poll, clock } = world()
  const [approved, denied, expired] = [await start(), await start(), await start()]
  await decide(approved.user_code, 'approve')
  await decide(denied.user_code, 'deny')
  expect(await watch(approved.device_code)).toEqual({ status: 'decided' })
  expect(await watch(denied.device_code)).toEqual({ status: 'decided' })
  clock.advance({ seconds: defaultPolicy.deviceCodeLifetimeSeconds })
  expect(await watch(expired.device_code)).toEqual({ status: 'decided' })
  expect(await poll(expired.device_code)).toMatchObject({ error: 'expired_token' })
})

test('B04 the watch ends when the code expires', async () => {
  const { start, watch, clock } = world()
  const started = await start()
  const watching = watch(started.device_code)
  expect(await isWaiting(watching)).toBe(true)
  clock.advance({ seconds: defaultPolicy.deviceCodeLifetimeSeconds })
  expect(await watching).toEqual({ status: 'decided' })
})

test('B15 unknown codes, redeemed codes and codes of other clients get the same refusal as a poll', async () => {
  const { start, watch, decide, poll, client } = world()
  const [redeemed, foreign] = [await start(), await start()]
  await decide(redeemed.user_code)
  await poll(redeemed.device_code)
  const refusals = [
    await watch('no such code'),
    await watch(foreign.device_code, { client: client('other-tool') }),
    await watch(redeemed.device_code),
  ]
  for (const refusal of refusals) expect(refusal).toEqual(await poll('no such code'))
})

test('J02 the number of watches is limited by source and in total; further ones are refused, and ended ones free their place', async () => {
  const policy = { ...defaultPolicy, publicUrl: 'https://archive.example', maxWatchesBySource: 2, maxWatchesInAll: 3 }
  const { start, watch, decide } = world({ policy })
  const started = await start()
  const one = { source: '192.0.2.1' }
  const waiting = [
    watch(started.device_code, one),
    watch(started.device_code, one),
    watch(started.device_code, { source: '192.0.2.2' }),
  ]
  expect(await watch(started.device_code, one)).toMatchObject({ error: 'temporarily_unavailable' })
  expect(await watch(started.device_code, { source: '192.0.2.3' })).toMatchObject({ error: 'temporarily_unavailable' })
  await decide(started.user_code)
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ status: 'decided' })))
  expect(await watch(started.device_code, one)).toEqual({ status: 'decided' })
})

test('a decision between the start of listening and the first read is not missed', async () => {
  const store = memoryAuthStore()
  const { promise: wasRead, resolve: markRead } = Promise.withResolvers<void>()
  const { promise: goOn, resolve: letGo } = Promise.withResolvers<void>()
  const slow: typeof store = {
    ...store,
    async findPolled(hash) {
      const polled = await store.findPolled(hash)
      markRead()
      await goOn
      return polled
    },
  }
  const { start, watch, decide } = world({ store: slow })
  const started = await start()
  const watching = watch(started.device_code)
  await wasRead
  await decide(started.user_code)
  letGo()
  expect(await watching).toEqual({ status: 'decided' })
})

test('a notice without a decision, as after a gap, does not end the watch', async () => {
  const { start, watch, store, decide } = world()
  const started = await start()
  const watching = watch(started.device_code)
  const deviceCodeHash = sha256(started.device_code as DeviceCode)
  for (let n = 0; n < 3; n++) await store.transaction((tx) => tx.announceDecision(deviceCodeHash))
  expect(await isWaiting(watching)).toBe(true)
  await decide(started.user_code)
  expect(await watching).toEqual({ status: 'decided' })
})

test('a failing database ends the watch and frees its place', async () => {
  const store = memoryAuthStore()
  let isDown = true
  const failing: typeof store = {
    ...store,
    findPolled: (hash) => (isDown ? Promise.reject(new Error('down')) : store.findPolled(hash)),
  }
  const policy = { ...defaultPolicy, publicUrl: 'https://archive.example', maxWatchesInAll: 1 }
  const { watch } = world({ store: failing, policy })
  await expect(watch('any')).rejects.toThrow('down')
  isDown = false
  expect(await watch('any')).toMatchObject({ error: 'invalid_grant' })
})
