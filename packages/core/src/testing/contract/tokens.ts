/** Refresh-token families, their tokens, and signing keys. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { OpenStore } from '../auth-store-contract.ts'
import {
  atSecond,
  freshSha256,
  sampleFamily,
  sampleRefreshToken,
  sampleSigningKey,
  sampleUser,
} from '../sample-rows.ts'
import { addFamily, addPerson } from './people-at-hand.ts'

export const tokenContract = (open: OpenStore): void => {
  test('a token comes back with its family, and with its successor once it has one', async () => {
    await using opened = await open()
    const { user } = await addPerson(opened.store)
    const { family, token } = await addFamily(opened.store, user, { ip: null, deviceName: null })
    const lock = (hash = token.tokenHash) => opened.store.transaction((tx) => tx.lockRefreshToken(hash))
    expect(await lock()).toEqual({ token, family, successor: null })

    const successor = sampleRefreshToken(family, { createdAt: atSecond(10) })
    const used = { ...token, usedAt: atSecond(10), successorSalt: 'salt', successorId: successor.id, replays: 3 }
    await opened.store.transaction(async (tx) => {
      await tx.insertRefreshToken(successor)
      await tx.saveRefreshToken(used)
    })
    expect(await lock()).toEqual({ token: used, family, successor })
    expect(await lock(successor.tokenHash)).toEqual({ token: successor, family, successor: null })
    expect(await lock(freshSha256())).toBeNull()
  })

  test('a family comes back whole, and saving replaces every column', async () => {
    await using opened = await open()
    const { user } = await addPerson(opened.store)
    const { family } = await addFamily(opened.store, user)
    const next = {
      ...family,
      lastUsedAt: atSecond(77.777),
      rotatedFrom: null,
      repeatedFrom: '2001:db8:1:2::/64',
      sharedRotations: 2,
      pacedUntil: atSecond(99),
      revokedAt: atSecond(80),
      revokedBecause: 'session_revoked' as const,
    }
    const lock = () => opened.store.transaction((tx) => tx.lockRefreshFamily(family.id))
    expect(await lock()).toEqual(family)
    await opened.store.transaction((tx) => tx.saveRefreshFamily(next))
    expect(await lock()).toEqual(next)
    expect(await opened.store.transaction((tx) => tx.lockRefreshFamily(randomUUID()))).toBeNull()
  })

  test('a token cannot be kept without its family', async () => {
    await using opened = await open()
    const orphan = sampleRefreshToken(sampleFamily(sampleUser()))
    await expect(opened.store.transaction((tx) => tx.insertRefreshToken(orphan))).rejects.toThrow()
  })

  test('H09 an operator revokes the unrevoked families of one person, or of everybody, and hears how many', async () => {
    await using opened = await open()
    const { store } = opened
    const [ada, bob] = [await addPerson(store), await addPerson(store)]
    const { family } = await addFamily(store, ada.user)
    const loggedOut = await addFamily(store, ada.user, { revokedAt: atSecond(1), revokedBecause: 'logout' })
    const { family: bobs } = await addFamily(store, bob.user)
    const because = 'operator' as const
    const revoke = (userId: string | null) =>
      store.transaction((tx) => tx.revokeRefreshFamilies({ userId, revokedAt: atSecond(50), because }))
    const lock = (id: string) => store.transaction((tx) => tx.lockRefreshFamily(id))

    expect(await revoke(ada.user.id)).toBe(1)
    expect(await lock(family.id)).toEqual({ ...family, revokedAt: atSecond(50), revokedBecause: because })
    expect(await lock(loggedOut.family.id)).toEqual(loggedOut.family)
    expect(await lock(bobs.id)).toEqual(bobs)
    expect(await revoke(null)).toBe(1)
    expect(await revoke(null)).toBe(0)
    expect(await lock(bobs.id)).toMatchObject({ revokedBecause: because })
  })

  test('signing keys are listed oldest first, kept whole, and retired by saving', async () => {
    await using opened = await open()
    const { store } = opened
    const newer = sampleSigningKey({ createdAt: atSecond(100), signsFrom: atSecond(400), algorithm: 'EdDSA' })
    const older = sampleSigningKey()
    await store.transaction(async (tx) => {
      expect(await tx.lockSigningKeys()).toEqual([])
      await tx.insertSigningKey(newer)
      await tx.insertSigningKey(older)
      expect(await tx.lockSigningKeys()).toEqual([older, newer])
    })
    expect(await store.listSigningKeys()).toEqual([older, newer])
    const retired = { ...older, retiresAt: atSecond(1_000) }
    await store.transaction((tx) => tx.saveSigningKey(retired))
    expect(await store.listSigningKeys()).toEqual([retired, newer])
  })

  test('L04 of many who make the first signing key at once exactly one does', async () => {
    await using opened = await open()
    const makeFirst = () =>
      opened.store.transaction(async (tx) => {
        if ((await tx.lockSigningKeys()).length === 0) await tx.insertSigningKey(sampleSigningKey())
      })
    await Promise.all(Array.from({ length: 10 }, makeFirst))
    expect(await opened.store.listSigningKeys()).toHaveLength(1)
  })
}
