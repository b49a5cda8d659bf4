/** Refresh-token families and signing keys. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AuditEvent, RefreshFamily } from '../../auth/rows.ts'
import type { OpenStore } from '../auth-store-contract.ts'
import { atSecond, sampleAuditEvent, sampleSigningKey, sampleUser } from '../sample-rows.ts'
import { addFamily, addPerson } from './add-rows.ts'

export function tokenContract(open: OpenStore): void {
  test('a family is found by its id, with its person', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const { family } = await addFamily(store, user, { ip: null, deviceName: null })
    await addFamily(store, (await addPerson(store)).user)
    expect(await store.findRefreshFamily(family.id)).toEqual({ family, user })
    expect(await store.findRefreshFamily(randomUUID())).toBeNull()
  })

  test('G02 G05 a rotation, a repeat and an end are written with their events, and only if the family is still as it was read', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const { family } = await addFamily(store, user)
    const stored = async () => (await store.findRefreshFamily(family.id))?.family
    const move = (read: RefreshFamily, next: RefreshFamily, ...events: AuditEvent[]) =>
      store.moveRefreshFamily({ read, next, events })
    const rotated = { ...family, generation: 1, lastUsedAt: atSecond(10), rotatedFrom: '203.0.113.5' }
    const [rotation, first, second] = [1, 2, 3].map((at) => sampleAuditEvent({ at: atSecond(at) }))
    expect(await move(family, rotated, rotation as AuditEvent)).toBe(true)
    expect(await stored()).toEqual(rotated)

    const repeated = { ...rotated, replays: 1, repeatedFrom: '192.0.2.8', sharedRotations: 1 }
    expect(await move(rotated, repeated, first as AuditEvent, second as AuditEvent)).toBe(true)
    expect(await stored()).toEqual(repeated)
    for (const read of [family, rotated]) {
      expect(await move(read, { ...read, generation: 9 }, sampleAuditEvent())).toBe(false)
    }
    const revoked = { ...repeated, revokedAt: atSecond(20), revokedBecause: 'reuse' as const }
    expect(await move(repeated, revoked)).toBe(true)
    expect(await move(repeated, { ...repeated, generation: 2 }, sampleAuditEvent())).toBe(false)
    expect(await stored()).toEqual(revoked)
    expect(await store.listAuditEvents({ limit: 10, event: 'device.start' })).toEqual([second, first, rotation])
  })

  test('a call updates the last use of a session, but never to an earlier time nor twice within a minute', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const { family } = await addFamily(store, user)
    const { family: other } = await addFamily(store, user)
    const noted = async () => (await store.findRefreshFamily(family.id))?.family.calledAt
    const note = (second: number, familyId = family.id) =>
      store.noteCall({ familyId, at: atSecond(second), unlessAfter: atSecond(second - 60) })
    await note(100)
    expect(await noted()).toEqual(atSecond(100))
    for (const second of [159, 101, 40]) await note(second)
    expect(await noted()).toEqual(atSecond(100))
    await Promise.all([...Array.from({ length: 20 }, () => note(160)), note(7, randomUUID()), note(160, 'none')])
    expect(await noted()).toEqual(atSecond(160))
    expect((await store.findRefreshFamily(family.id))?.family).toEqual({ ...family, calledAt: atSecond(160) })
    expect((await store.findRefreshFamily(other.id))?.family).toEqual(other)
  })

  test('G05 exactly one of several concurrent rotations succeeds', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const { family: read } = await addFamily(store, user)
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, second) => {
        const next = { ...read, generation: 1, lastUsedAt: atSecond(second) }
        return store.moveRefreshFamily({ read, next, events: [sampleAuditEvent({ at: atSecond(second) })] })
      }),
    )
    const [winner, ...others] = outcomes.flatMap((held, second) => (held ? [second] : []))
    expect(others).toEqual([])
    expect((await store.findRefreshFamily(read.id))?.family.lastUsedAt).toEqual(atSecond(winner ?? -1))
    const recorded = await store.listAuditEvents({ limit: 10, event: 'device.start' })
    expect(recorded).toMatchObject([{ at: atSecond(winner ?? -1) }])
  })

  test('a family is read back unchanged, and saving replaces every column', async () => {
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

  test('a family of an unknown person cannot be inserted', async () => {
    await using opened = await open()
    await expect(addFamily(opened.store, sampleUser())).rejects.toThrow()
  })

  test('H09 the active families of one person or of all people are revoked and counted', async () => {
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

  test('signing keys are listed oldest first and unchanged, and are retired by saving them', async () => {
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

  test('L04 exactly one of several concurrent callers makes the first signing key', async () => {
    await using opened = await open()
    const makeFirst = () =>
      opened.store.transaction(async (tx) => {
        if ((await tx.lockSigningKeys()).length === 0) await tx.insertSigningKey(sampleSigningKey())
      })
    await Promise.all(Array.from({ length: 10 }, makeFirst))
    expect(await opened.store.listSigningKeys()).toHaveLength(1)
  })
}
