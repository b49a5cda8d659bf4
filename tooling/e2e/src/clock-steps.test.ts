/** L08 with real processes whose clock is set back by an hour, while they run and across a restart. */
import { join } from 'node:path'
import { runOn } from '@osa/db/testing'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { approved, clientAt, documentOf, errorOf, redeemed, started } from './flow-operations.ts'
import { movableClock } from './movable-clock.ts'
import { startNode } from './node-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const hour = 3_600
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
async function me(url: string, token: string) {
  const answer = await fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } })
  const { detail } = (await answer.json()) as { detail?: { code: string } }
  return detail?.code ?? 'ok'
}

test('L08 L04 expired codes, sessions and access tokens stay expired when the clock goes back an hour, also after a restart', async () => {
  await using folder = await temporaryFolder()
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const clock = movableClock(folder.path)
  const settings = {
    DATABASE_URL: databaseUrl,
    OSA_DATA_DIR: join(folder.path, 'data'),
    OSA_ACCESS_TOKEN_LIFETIME_SECONDS: '60',
    OSA_REFRESH_IDLE_SECONDS: '1200',
    ...clock.settings,
  }
  const first = await startNode(settings)
  const port = new URL(first.url).port
  const client = clientAt(first.url)
  const [pending, waiting, unseen] = [await started(client), await approved(client), await approved(client)]
  const [seenSession, unseenSession] = [await redeemed(client), await redeemed(client)]
  const tokens = documentOf(await client.refresh(seenSession.refreshToken))
  const token = tokens.access_token ?? ''
  expect(await me(first.url, token)).toBe('ok')

  await clock.set(700) // past codes and access tokens
  for (const { deviceCode } of [pending, waiting]) expect(errorOf(await client.poll(deviceCode))).toBe('expired_token')
  expect(await me(first.url, token)).toBe('token_expired')
  await clock.set(2_000) // past the idle limit
  expect(errorOf(await client.refresh(tokens.refresh_token ?? ''))).toBe('invalid_grant')

  const expectAllExpired = async (url: string) => {
    const there = clientAt(url)
    for (const { deviceCode } of [pending, waiting]) expect(errorOf(await there.poll(deviceCode))).toBe('expired_token')
    expect(await me(url, token)).not.toBe('ok')
    expect(errorOf(await there.refresh(tokens.refresh_token ?? ''))).toBe('invalid_grant')
  }
  await clock.set(-hour)
  await expectAllExpired(first.url)

  // expiries that no request has noticed are recorded by the sweep, here by the one at the next start
  await first.stop()
  await clock.set(2_000)
  const second = await startNode({ ...settings, PORT: port })
  const swept = async () =>
    (await runOn(databaseUrl, 'select from device_authorizations where ended_at is null')).rows.length === 0
  for (let tries = 0; tries < 6_000 && !(await swept()); tries++) await wait(100)
  await second.stop()
  await clock.set(-hour)
  await using third = await startNode({ ...settings, PORT: port })
  await expectAllExpired(third.url)
  expect(errorOf(await client.poll(unseen.deviceCode))).toBe('expired_token')
  expect(errorOf(await client.refresh(unseenSession.refreshToken))).toBe('invalid_grant')

  // with the clock set back, people can still sign in and work
  const anew = await redeemed(clientAt(third.url))
  const renewed = documentOf(await client.refresh(anew.refreshToken))
  expect(await me(third.url, renewed.access_token ?? '')).toBe('ok')
})
