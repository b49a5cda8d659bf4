/** People, linked identities and browser sessions. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { OpenStore } from '../auth-store-contract.ts'
import { atSecond, freshSha256, sampleBrowserSession, sampleIdentity, sampleUser } from '../sample-rows.ts'
import { addPerson } from './add-rows.ts'
import { oddTexts } from './transactions.ts'

export function peopleContract(open: OpenStore): void {
  test('a person and their identity are read back unchanged', async () => {
    await using opened = await open()
    for (const displayName of [null, ...oddTexts]) {
      const changes = { displayName, role: 'publisher' as const, disabledAt: atSecond(3) }
      const { user, identity } = await addPerson(opened.store, changes)
      const found = await opened.store.transaction(async (tx) => [
        await tx.findUser(user.id),
        await tx.lockLinkedIdentity(identity),
      ])
      expect(found).toEqual([user, { identity, user }])
    }
  })

  test('an unknown person is null', async () => {
    await using opened = await open()
    const { identity } = await addPerson(opened.store)
    const found = await opened.store.transaction(async (tx) => [
      await tx.findUser(randomUUID()),
      await tx.lockLinkedIdentity({ issuer: 'https://sandbox.orcid.org', subject: identity.subject }),
      await tx.lockLinkedIdentity({ issuer: identity.issuer, subject: 'another subject' }),
    ])
    expect(found).toEqual([null, null, null])
  })

  test('E13 a second insert of the same (issuer, subject) returns false, adds no person, and the transaction continues', async () => {
    await using opened = await open()
    const { user, identity } = await addPerson(opened.store)
    const late = sampleUser()
    const outcome = await opened.store.transaction(async (tx) => {
      const inserted = await tx.insertUser(late, sampleIdentity(late, { subject: identity.subject }))
      return { inserted, late: await tx.findUser(late.id), known: await tx.lockLinkedIdentity(identity) }
    })
    expect(outcome).toEqual({ inserted: false, late: null, known: { identity, user } })
  })

  test('E13 the same subject at another issuer is another person', async () => {
    await using opened = await open()
    const { identity } = await addPerson(opened.store)
    const other = sampleUser()
    const issuer = 'https://sandbox.orcid.org'
    const inserted = await opened.store.transaction((tx) =>
      tx.insertUser(other, sampleIdentity(other, { issuer, subject: identity.subject })),
    )
    expect(inserted).toBe(true)
  })

  test('concurrent first sign-ins of one subject create exactly one person', async () => {
    await using opened = await open()
    const subject = randomUUID()
    const insert = () => {
      const user = sampleUser()
      return opened.store.transaction((tx) => tx.insertUser(user, sampleIdentity(user, { subject })))
    }
    const inserted = await Promise.all(Array.from({ length: 10 }, insert))
    expect(inserted.filter(Boolean)).toHaveLength(1)
  })

  test('saving a person replaces every column', async () => {
    await using opened = await open()
    const { user } = await addPerson(opened.store)
    const next = { ...user, displayName: null, role: 'admin' as const, disabledAt: atSecond(9) }
    await opened.store.transaction((tx) => tx.saveUser(next))
    expect(await opened.store.transaction((tx) => tx.findUser(user.id))).toEqual(next)
  })

  test('a browser session is found by its secret, renewed under its id, and deleted', async () => {
    await using opened = await open()
    const { user } = await addPerson(opened.store)
    const session = sampleBrowserSession(user)
    const renewed = { ...session, secretHash: freshSha256(), authTime: atSecond(60), expiresAt: atSecond(960) }
    const lock = (secretHash: typeof session.secretHash) =>
      opened.store.transaction((tx) => tx.lockBrowserSession(secretHash))
    await opened.store.transaction((tx) => tx.insertBrowserSession(session))
    expect(await lock(session.secretHash)).toEqual(session)
    await opened.store.transaction((tx) => tx.saveBrowserSession(renewed))
    expect(await lock(session.secretHash)).toBeNull()
    expect(await lock(renewed.secretHash)).toEqual(renewed)
    const byId = (id: string) => opened.store.transaction((tx) => tx.lockBrowserSessionById(id))
    expect([await byId(session.id), await byId(randomUUID()), await byId('not an id')]).toEqual([renewed, null, null])
    await opened.store.transaction((tx) => tx.deleteBrowserSession(session.id))
    expect(await lock(renewed.secretHash)).toBeNull()
  })
}
