/** Look-ups of operators: audit events and people. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { OpenStore } from '../auth-store-contract.ts'
import { atSecond, sampleAuditEvent } from '../sample-rows.ts'
import { addDevice, addFamily, addPerson, idsDown } from './add-rows.ts'

export function historyContract(open: OpenStore): void {
  test('J02 an audit event with a count is replaced by a newer one with the same id, but not by an older one', async () => {
    await using opened = await open()
    const { store } = opened
    const [first, later] = [sampleAuditEvent({ at: atSecond(1), detail: '1' }), { at: atSecond(2), detail: '10' }]
    await store.putAuditEvent(first)
    await store.putAuditEvent({ ...first, ...later, requestId: 'r-2' })
    await store.putAuditEvent(first)
    expect(await store.listAuditEvents({ limit: 10 })).toEqual([{ ...first, ...later, requestId: 'r-2' }])
  })

  test('L07 audit events are listed newest first, and filtered by event, person and time', async () => {
    await using opened = await open()
    const { store } = opened
    const userId = randomUUID()
    const start = sampleAuditEvent({ at: atSecond(1), detail: 'as it was reported: "<x>"' })
    const approve = sampleAuditEvent({ at: atSecond(2), event: 'device.approve', userId, outcome: 'refused' })
    const signIn = sampleAuditEvent({ at: atSecond(3), event: 'sign_in', userId, requestId: 'r-1', ip: null })
    await store.appendAuditEvent(approve)
    await store.transaction((tx) => tx.appendAuditEvent(signIn))
    await store.appendAuditEvent(start)
    expect(await store.listAuditEvents({ limit: 10 })).toEqual([signIn, approve, start])
    expect(await store.listAuditEvents({ limit: 1 })).toEqual([signIn])
    expect(await store.listAuditEvents({ limit: 10, before: signIn })).toEqual([approve, start])
    expect(await store.listAuditEvents({ limit: 10, since: atSecond(2) })).toEqual([signIn, approve])
    expect(await store.listAuditEvents({ limit: 1, before: signIn, since: atSecond(2) })).toEqual([approve])
    expect(await store.listAuditEvents({ limit: 10, event: 'sign_in' })).toEqual([signIn])
    expect(await store.listAuditEvents({ limit: 10, userId })).toEqual([signIn, approve])
  })

  test('L07 audit events are read page by page; events of the same instant are neither skipped nor repeated', async () => {
    await using opened = await open()
    const { store } = opened
    const written = Array.from({ length: 5 }, () => sampleAuditEvent({ at: atSecond(1) }))
    for (const event of written) await store.appendAuditEvent(event)
    const [first] = await store.listAuditEvents({ limit: 1 })
    const rest = first ? await store.listAuditEvents({ limit: 10, before: first }) : []
    expect([first, ...rest].map((event) => event?.id)).toEqual(idsDown(written))
  })

  test('L07 audit events are found by address, and by a session or device, by its id or name', async () => {
    await using opened = await open()
    const { store } = opened
    const { user } = await addPerson(store)
    const { family } = await addFamily(store, user, { deviceName: "ada's laptop" })
    const device = await addDevice(store, { deviceName: "ada's laptop" })
    const start = sampleAuditEvent({ at: atSecond(1), deviceAuthorizationId: device.id, ip: '2001:db8::7' })
    const refresh = sampleAuditEvent({ at: atSecond(2), event: 'token.refresh', familyId: family.id })
    const other = sampleAuditEvent({ at: atSecond(3), familyId: randomUUID() })
    for (const event of [start, refresh, other]) await store.appendAuditEvent(event)
    expect(await store.listAuditEvents({ limit: 10, ip: '2001:db8::7' })).toEqual([start])
    expect(await store.listAuditEvents({ limit: 10, device: "ada's laptop" })).toEqual([refresh, start])
    expect(await store.listAuditEvents({ limit: 10, device: family.id })).toEqual([refresh])
    expect(await store.listAuditEvents({ limit: 10, device: device.id })).toEqual([start])
    expect(await store.listAuditEvents({ limit: 10, device: "ada's" })).toEqual([])
  })

  test('L10 people are listed newest first, by id, or by part of their name or subject', async () => {
    await using opened = await open()
    const { store } = opened
    const ada = await addPerson(store, { displayName: 'Ada 100%', createdAt: atSecond(1) })
    const bob = await addPerson(store, { displayName: null, createdAt: atSecond(2) })
    const [adaListed, bobListed] = [ada, bob].map(({ user, identity }) => ({ user, identities: [identity] }))
    expect(await store.listPeople({ limit: 10 })).toEqual([bobListed, adaListed])
    expect(await store.listPeople({ limit: 1 })).toEqual([bobListed])
    expect(await store.listPeople({ limit: 1, before: bob.user })).toEqual([adaListed])
    expect(await store.listPeople({ limit: 1, before: { createdAt: ada.user.createdAt, id: bob.user.id } })).toEqual(
      bob.user.id > ada.user.id ? [adaListed] : [],
    )
    expect(await store.listPeople({ limit: 10, userIds: [ada.user.id, randomUUID(), 'no id'] })).toEqual([adaListed])
    expect(await store.listPeople({ limit: 10, userIds: [] })).toEqual([])
    expect(await store.listPeople({ limit: 10, search: 'aDa 100%' })).toEqual([adaListed])
    expect(await store.listPeople({ limit: 10, search: '_da' })).toEqual([])
    expect(await store.listPeople({ limit: 10, search: bob.identity.subject.slice(3) })).toEqual([bobListed])
  })
}
