/** Transactions: all or nothing, one after another where they meet, and hostile text stays text. */
import { expect, test } from 'vitest'
import { refuse } from '../../auth/refusal.ts'
import type { OpenStore } from '../auth-store-contract.ts'
import { atSecond, sampleAuditEvent, sampleBrowserSession, sampleDevice, sampleUser } from '../sample-rows.ts'
import { addFamily, addPerson } from './people-at-hand.ts'

/** Texts that have bitten stores: SQL, wildcards, prototypes, other scripts, controls, quotes, format signs. */
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
  test('L10 a switch is absent until it is put, then replaced, and a rollback leaves it as it was', async () => {
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

  test('B31 what a transaction did is gone when its work throws, and the error is the one thrown', async () => {
    await using opened = await open()
    const device = sampleDevice()
    const failure = new Error('on purpose')
    const attempt = opened.store.transaction(async (tx) => {
      await tx.insertDeviceAuthorization(device)
      await tx.appendAuditEvent(sampleAuditEvent())
      throw failure
    })
    await expect(attempt).rejects.toBe(failure)
    expect(await opened.store.findDeviceAuthorization(device.id)).toBeNull()
    expect(await opened.store.listAuditEvents({ limit: 10 })).toEqual([])
  })

  test('G02 what was decided on the way to a refusal is kept: a refusal is a value, not a throw', async () => {
    await using opened = await open()
    const { user } = await addPerson(opened.store)
    const { family } = await addFamily(opened.store, user)
    const outcome = await opened.store.transaction(async (tx) => {
      await tx.saveRefreshFamily({ ...family, revokedAt: atSecond(5), revokedBecause: 'reuse' })
      return refuse('invalid_grant', 'The refresh token was used before.')
    })
    expect(outcome.error).toBe('invalid_grant')
    const after = await opened.store.findRefreshFamily(family.id)
    expect(after?.family).toMatchObject({ revokedAt: atSecond(5), revokedBecause: 'reuse' })
  })

  test('a transaction sees its own writes, and nobody else does before it ends', async () => {
    await using opened = await open()
    const device = sampleDevice()
    await opened.store.transaction(async (tx) => {
      await tx.insertDeviceAuthorization(device)
      expect(await tx.lockDeviceAuthorization(device.id)).toEqual(device)
    })
    expect(await opened.store.findDeviceAuthorization(device.id)).toEqual(device)
  })

  test('B07 read-modify-write under a lock loses nothing when twenty do it at once', async () => {
    await using opened = await open()
    const device = sampleDevice()
    await opened.store.transaction((tx) => tx.insertDeviceAuthorization(device))
    const addOne = () =>
      opened.store.transaction(async (tx) => {
        const row = await tx.lockDeviceAuthorization(device.id)
        if (row) await tx.saveDeviceAuthorization({ ...row, pollIntervalSeconds: row.pollIntervalSeconds + 1 })
      })
    await Promise.all(Array.from({ length: 20 }, addOne))
    expect(await opened.store.findDeviceAuthorization(device.id)).toMatchObject({ pollIntervalSeconds: 25 })
  })

  test('saving a row that is not there, or inserting one twice, is a defect and throws', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    await expect(store.transaction((tx) => tx.saveDeviceAuthorization(sampleDevice()))).rejects.toThrow()
    await expect(store.transaction((tx) => tx.saveUser(sampleUser()))).rejects.toThrow()
    const session = sampleBrowserSession(user)
    await store.transaction((tx) => tx.insertBrowserSession(session))
    await expect(store.transaction((tx) => tx.insertBrowserSession(session))).rejects.toThrow()
  })

  test('a lasting row cannot name a person who is not there', async () => {
    await using opened = await open()
    const session = sampleBrowserSession(sampleUser())
    await expect(opened.store.transaction((tx) => tx.insertBrowserSession(session))).rejects.toThrow()
  })

  test.each(oddTexts)('I10 B24 the text %j is kept as it is and matches nothing else', async (text) => {
    await using opened = await open()
    const { store } = opened
    const device = sampleDevice({ deviceName: text, requesterUserAgent: text, scope: text, clientId: text })
    await store.transaction((tx) => tx.insertDeviceAuthorization(device))
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
