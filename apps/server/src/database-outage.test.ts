/** B31: a real PostgreSQL goes away in the middle of a sign-in and comes back. */
import { isDatabaseUnavailable, openDatabase } from '@osa/db'
import { startPostgres } from '@osa/db/testing'
import { expect, test } from 'vitest'
import { createLimiter } from './rate-limit.ts'
import { pollToken, postForm } from './testing/oauth-calls.ts'
import { startTestNode } from './testing/test-node.ts'

test('B31, B30, J08 while the database is away all is 503; then the approved code is redeemed exactly once', async () => {
  await using server = await startPostgres()
  const database = await openDatabase({ databaseUrl: server.url() })
  const { store, rateLimits, isReady } = database
  const node = await startTestNode({
    auth: { store, limiter: createLimiter({ counters: rateLimits, now: () => new Date() }) },
    app: { isReady, isUnavailable: isDatabaseUnavailable },
  })
  const start = () => postForm(node, '/oauth/device_authorization', { client_id: 'osa-cli' })
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
