/** The sweep removes ended rows, and only these, in batches. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { poll } from '../../auth/device-authorization.ts'
import type { AuthStore } from '../../auth/store.ts'
import type { OpenStore } from '../auth-store-contract.ts'
import {
  atSecond,
  sampleAuditEvent,
  sampleBrowserSession,
  sampleDevice,
  sampleLogin,
  sampleSigningKey,
} from '../sample-rows.ts'
import { addDevice, addFamily, addPerson } from './add-rows.ts'

const now = atSecond(0)
const cutoff = {
  now,
  idleSince: atSecond(-100),
  device: now,
  login: now,
  browser: now,
  family: now,
  familyIdle: atSecond(-100),
  signingKey: now,
  accessToken: now,
  audit: now,
  batch: 100,
}
const nothing = {
  device_authorizations_ended: 0,
  refresh_families_ended: 0,
  device_authorizations: 0,
  login_transactions: 0,
  browser_sessions: 0,
  refresh_tokens: 0,
  refresh_families: 0,
  signing_keys: 0,
  audit_events: 0,
  reserved_user_codes: 0,
  ended_access_tokens: 0,
}
const ended = atSecond(-0.001)
const live = { expiresAt: atSecond(0.001) }

async function addLiveRows(store: AuthStore) {
  const { user } = await addPerson(store)
  const { family } = await addFamily(store, user, { ...live, lastUsedAt: atSecond(-99.999) })
  const device = await addDevice(store, live)
  const [login, session] = [sampleLogin(live), sampleBrowserSession(user, live)]
  const [signing, kept] = [sampleSigningKey(), sampleSigningKey({ createdAt: atSecond(1), retiresAt: now })]
  const event = sampleAuditEvent({ at: now })
  await store.transaction(async (tx) => {
    await tx.insertLoginTransaction(login)
    await tx.insertBrowserSession(session)
    await tx.insertSigningKey(signing)
    await tx.insertSigningKey(kept)
    await tx.appendAuditEvent(event)
  })
  const expectUntouched = async () => {
    expect(await store.findDeviceAuthorization(device.id)).toEqual(device)
    expect(await store.listSigningKeys()).toEqual([signing, kept])
    expect(await store.listAuditEvents({ limit: 10, event: event.event })).toEqual([event])
    const found = await store.transaction(async (tx) => [
      await tx.lockRefreshFamily(family.id),
      await tx.lockBrowserSession(session.secretHash),
      await tx.takeLoginTransaction(login),
    ])
    expect(found).toEqual([family, session, { ...login, taken: true }])
  }
  return { expectUntouched }
}

export function sweepContract(open: OpenStore): void {
  test('I08 ended rows of every kind are removed, whatever their state, and live rows stay unchanged', async () => {
    await using opened = await open()
    const { store } = opened
    const { expectUntouched } = await addLiveRows(store)
    const { user } = await addPerson(store)
    await addFamily(store, user, { expiresAt: ended })
    await addFamily(store, user, { revokedAt: ended, revokedBecause: 'logout' })
    await addFamily(store, user, { lastUsedAt: atSecond(-100.001) })
    for (const status of ['pending', 'authorized', 'denied', 'consumed'] as const) {
      await addDevice(store, { status, claimedByUserId: user.id, expiresAt: ended })
    }
    await store.transaction(async (tx) => {
      await tx.insertLoginTransaction(sampleLogin({ expiresAt: ended }))
      await tx.insertBrowserSession(sampleBrowserSession(user, { expiresAt: ended }))
      await tx.insertSigningKey(sampleSigningKey({ retiresAt: ended }))
      await tx.appendAuditEvent(sampleAuditEvent({ at: ended }))
    })
    for (const codeRestsUntil of [ended, now]) {
      const [device, event] = [sampleDevice(live), sampleAuditEvent({ at: ended })]
      await store.startDeviceAuthorization({ device, codeRestsUntil, event })
    }
    await store.endAccessToken({ accessTokenId: randomUUID(), endedAt: ended })
    await store.endAccessToken({ accessTokenId: randomUUID(), endedAt: now })
    expect(await store.sweep(cutoff)).toEqual({
      device_authorizations_ended: 4,
      refresh_families_ended: 2,
      device_authorizations: 4,
      login_transactions: 1,
      browser_sessions: 1,
      refresh_tokens: 0,
      refresh_families: 3,
      signing_keys: 1,
      audit_events: 3,
      reserved_user_codes: 1,
      ended_access_tokens: 1,
    })
    expect(await store.sweep(cutoff)).toEqual(nothing)
    await expectUntouched()
  })

  test('I08 a round removes at most one batch of each table and returns the numbers', async () => {
    await using opened = await open()
    const { store } = opened
    for (let n = 0; n < 5; n++) await addDevice(store, { expiresAt: ended })
    const rounds = []
    for (let n = 0; n < 4; n++) rounds.push((await store.sweep({ ...cutoff, batch: 2 })).device_authorizations)
    expect(rounds).toEqual([2, 2, 1, 0])
  })

  test('L08 the sweep records every end in batches, so that rows stay expired when the clock is set back', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const [over, idle, lasting] = [
      await addFamily(store, user, { expiresAt: now }),
      await addFamily(store, user, { lastUsedAt: atSecond(-100) }),
      await addFamily(store, user, live),
    ]
    const devices = [
      await addDevice(store, { expiresAt: now }),
      await addDevice(store, { expiresAt: now, status: 'denied' }),
    ]
    const pending = await addDevice(store, live)
    const past = atSecond(-5_000)
    const recording = { ...cutoff, device: past, family: past, familyIdle: past, batch: 1 }
    expect(await store.sweep(recording)).toMatchObject({ device_authorizations_ended: 1, refresh_families_ended: 1 })
    expect(await store.sweep(recording)).toMatchObject({ device_authorizations_ended: 1, refresh_families_ended: 1 })
    expect(await store.sweep(recording)).toEqual(nothing)
    for (const device of devices) {
      expect(await store.findDeviceAuthorization(device.id)).toEqual({ ...device, endedAt: now })
      const polled = await store.findPolled(device.deviceCodeHash)
      expect(polled && poll(polled.device, atSecond(-3_600)).outcome, 'a clock set back').toBe('expired')
    }
    expect(await store.findDeviceAuthorization(pending.id)).toEqual(pending)
    const families = await store.transaction(async (tx) => [
      await tx.lockRefreshFamily(over.family.id),
      await tx.lockRefreshFamily(idle.family.id),
      await tx.lockRefreshFamily(lasting.family.id),
    ])
    const expired = { revokedAt: now, revokedBecause: 'expired' }
    expect(families).toEqual([{ ...over.family, ...expired }, { ...idle.family, ...expired }, lasting.family])
  })

  test('an empty store has nothing to sweep', async () => {
    await using opened = await open()
    expect(await opened.store.sweep(cutoff)).toEqual(nothing)
  })
}
