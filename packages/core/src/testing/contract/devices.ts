/** Device authorizations by each of their keys, unique codes, and single-use login transactions. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { OpenStore } from '../auth-store-contract.ts'
import { atSecond, freshSealed, freshSha256, sampleDevice, sampleLogin } from '../sample-rows.ts'

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
  })

export const deviceContract = (open: OpenStore): void => {
  test('a device authorization comes back whole, nulls and instants too, by each of its keys', async () => {
    await using opened = await open()
    for (const device of [sampleDevice(), decided()]) {
      const found = await opened.store.transaction(async (tx) => {
        expect(await tx.insertDeviceAuthorization(device)).toBe(true)
        return [
          await tx.lockDeviceAuthorization(device.id),
          await tx.lockDeviceAuthorizationByDeviceCodeHash(device.deviceCodeHash),
          await tx.lockDeviceAuthorizationByUserCodeHash(device.userCodeHash),
        ]
      })
      expect(found).toEqual([device, device, device])
      expect(await opened.store.findDeviceAuthorization(device.id)).toEqual(device)
    }
  })

  test('I01 a key finds its own row and no other; C14 neither hash stands in for the other', async () => {
    await using opened = await open()
    const device = sampleDevice()
    const { userCodeHash, deviceCodeHash } = device
    const found = await opened.store.transaction(async (tx) => {
      await tx.insertDeviceAuthorization(device)
      return [
        await tx.lockDeviceAuthorization(randomUUID()),
        await tx.lockDeviceAuthorizationByDeviceCodeHash(userCodeHash as string as typeof deviceCodeHash),
        await tx.lockDeviceAuthorizationByUserCodeHash(deviceCodeHash as string as typeof userCodeHash),
      ]
    })
    expect(found).toEqual([null, null, null])
  })

  test('saving replaces every column', async () => {
    await using opened = await open()
    const device = sampleDevice()
    const next = { ...decided(), id: device.id }
    await opened.store.transaction((tx) => tx.insertDeviceAuthorization(device))
    await opened.store.transaction((tx) => tx.saveDeviceAuthorization(next))
    expect(await opened.store.findDeviceAuthorization(device.id)).toEqual(next)
  })

  test('A22 a taken user code is told as false, nothing is inserted, and the transaction goes on', async () => {
    await using opened = await open()
    const first = sampleDevice()
    const second = sampleDevice({ userCodeHash: first.userCodeHash })
    const third = sampleDevice()
    const inserted = await opened.store.transaction(async (tx) => [
      await tx.insertDeviceAuthorization(first),
      await tx.insertDeviceAuthorization(second),
      await tx.insertDeviceAuthorization(third),
    ])
    expect(inserted).toEqual([true, false, true])
    expect(await opened.store.findDeviceAuthorization(second.id)).toBeNull()
    expect(await opened.store.findDeviceAuthorization(third.id)).toEqual(third)
  })

  test('E04 a login transaction is given out once, whole, and only to the browser that began it', async () => {
    await using opened = await open()
    const login = sampleLogin({ deviceAuthorizationId: randomUUID(), sealedUserCode: freshSealed() })
    const { stateHash, browserHash } = login
    const take = (query: { stateHash: typeof stateHash; browserHash: typeof browserHash }) =>
      opened.store.transaction((tx) => tx.takeLoginTransaction(query))
    await opened.store.transaction((tx) => tx.insertLoginTransaction(login))
    expect(await take({ stateHash, browserHash: freshSha256() })).toBeNull()
    expect(await take({ stateHash: freshSha256(), browserHash })).toBeNull()
    expect(await take({ stateHash, browserHash })).toEqual(login)
    expect(await take({ stateHash, browserHash })).toBeNull()
  })

  test('E04 of many who take the same login transaction at once exactly one gets it', async () => {
    await using opened = await open()
    const login = sampleLogin()
    await opened.store.transaction((tx) => tx.insertLoginTransaction(login))
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => opened.store.transaction((tx) => tx.takeLoginTransaction(login))),
    )
    expect(taken.filter((row) => row !== null)).toEqual([login])
  })

  test('a login transaction whose taker fails can be taken again', async () => {
    await using opened = await open()
    const login = sampleLogin()
    await opened.store.transaction((tx) => tx.insertLoginTransaction(login))
    const attempt = opened.store.transaction(async (tx) => {
      await tx.takeLoginTransaction(login)
      throw new Error('on purpose')
    })
    await expect(attempt).rejects.toThrow('on purpose')
    expect(await opened.store.transaction((tx) => tx.takeLoginTransaction(login))).toEqual(login)
  })
}
