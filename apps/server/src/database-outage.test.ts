/** B31: a real PostgreSQL stops in the middle of a sign-in and comes back. */
import { isDatabaseUnavailable, openDatabase } from '@osa/db'
import { type PostgresServer, runOn, startPostgres } from '@osa/db/testing'
import { expect, test } from 'vitest'
import { createLimiter } from './rate-limit.ts'
import { pollToken, postForm } from './testing/oauth-calls.ts'
import { startTestNode } from './testing/test-node.ts'

async function startNodeOn(server: PostgresServer) {
  const database = await openDatabase({ databaseUrl: server.url() })
  const { store, rateLimits, isReady } = database
  const node = await startTestNode({
    auth: { store, limiter: createLimiter({ counters: rateLimits, now: () => new Date() }) },
    app: { isReady, isUnavailable: isDatabaseUnavailable },
  })
  return { node, database }
}

const startGrant = (node: Awaited<ReturnType<typeof startNodeOn>>['node']) =>
  postForm(node, '/oauth/device_authorization', { client_id: 'osa-cli' })

test('B31, B30, J08 while the database is unreachable everything is 503; afterwards the approved code is redeemed exactly once', async () => {
  await using server = await startPostgres()
  const { node, database } = await startNodeOn(server)
  const start = () => startGrant(node)
  const { device_code, user_code } = await (await start()).json()
  await node.approve(user_code)

  await server.stop()
  for (const answer of [await pollToken(node, device_code), await start()]) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
  }
  const readiness = await node.request('/readyz')
  expect([readiness.status, readiness.headers.get('retry-after')]).toEqual([503, '2'])

  await server.start()
  const answers = await Promise.all(Array.from({ length: 10 }, () => pollToken(node, device_code)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect((await node.request('/readyz')).status).toBe(200)
  await database.close()
})

test('B30 B31 on a read-only database a start and /readyz are 503 with Retry-After, and both recover once it is writable', async () => {
  await using server = await startPostgres()
  const { node, database } = await startNodeOn(server)
  const start = async () => {
    const answer = await startGrant(node)
    return [answer.status, answer.headers.get('retry-after')]
  }
  const readiness = async () => (await node.request('/readyz')).status
  expect(await start()).toEqual([200, null])
  await runOn(server.url(), 'alter role postgres set default_transaction_read_only = on')
  await runOn(
    server.url(),
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'",
  )
  for (let round = 0; round < 3; round++) expect(await start()).toEqual([503, '2'])
  await expect.poll(readiness).toBe(503)
  await runOn(server.url(), 'begin read write; alter role postgres reset default_transaction_read_only; commit')
  await expect.poll(start).toEqual([200, null])
  await expect.poll(readiness).toBe(200)
  await database.close()
})
