/** Tests of a tool that uses the SDK: with a fake node on a loopback port and logins in memory, without a HOME and without waiting. */
import { createOsaClient } from '@osa/sdk'
import { storedCredentials } from '@osa/sdk/node'
import { FakeRefusal, fakeOsaServer, memoryStore } from '@osa/sdk/testing'
import { expect, test } from 'vitest'

test('renews once for parallel calls, and keeps the login when the session has ended', async () => {
  await using node = await fakeOsaServer({ displayName: 'Ada' })
  const store = memoryStore({ [node.url]: node.issue({ expired: true }) })
  const osa = createOsaClient({ server: node.url, auth: storedCredentials({ store }) })

  const people = await Promise.all([osa.me.query(), osa.me.query(), osa.me.query()])
  expect(people.map(({ display_name }) => display_name)).toEqual(['Ada', 'Ada', 'Ada'])
  expect(node.calls.refresh).toBe(1)

  node.revokeFamily()
  node.expireAccess()
  await expect(osa.me.query()).rejects.toMatchObject({ code: 'session_ended' })
  expect(store.snapshot()).toHaveProperty([node.url])
})

test('reports a refusal of the node', async () => {
  const refuse = () => {
    throw new FakeRefusal('FORBIDDEN', 403, 'Only publishers may do that.')
  }
  await using node = await fakeOsaServer({ procedures: { 'conventions.list': refuse } })
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  await expect(osa.conventions.list.query()).rejects.toMatchObject({
    code: 'forbidden',
    message: 'Only publishers may do that.',
  })
})
