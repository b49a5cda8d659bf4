/** Device authorizations by each of their keys, uniqueness of codes, and single-use login transactions. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { DeviceAuthorization } from '../../auth/rows.ts'
import type { OpenStore } from '../auth-store-contract.ts'
import {
  atSecond,
  freshKeyedHash,
  freshSealed,
  freshSha256,
  sampleAuditEvent,
  sampleBrowserSession,
  sampleDevice,
  sampleLogin,
} from '../sample-rows.ts'
import { addDevice, addPerson } from './add-rows.ts'

const decided = () =>
  sampleDevice({
    status: 'consumed',
    lastPolledAt: atSecond(4.567),
    claimedByUserId: randomUUID(),
    claimedBySessionId: randomUUID(),
    sealedUserCode: freshSealed(),
    decidedAt: atSecond(6),
    authTime: atSecond(5),
    consumedAt: atSecond(7),
    familyId: randomUUID(),
    endedAt: atSecond(601),
  })

export function deviceContract(open: OpenStore): void {
  test('a device authorization is read back unchanged by each of its keys, including nulls and instants', async () => {
    await using opened = await open()
    for (const device of [sampleDevice(), decided()]) {
      await addDevice(opened.store, device)
      const found = await opened.store.transaction(async (tx) => [
        await tx.lockDeviceAuthorization(device.id),
        await tx.lockDeviceAuthorizationByUserCodeHash(device.userCodeHash),
      ])
      expect(found).toEqual([device, device])
      expect(await opened.store.findPolled(device.deviceCodeHash)).toEqual({ device, owner: null })
      expect(await opened.store.findDeviceAuthorization(device.id)).toEqual(device)
    }
  })

  test('A22 of concurrent starts only the one whose code is taken is refused; the others are stored with their events', async () => {
    await using opened = await open()
    const { store } = opened
    const taken = sampleDevice()
    const start = (device: DeviceAuthorization) => {
      const event = sampleAuditEvent({ deviceAuthorizationId: device.id })
      return store.startDeviceAuthorization({ device, codeRestsUntil: atSecond(9_999), event })
    }
    expect(await start(taken)).toBe(true)
    const devices = Array.from({ length: 20 }, (_, n) =>
      n === 7 ? sampleDevice({ userCodeHash: taken.userCodeHash }) : { ...decided(), claimedByUserId: randomUUID() },
    )
    expect(await Promise.all(devices.map(start))).toEqual(devices.map((_, n) => n !== 7))
    const stored = await Promise.all(devices.map(({ id }) => store.findDeviceAuthorization(id)))
    expect(stored).toEqual(devices.map((device, n) => (n === 7 ? null : device)))
    const recorded = (await store.listAuditEvents({ limit: 100 })).map((event) => event.deviceAuthorizationId)
    expect(new Set(recorded)).toEqual(new Set([taken, ...devices.toSpliced(7, 1)].map(({ id }) => id)))
  })

  test('I01 a key finds only its own row; C14 neither hash can be used in place of the other', async () => {
    await using opened = await open()
    const { userCodeHash, deviceCodeHash } = await addDevice(opened.store)
    const found = await opened.store.transaction(async (tx) => [
      await tx.lockDeviceAuthorization(randomUUID()),
      await tx.lockDeviceAuthorizationByUserCodeHash(deviceCodeHash as string as typeof userCodeHash),
    ])
    expect(found).toEqual([null, null])
    expect(await opened.store.findPolled(userCodeHash as string as typeof deviceCodeHash)).toBeNull()
  })

  test('saving replaces every column', async () => {
    await using opened = await open()
    const device = await addDevice(opened.store)
    const next = { ...decided(), id: device.id }
    await opened.store.transaction((tx) => tx.saveDeviceAuthorization(next))
    expect(await opened.store.findDeviceAuthorization(device.id)).toEqual(next)
  })

  test('C15 a user code stays reserved until the sweep removes the reservation', async () => {
    await using opened = await open()
    const { store } = opened
    const userCodeHash = freshKeyedHash()
    const start = (device = sampleDevice({ userCodeHash, expiresAt: atSecond(600) })) =>
      store.startDeviceAuthorization({ device, codeRestsUntil: atSecond(86_400), event: sampleAuditEvent() })
    expect(await start()).toBe(true)
    expect(await start()).toBe(false)
    const sweepAt = (now: Date) => {
      const [never, batch] = [atSecond(-1), 10]
      const others = { login: never, browser: never, family: never, familyIdle: never, signingKey: never }
      return store.sweep({ ...others, now, idleSince: never, device: now, accessToken: never, audit: never, batch })
    }
    await sweepAt(atSecond(86_399))
    expect(await start(), 'its device is gone, but it is still reserved').toBe(false)
    await sweepAt(atSecond(86_401))
    expect(await start()).toBe(true)
  })

  test('A01 A22 a start inserts its row and its event, or neither when a code is taken', async () => {
    await using opened = await open()
    const { store } = opened
    const device = sampleDevice()
    const start = (started: typeof device, event = sampleAuditEvent()) =>
      store.startDeviceAuthorization({ device: started, codeRestsUntil: atSecond(86_400), event })
    const event = sampleAuditEvent({ event: 'device.start' })
    expect(await start(device, event)).toBe(true)
    expect(await store.findDeviceAuthorization(device.id)).toEqual(device)
    const others = [
      sampleDevice({ userCodeHash: device.userCodeHash }),
      sampleDevice({ deviceCodeHash: device.deviceCodeHash }),
    ]
    for (const other of others) {
      expect(await start(other)).toBe(false)
      expect(await store.findDeviceAuthorization(other.id)).toBeNull()
    }
    expect(await store.listAuditEvents({ limit: 10 })).toEqual([event])
    // a refused start reserves no code
    expect(await start(sampleDevice({ userCodeHash: others[1]?.userCodeHash ?? freshKeyedHash() }))).toBe(true)
  })

  test('L10 H09 the claimed and approved codes, sign-ins and browser sessions of one person are ended, and no others', async () => {
    await using opened = await open()
    const { store } = opened
    const [ada, bob] = [await addPerson(store), await addPerson(store)]
    const claimedBy = (user: { id: string }, status: 'pending' | 'authorized' | 'consumed' | 'denied') =>
      sampleDevice({ claimedByUserId: user.id, status })
    const hers = [claimedBy(ada.user, 'pending'), claimedBy(ada.user, 'authorized')]
    const decidedBefore = [claimedBy(ada.user, 'consumed'), claimedBy(ada.user, 'denied')]
    const [his, unclaimed] = [claimedBy(bob.user, 'authorized'), sampleDevice()]
    const login = sampleLogin({ deviceAuthorizationId: hers[0]?.id ?? null })
    const otherLogin = sampleLogin()
    const [session, otherSession] = [sampleBrowserSession(ada.user), sampleBrowserSession(bob.user)]
    for (const device of [...hers, ...decidedBefore, his, unclaimed]) await addDevice(store, device)
    await store.transaction(async (tx) => {
      for (const row of [login, otherLogin]) await tx.insertLoginTransaction(row)
      for (const row of [session, otherSession]) await tx.insertBrowserSession(row)
    })
    const end = (userId: string | null) => store.transaction((tx) => tx.endSignIns({ userId, endedAt: atSecond(5) }))
    const stored = (device: { id: string }) => store.findDeviceAuthorization(device.id)
    const browser = ({ secretHash }: typeof session) => store.findBrowserSession({ secretHash, now: atSecond(6) })
    const take = (row: typeof login) => store.transaction((tx) => tx.takeLoginTransaction(row))

    expect(await end('not an id')).toBe(0)
    expect(await end(ada.user.id)).toBe(2)
    for (const device of hers) expect(await stored(device)).toEqual({ ...device, endedAt: atSecond(5) })
    for (const device of [...decidedBefore, his, unclaimed]) expect(await stored(device)).toEqual(device)
    expect([await browser(session), await take(login)]).toEqual([null, null])
    expect(await browser(otherSession)).not.toBeNull()

    expect(await end(null)).toBe(1)
    expect(await end(null)).toBe(0)
    expect(await stored(his)).toEqual({ ...his, endedAt: atSecond(5) })
    expect(await stored(unclaimed)).toEqual(unclaimed)
    expect([await browser(otherSession), await take(otherLogin)]).toEqual([null, null])
  })

  test('E04 a login transaction is returned once, unchanged, and only to the browser that started it', async () => {
    await using opened = await open()
    const login = sampleLogin({ deviceAuthorizationId: randomUUID(), sealedUserCode: freshSealed() })
    const { stateHash, browserHash } = login
    const take = (query: { stateHash: typeof stateHash; browserHash: typeof browserHash }) =>
      opened.store.transaction((tx) => tx.takeLoginTransaction(query))
    await opened.store.transaction((tx) => tx.insertLoginTransaction(login))
    expect(await take({ stateHash, browserHash: freshSha256() })).toBeNull()
    expect(await take({ stateHash: freshSha256(), browserHash })).toBeNull()
    expect(await take({ stateHash, browserHash })).toEqual({ ...login, taken: true })
    expect(await take({ stateHash, browserHash })).toBeNull()
  })

  test('E04 L10 a taken login transaction is finished once, and not if sign-ins of all people or of one person were ended since', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const logins = [sampleLogin(), sampleLogin(), sampleLogin(), sampleLogin()] as const
    const [finished, waiting, endedForAda, endedForAll] = logins
    const finish = (id: string) => store.transaction((tx) => tx.finishLoginTransaction(id))
    const end = (userId: string | null) => store.transaction((tx) => tx.endSignIns({ userId, endedAt: atSecond(5) }))
    await store.transaction(async (tx) => {
      for (const row of logins) await tx.insertLoginTransaction(row)
      for (const row of [finished, endedForAda]) await tx.takeLoginTransaction(row)
    })
    expect([await finish(finished.id), await finish(finished.id), await finish(randomUUID())]).toEqual([
      true,
      false,
      false,
    ])
    await end(user.id)
    expect(await finish(endedForAda.id), 'it may be hers').toBe(false)
    for (const row of [waiting, endedForAll]) {
      expect(
        await store.transaction((tx) => tx.takeLoginTransaction(row)),
        'its person is not known yet',
      ).not.toBeNull()
    }
    expect(await finish(waiting.id)).toBe(true)
    await end(null)
    expect(await finish(endedForAll.id)).toBe(false)
  })

  test('E04 exactly one of several concurrent callers gets a login transaction', async () => {
    await using opened = await open()
    const login = sampleLogin()
    await opened.store.transaction((tx) => tx.insertLoginTransaction(login))
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => opened.store.transaction((tx) => tx.takeLoginTransaction(login))),
    )
    expect(taken.filter((row) => row !== null)).toEqual([{ ...login, taken: true }])
  })

  test('a login transaction can be taken again after the transaction that took it failed', async () => {
    await using opened = await open()
    const login = sampleLogin()
    await opened.store.transaction((tx) => tx.insertLoginTransaction(login))
    const attempt = opened.store.transaction(async (tx) => {
      await tx.takeLoginTransaction(login)
      throw new Error('on purpose')
    })
    await expect(attempt).rejects.toThrow('on purpose')
    expect(await opened.store.transaction((tx) => tx.takeLoginTransaction(login))).toEqual({ ...login, taken: true })
  })
}
