/** The sweep: all that has ended goes, nothing else does, in batches. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AuthStore } from '../../auth/ports.ts'
import type { OpenStore } from '../auth-store-contract.ts'
import {
  atSecond,
  sampleAuditEvent,
  sampleBrowserSession,
  sampleDevice,
  sampleLogin,
  sampleRefreshToken,
  sampleSigningKey,
} from '../sample-rows.ts'
import { addFamily, addPerson } from './people-at-hand.ts'

const now = atSecond(0)
const cutoff = {
  device: now,
  login: now,
  browser: now,
  family: now,
  familyIdle: atSecond(-100),
  signingKey: now,
  audit: now,
  batch: 100,
}
const nothing = {
  device_authorizations: 0,
  login_transactions: 0,
  browser_sessions: 0,
  refresh_tokens: 0,
  refresh_families: 0,
  signing_keys: 0,
  audit_events: 0,
}
const ended = atSecond(-0.001)
const live = { expiresAt: now }

const addLiveRows = async (store: AuthStore) => {
  const { user } = await addPerson(store)
  const { family, token } = await addFamily(store, user, { ...live, lastUsedAt: atSecond(-100) })
  const [device, login, session] = [sampleDevice(live), sampleLogin(live), sampleBrowserSession(user, live)]
  const [signing, kept] = [sampleSigningKey(), sampleSigningKey({ createdAt: atSecond(1), retiresAt: now })]
  const event = sampleAuditEvent({ at: now })
  await store.transaction(async (tx) => {
    await tx.insertDeviceAuthorization(device)
    await tx.insertLoginTransaction(login)
    await tx.insertBrowserSession(session)
    await tx.insertSigningKey(signing)
    await tx.insertSigningKey(kept)
    await tx.appendAuditEvent(event)
  })
  const expectUntouched = async () => {
    expect(await store.findDeviceAuthorization(device.id)).toEqual(device)
    expect(await store.listSigningKeys()).toEqual([signing, kept])
    expect(await store.listAuditEvents({ limit: 10 })).toEqual([event])
    const found = await store.transaction(async (tx) => [
      await tx.lockRefreshToken(token.tokenHash),
      await tx.lockBrowserSession(session.secretHash),
      await tx.takeLoginTransaction(login),
    ])
    expect(found).toEqual([{ token, family, successor: null }, session, login])
  }
  return { expectUntouched }
}

export const sweepContract = (open: OpenStore): void => {
  test('I08 every kind of row that has ended is removed, whatever its state, and live rows are untouched', async () => {
    await using opened = await open()
    const { store } = opened
    const { expectUntouched } = await addLiveRows(store)
    const { user } = await addPerson(store)
    await addFamily(store, user, { expiresAt: ended })
    await addFamily(store, user, { revokedAt: ended, revokedBecause: 'logout' })
    await addFamily(store, user, { lastUsedAt: atSecond(-100.001) })
    const claimedByUserId = randomUUID()
    await store.transaction(async (tx) => {
      for (const status of ['pending', 'authorized', 'denied', 'consumed'] as const) {
        await tx.insertDeviceAuthorization(sampleDevice({ status, claimedByUserId, expiresAt: ended }))
      }
      await tx.insertLoginTransaction(sampleLogin({ expiresAt: ended }))
      await tx.insertBrowserSession(sampleBrowserSession(user, { expiresAt: ended }))
      await tx.insertSigningKey(sampleSigningKey({ retiresAt: ended }))
      await tx.appendAuditEvent(sampleAuditEvent({ at: ended }))
    })
    expect(await store.sweep(cutoff)).toEqual({
      device_authorizations: 4,
      login_transactions: 1,
      browser_sessions: 1,
      refresh_tokens: 3,
      refresh_families: 3,
      signing_keys: 1,
      audit_events: 1,
    })
    expect(await store.sweep(cutoff)).toEqual(nothing)
    await expectUntouched()
  })

  test('I08 a round removes at most a batch a table, and says so', async () => {
    await using opened = await open()
    const { store } = opened
    await store.transaction(async (tx) => {
      for (let n = 0; n < 5; n++) await tx.insertDeviceAuthorization(sampleDevice({ expiresAt: ended }))
    })
    const rounds = []
    for (let n = 0; n < 4; n++) rounds.push((await store.sweep({ ...cutoff, batch: 2 })).device_authorizations)
    expect(rounds).toEqual([2, 2, 1, 0])
  })

  test('G14 the tokens of a family stay as long as the family does, and go before it', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const { family } = await addFamily(store, user, { expiresAt: ended })
    await store.transaction(async (tx) => {
      for (let n = 0; n < 4; n++) await tx.insertRefreshToken(sampleRefreshToken(family, { usedAt: atSecond(-50) }))
    })
    const exists = async () => (await store.transaction((tx) => tx.lockRefreshFamily(family.id))) !== null
    expect(await store.sweep({ ...cutoff, family: atSecond(-1) })).toEqual(nothing)
    expect(await store.sweep({ ...cutoff, batch: 3 })).toEqual({ ...nothing, refresh_tokens: 3 })
    expect(await exists()).toBe(true)
    expect(await store.sweep({ ...cutoff, batch: 3 })).toEqual({ ...nothing, refresh_tokens: 2, refresh_families: 1 })
    expect(await exists()).toBe(false)
  })

  test('an empty store has nothing to sweep', async () => {
    await using opened = await open()
    expect(await opened.store.sweep(cutoff)).toEqual(nothing)
  })
}
