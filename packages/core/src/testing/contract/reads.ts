/** Look-ups outside transactions: principals, browser sessions, sessions, pending device authorizations. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { OpenStore } from '../auth-store-contract.ts'
import { atSecond, freshSha256, sampleBrowserSession } from '../sample-rows.ts'
import { addDevice, addFamily, addPerson, idsDown } from './add-rows.ts'

export function readContract(open: OpenStore): void {
  test('F16 a principal is the person with their identity and family, as stored', async () => {
    await using opened = await open()
    const { user, identity } = await addPerson(opened.store)
    const { family } = await addFamily(opened.store, user)
    const query = { userId: user.id, familyId: family.id, accessTokenId: randomUUID(), now: atSecond(10) }
    expect(await opened.store.findPrincipal(query)).toEqual({ user, identity, family })
  })

  test('F16 G12 there is no principal for a disabled person, or for a revoked, expired, unknown or other person’s family', async () => {
    await using opened = await open()
    const { store } = opened
    const [ada, bob] = [await addPerson(store), await addPerson(store)]
    const disabled = await addPerson(store, { disabledAt: atSecond(100) })
    const familyOf = async (...of: Parameters<typeof addFamily> extends [unknown, ...infer Rest] ? Rest : never) =>
      (await addFamily(store, ...of)).family.id
    const live = await familyOf(ada.user)
    const ended = await familyOf(ada.user, { expiresAt: atSecond(10) })
    // revoked in the future: setting the clock back must not revive it (L08)
    const revoked = await familyOf(ada.user, { revokedAt: atSecond(100), revokedBecause: 'logout' })
    const now = atSecond(10)
    const accessTokenId = randomUUID()
    const principals = [
      await store.findPrincipal({
        userId: disabled.user.id,
        familyId: await familyOf(disabled.user),
        accessTokenId,
        now,
      }),
      await store.findPrincipal({ userId: ada.user.id, familyId: revoked, accessTokenId, now }),
      await store.findPrincipal({ userId: ada.user.id, familyId: ended, accessTokenId, now }),
      await store.findPrincipal({ userId: ada.user.id, familyId: randomUUID(), accessTokenId, now }),
      await store.findPrincipal({ userId: bob.user.id, familyId: live, accessTokenId, now }),
      await store.findPrincipal({ userId: randomUUID(), familyId: live, accessTokenId, now }),
    ]
    expect(principals).toEqual([null, null, null, null, null, null])
    expect(
      await store.findPrincipal({ userId: ada.user.id, familyId: ended, accessTokenId, now: atSecond(9.999) }),
    ).not.toBeNull()
  })

  test('concurrent look-ups of codes, families and principals each get their own answer, also if there is none', async () => {
    await using opened = await open()
    const { store } = opened
    const people = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const person = await addPerson(store, n % 4 === 3 ? { disabledAt: atSecond(1) } : {})
        const { family } = await addFamily(store, person.user, { expiresAt: atSecond(10 + n) })
        const claimedByUserId = n % 2 === 0 ? person.user.id : null
        const device = await addDevice(store, { claimedByUserId })
        return { ...person, family, device }
      }),
    )
    const asked = [...people, ...people].map((person, turn) => ({ ...person, now: atSecond(turn < 12 ? 0 : 15) }))
    const [codes, families, principals, unknown] = await Promise.all([
      Promise.all(asked.map(({ device }) => store.findPolled(device.deviceCodeHash))),
      Promise.all(asked.map(({ family }) => store.findRefreshFamily(family.id))),
      Promise.all(
        asked.map(({ user, family, now }) =>
          store.findPrincipal({ userId: user.id, familyId: family.id, accessTokenId: randomUUID(), now }),
        ),
      ),
      Promise.all([store.findPolled(freshSha256()), store.findRefreshFamily(randomUUID())]),
    ])
    for (const [index, { user, identity, family, device, now }] of asked.entries()) {
      const owner = device.claimedByUserId === null ? null : { id: user.id, disabledAt: user.disabledAt }
      expect(codes[index]).toEqual({ device, owner })
      expect(families[index]).toEqual({ family, user })
      const isFound = user.disabledAt === null && family.expiresAt > now
      expect(principals[index]).toEqual(isFound ? { user, identity, family } : null)
    }
    expect(unknown).toEqual([null, null])
  })

  test('a browser session is found with its person until it expires or the person is disabled', async () => {
    await using opened = await open()
    const { store } = opened
    const { user, identity } = await addPerson(store)
    const session = sampleBrowserSession(user, { expiresAt: atSecond(900) })
    await store.transaction((tx) => tx.insertBrowserSession(session))
    const find = (second: number, secretHash = session.secretHash) =>
      store.findBrowserSession({ secretHash, now: atSecond(second) })
    expect(await find(899.999)).toEqual({ session, user, identity })
    expect(await find(1, freshSha256())).toBeNull()
    expect(await find(1)).toEqual({ session, user, identity })
    await store.transaction((tx) => tx.saveUser({ ...user, disabledAt: atSecond(0) }))
    expect(await find(1)).toBeNull()
  })

  test('L08 a browser session and an access token that were seen expired stay expired when the clock is set back', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const session = sampleBrowserSession(user)
    await store.transaction((tx) => tx.insertBrowserSession(session))
    const find = (second: number) => store.findBrowserSession({ ...session, now: atSecond(second) })
    expect(await find(899)).not.toBeNull()
    expect(await find(900)).toBeNull()
    expect(await find(900 - 3_600)).toBeNull()
    expect(await store.transaction((tx) => tx.lockBrowserSession(session.secretHash))).toBeNull()

    const { family } = await addFamily(store, user)
    const accessTokenId = randomUUID()
    const principal = (id: string) =>
      store.findPrincipal({ userId: user.id, familyId: family.id, accessTokenId: id, now: atSecond(1) })
    expect(await principal(accessTokenId)).not.toBeNull()
    await store.endAccessToken({ accessTokenId, endedAt: atSecond(901) })
    await store.endAccessToken({ accessTokenId, endedAt: atSecond(950) })
    expect(await principal(accessTokenId)).toBeNull()
    expect(await principal(randomUUID())).not.toBeNull()
  })

  test('the sessions of a person that can still be refreshed are listed newest first', async () => {
    await using opened = await open()
    const { store } = opened
    const [ada, bob] = [await addPerson(store), await addPerson(store)]
    const { family: older } = await addFamily(store, ada.user)
    const { family: newer } = await addFamily(store, ada.user, { createdAt: atSecond(50), lastUsedAt: atSecond(50) })
    await addFamily(store, ada.user, { revokedAt: atSecond(1), revokedBecause: 'logout' })
    await addFamily(store, ada.user, { expiresAt: atSecond(60) })
    await addFamily(store, ada.user, { lastUsedAt: atSecond(-10) })
    await addFamily(store, bob.user)
    const query = { userId: ada.user.id, now: atSecond(60), usedAfter: atSecond(-10) }
    expect(await store.listRefreshFamilies(query)).toEqual([newer, older])
    expect(await store.listRefreshFamilies({ ...query, limit: 1 })).toEqual([newer])
    expect(await store.listRefreshFamilies({ ...query, before: newer })).toEqual([older])
    expect(await store.listRefreshFamilies({ ...query, before: older })).toEqual([])
  })

  test('the sessions of all people are read page by page; sessions of the same instant are neither skipped nor repeated', async () => {
    await using opened = await open()
    const { store } = opened
    const people = [await addPerson(store), await addPerson(store), await addPerson(store)]
    const families = []
    for (const { user } of people) families.push((await addFamily(store, user)).family)
    await addFamily(store, (await addPerson(store)).user, { revokedAt: atSecond(1), revokedBecause: 'logout' })
    const query = { userId: null, now: atSecond(60), usedAfter: atSecond(-10), limit: 2 }
    const [first, second, ...more] = await store.listRefreshFamilies(query)
    const rest = second ? await store.listRefreshFamilies({ ...query, before: second }) : []
    expect(more).toEqual([])
    expect([first, second, ...rest].map((family) => family?.id)).toEqual(idsDown(families))
  })

  test('J02 pending authorizations are counted by source, without decided and expired ones', async () => {
    await using opened = await open()
    const { store } = opened
    await addDevice(store, { requesterSource: '2001:db8:1:2::/64' })
    await addDevice(store, { requesterSource: '2001:db8:1:2::/64' })
    await addDevice(store, { requesterSource: '192.0.2.9' })
    await addDevice(store, { requesterSource: '192.0.2.9', expiresAt: atSecond(30) })
    await addDevice(store, { requesterSource: '192.0.2.9', status: 'denied' })
    await addDevice(store, { requesterSource: '192.0.2.9', endedAt: atSecond(1) })
    await addDevice(store, { status: 'authorized', claimedByUserId: randomUUID() })
    const count = async (second: number) => Object.fromEntries(await store.countPendingBySource(atSecond(second)))
    expect(await count(30)).toEqual({ '2001:db8:1:2::/64': 2, '192.0.2.9': 1 })
    expect(await count(29)).toEqual({ '2001:db8:1:2::/64': 2, '192.0.2.9': 2 })
    expect(await count(600)).toEqual({})
  })
}
