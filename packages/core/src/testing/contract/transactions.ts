/** Transactions are atomic and isolated, and hostile text stays text. */
import { expect, test } from 'vitest'
import { refuse } from '../../auth/refusal.ts'
import type { OpenStore } from '../auth-store-contract.ts'
import {
  atSecond,
  sampleAuditEvent,
  sampleBrowserSession,
  sampleDevice,
  sampleIdentity,
  sampleUser,
} from '../sample-rows.ts'
import { addDevice, addFamily, addPerson } from './add-rows.ts'

/** Texts that have broken stores before: SQL, wildcards, prototypes, other scripts, control characters, quotes, placeholders. */
export const oddTexts = [
  "' OR '1'='1",
  '%_\\',
  '__proto__',
  'constructor',
  '$1 ? :x {}',
  '"; drop table users; --',
  'Åsa Ødegård 沈括 🔬 e\u0301',
  '\u202e\u200b\t\r\n',
  '',
]

export function transactionContract(open: OpenStore): void {
  test('L10 a switch is null until it is stored, can be replaced, and is unchanged after a rollback', async () => {
    await using opened = await open()
    const { store } = opened
    const name = 'device_grant'
    const put = (enabled: boolean, changedAt: Date) =>
      store.transaction((tx) => tx.putSwitch({ name, enabled, changedAt }))
    expect(await store.findSwitch(name)).toBeNull()
    await put(false, atSecond(1))
    expect(await store.findSwitch(name)).toEqual({ name, enabled: false, changedAt: atSecond(1) })
    await put(true, atSecond(2))
    const attempt = store.transaction(async (tx) => {
      await tx.putSwitch({ name, enabled: false, changedAt: atSecond(3) })
      throw new Error('on purpose')
    })
    await expect(attempt).rejects.toThrow('on purpose')
    expect(await store.findSwitch(name)).toEqual({ name, enabled: true, changedAt: atSecond(2) })
  })

  test('B31 a transaction whose work throws leaves nothing behind and rejects with that error', async () => {
    await using opened = await open()
    const user = sampleUser()
    const failure = new Error('on purpose')
    const attempt = opened.store.transaction(async (tx) => {
      await tx.insertUser(user, sampleIdentity(user))
      await tx.appendAuditEvent(sampleAuditEvent())
      throw failure
    })
    await expect(attempt).rejects.toBe(failure)
    expect(await opened.store.transaction((tx) => tx.findUser(user.id))).toBeNull()
    expect(await opened.store.listAuditEvents({ limit: 10 })).toEqual([])
  })

  test('G02 changes that lead to a refusal are committed, since a refusal is a value and not a throw', async () => {
    await using opened = await open()
    const { user } = await addPerson(opened.store)
    const { family } = await addFamily(opened.store, user)
    const outcome = await opened.store.transaction(async (tx) => {
      await tx.saveRefreshFamily({ ...family, revokedAt: atSecond(5), revokedBecause: 'reuse' })
      return refuse('invalid_grant', 'The refresh token was already used.')
    })
    expect(outcome.error).toBe('invalid_grant')
    const after = await opened.store.findRefreshFamily(family.id)
    expect(after?.family).toMatchObject({ revokedAt: atSecond(5), revokedBecause: 'reuse' })
  })

  test('a transaction sees its own writes, which are visible to others once it has ended', async () => {
    await using opened = await open()
    const device = await addDevice(opened.store)
    const next = { ...device, deviceName: 'renamed' }
    await opened.store.transaction(async (tx) => {
      await tx.saveDeviceAuthorization(next)
      expect(await tx.lockDeviceAuthorization(device.id)).toEqual(next)
    })
    expect(await opened.store.findDeviceAuthorization(device.id)).toEqual(next)
  })

  test('B07 twenty concurrent read-modify-writes under a lock lose no update', async () => {
    await using opened = await open()
    const device = await addDevice(opened.store)
    const addOne = () =>
      opened.store.transaction(async (tx) => {
        const row = await tx.lockDeviceAuthorization(device.id)
        if (row) await tx.saveDeviceAuthorization({ ...row, pollIntervalSeconds: row.pollIntervalSeconds + 1 })
      })
    await Promise.all(Array.from({ length: 20 }, addOne))
    expect(await opened.store.findDeviceAuthorization(device.id)).toMatchObject({ pollIntervalSeconds: 25 })
  })

  test('saving an unknown row, or inserting one twice, throws', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    await expect(store.transaction((tx) => tx.saveDeviceAuthorization(sampleDevice()))).rejects.toThrow()
    await expect(store.transaction((tx) => tx.saveUser(sampleUser()))).rejects.toThrow()
    const session = sampleBrowserSession(user)
    await store.transaction((tx) => tx.insertBrowserSession(session))
    await expect(store.transaction((tx) => tx.insertBrowserSession(session))).rejects.toThrow()
  })

  test('a browser session of an unknown person cannot be inserted', async () => {
    await using opened = await open()
    const session = sampleBrowserSession(sampleUser())
    await expect(opened.store.transaction((tx) => tx.insertBrowserSession(session))).rejects.toThrow()
  })

  test.each(oddTexts)('I10 B24 the text %j is stored unchanged and matches nothing else', async (text) => {
    await using opened = await open()
    const { store } = opened
    const device = await addDevice(store, { deviceName: text, requesterUserAgent: text, scope: text, clientId: text })
    expect(await store.findDeviceAuthorization(device.id)).toEqual(device)
    expect(await store.findDeviceAuthorization(text)).toBeNull()
    expect(
      await store.findPrincipal({ userId: text, familyId: text, accessTokenId: text, now: atSecond(0) }),
    ).toBeNull()
    expect(await store.listRefreshFamilies({ userId: text, now: atSecond(0), usedAfter: atSecond(-1) })).toEqual([])
    expect(await store.listAuditEvents({ limit: 5, event: text, userId: text })).toEqual([])
    const found = await store.transaction(async (tx) => [
      await tx.lockDeviceAuthorization(text),
      await tx.findUser(text),
      await tx.lockLinkedIdentity({ issuer: text, subject: text }),
      await tx.lockRefreshFamily(text),
      await opened.store.findRefreshFamily(text),
      await tx.deleteBrowserSession(text),
      await tx.revokeRefreshFamilies({ userId: text, revokedAt: atSecond(0), because: 'operator' }),
    ])
    expect(found).toEqual([null, null, null, null, null, undefined, 0])
  })
}
